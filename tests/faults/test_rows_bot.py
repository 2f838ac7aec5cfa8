"""Rows 1 to 6 of the fault matrix: what happens to the bot's process."""

from __future__ import annotations

import signal

import pytest

from bot.telegram.deliveries import Pace
from handoff.words import Limits
from tests.faults.asking import Asking
from tests.faults.conftest import OpenWorld
from tests.faults.injector import inject
from tests.faults.verdict import Expected
from tests.faults.world import Plan

pytestmark = [pytest.mark.faults, pytest.mark.asyncio(loop_scope="session")]
IN_FLIGHT = 200
SENDS_AT_ONCE = 2 * Pace("", Limits()).slots
"""From turns that end, and from the lanes that were taken."""


@pytest.mark.parametrize("mode", ["polling", "webhook"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
async def test_bot_that_ends_with_two_hundred_in_flight_loses_nobody(
    open_world: OpenWorld, mode: str, number: signal.Signals
) -> None:
    async with open_world(Plan(mode=mode)) as world:
        asking = Asking(world)
        people = await asking.people(IN_FLIGHT)
        world.api.weather.latency_ms = 700

        asked = await asking.all_ask(people)
        fault = await inject(world, f"bot.{number.name[3:].lower()}")
        world.api.clear()
        await asking.until_answered(asked)
        verdict = await asking.verdict(Expected(duplicates_per_fault=None))

    assert fault.in_flight >= IN_FLIGHT / 2
    assert verdict.violations == ()
    # Nobody can know whether a send was carried out whose sender was killed.
    assert verdict.figures.duplicates <= (SENDS_AT_ONCE if number is signal.SIGKILL else 0)
