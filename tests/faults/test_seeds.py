"""Seeded chaos, the short tier: customers, agents and random faults, four times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import server
from tests.faults.nursery import Nursery
from tests.faults.run import Run, perform
from tests.faults.verdict import Expected
from tests.faults.world import Plan

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(300),
]
SECONDS, RATE = 15.0, 12.0
EXPECTED = Expected(duplicates_per_fault=3.0, deadline_ms=30_000)
"""Over few faults a share says little, and one silence of Telegram may hit a dozen words; the long
tier judges it over hundreds."""


@pytest.mark.parametrize(
    ("seed", "mode", "at_once"),
    [(1, "polling", 1), (2, "webhook", 1), (3, "polling", 2), (4, "webhook", 2)],
)
async def test_nothing_is_lost_in_seeded_chaos(
    nursery: Nursery, seed: int, mode: str, at_once: int, tmp_path: Path
) -> None:
    plan = Plan(seed=seed, mode=mode, bots=2, workers=True, notes_syncs=server.has_compiler())
    run = Run(plan=plan, seconds=SECONDS, rate=RATE, at_once=at_once, expected=EXPECTED)

    done = await perform(nursery, run, tmp_path)

    assert done.verdict.violations == (), done.verdict.report()
    assert done.verdict.figures.faults.total() >= SECONDS / 5
