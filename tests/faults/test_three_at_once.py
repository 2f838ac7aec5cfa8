"""Row 55 of the matrix: a process, the store and Telegram fail in the same moment."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.asking import Asking
from tests.faults.injector import inject
from tests.faults.nursery import Nursery
from tests.faults.verdict import Expected
from tests.faults.world import Plan, world_running

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(90),
]
PEOPLE = 12
AT_ONCE = [
    ("bot.kill", "redis.kill", "api.silent"),
    ("bot.term", "redis.lost_reply", "api.429"),
    ("bot.kill", "redis.readonly", "api.down"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asking]:
    folder: Path = tmp_path_factory.mktemp("three")
    async with world_running(nursery, Plan(bots=2), folder) as world:
        asking = Asking(world)
        yield asking
        verdict = await asking.verdict(Expected(duplicates_per_fault=1.0, deadline_ms=30_000))
        assert verdict.violations == (), verdict.report()


@pytest.mark.parametrize("kinds", AT_ONCE, ids="+".join)
async def test_everybody_is_answered_through_three_faults_at_once(
    shop: Asking, kinds: tuple[str, str, str]
) -> None:
    for bot in shop.world.bots:
        await bot.until_ready()
    people = await shop.people(2 * PEOPLE)

    asking = await shop.begin(people[:PEOPLE])
    faults = await asyncio.gather(*(inject(shop.world, kind, random.Random(55)) for kind in kinds))
    asked = await asking
    after = await shop.all_ask(people[PEOPLE:])
    await shop.until_answered([*asked, *after])

    assert all(fault.in_flight for fault in faults), faults
