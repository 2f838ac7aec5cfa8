"""Every kind of fault alone, while people ask: rows 5, 6, 14 to 22 and 28 to 31 of the matrix.

One shop stays open for all of them; when it closes, its whole history is judged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults import server
from tests.faults.asking import Asking
from tests.faults.injector import HARMS, POWER, inject
from tests.faults.nursery import Nursery
from tests.faults.verdict import Expected
from tests.faults.world import Plan, world_running

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]
PEOPLE = 20
NEEDS_NOBODY = frozenset({"desk.kill", "desk.freeze", "workers.kill", "api.poll_fails"})
"""Nobody who asks the bot waits for these."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asking]:
    folder: Path = tmp_path_factory.mktemp("kinds")
    plan = Plan(bots=2, workers=True, notes_syncs=server.has_compiler())
    async with world_running(nursery, plan, folder) as world:
        asking = Asking(world)
        yield asking
        verdict = await asking.verdict(Expected(duplicates_per_fault=1.0, deadline_ms=30_000))
        assert verdict.violations == (), verdict.report()


@pytest.mark.parametrize("kind", HARMS)
async def test_everybody_is_answered_through(shop: Asking, kind: str, in_ci: bool) -> None:
    if kind in POWER and not shop.world.plan.notes_syncs and not in_ci:
        pytest.skip("cutting the power needs a C compiler")
    for bot in shop.world.bots:
        await bot.until_ready()
    first, *people = await shop.people(2 * PEOPLE + 1)
    await shop.until_answered([await shop.ask(first)])

    asking = await shop.begin(people[:PEOPLE])
    fault = await inject(shop.world, kind)
    asked = await asking
    after = await shop.all_ask(people[PEOPLE:])
    await shop.until_answered([*asked, *after])

    assert fault.in_flight > 0 or kind in NEEDS_NOBODY
