"""Row 47 of the matrix: an earlier version and this one side by side, there and back."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.faults.asking import Asking, slowest_ms
from tests.faults.conftest import OpenWorld
from tests.faults.history import FaultInjected, now_ms
from tests.faults.release import Release, earlier_version
from tests.faults.verdict import Expected
from tests.faults.world import Kept, Plan, World

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(200),
]
RATE = 20.0
AROUND_SECONDS = 2.0
HANDED_OVER_MS = 3_000
BUSY_MS = 2_000
"""What a machine that does other things may add."""


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_versions_take_over_from_each_other_with_live_chats(
    open_world: OpenWorld, mode: str, tmp_path: Path
) -> None:
    commit = earlier_version()
    if not commit:
        pytest.skip("git knows no earlier version here")
    release = Release(tmp_path / "release", commit)
    async with open_world(Plan(mode=mode, bots=0, chat_per_second=1)) as world:
        asking = Asking(world)
        old = await world.add_bot(release)
        new = await world.add_bot(world.nursery)
        marks = await _replaced(world, asking, old)
        old.held.set()
        await old.until_started(2)
        marks += await _replaced(world, asking, new)
        slowest = slowest_ms(world, marks)
        verdict = await asking.verdict(Expected(duplicates_per_fault=0.0))

    assert len(marks) >= 2 * RATE * AROUND_SECONDS
    assert verdict.violations == (), verdict.report()
    assert verdict.figures.duplicates == 0
    assert slowest <= HANDED_OVER_MS + BUSY_MS


async def _replaced(world: World, asking: Asking, leaving: Kept) -> list[str]:
    """People ask, one of the two ends in order and stays away, and everybody is answered."""
    people = await asking.people(int(RATE * AROUND_SECONDS * 2.5))
    asked = asyncio.ensure_future(asking.each_asks(people, rate=RATE))
    await asyncio.sleep(AROUND_SECONDS)
    began, in_flight = now_ms(), world.telegram.in_flight()
    leaving.held.clear()
    await leaving.kill(signal.SIGTERM)
    world.note_fault(
        FaultInjected(
            at_ms=began,
            kind="bot.term",
            target=leaving.name,
            until_ms=now_ms(),
            in_flight=max(1, in_flight),
        )
    )
    marks = await asked
    await asking.until_answered(marks)
    return marks
