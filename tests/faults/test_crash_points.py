"""Every crash point once, in a shop that is open: each process is cut before and after each method
of each port it uses and each call of the Bot API, and nobody loses anything.

The points are read from the code. One that nobody reaches must stand in NOT_REACHED with a reason,
so a new method of a port is either cut by itself or missed loudly.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from handoff.agents import Role
from handoff.errors import StoreDown
from tests.faults.agents import Browser, hire, logged_in, serve
from tests.faults.asking import Asking, settled
from tests.faults.conftest import OpenWorld
from tests.faults.day import Day
from tests.faults.history import FaultInjected, now_ms
from tests.faults.points import Gauge, crash_points, places
from tests.faults.verdict import Expected
from tests.faults.world import Kept, Plan, World

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(600),
]
SHARDS = 2
AGENTS = ("ann", "ben", "cleo", "dan")
WARM_SECONDS = 4.0
"""In which whoever is there passes what they pass."""
CALM_SECONDS = 0.4
"""So long nobody is cut: what was begun before may end, else it would be cut twice."""
REACH_SECONDS = 3.0
"""Nobody came by for so long: perhaps it is passed only at a start."""
MOST_RESTARTS = 4
"""Some are seldom passed because people seldom do that."""
BACK_SECONDS = 20.0
ON_THE_WIRE_MS = 500.0
"""What was sent just before the end arrives within this time."""
ARRIVING_LOOKS = 6
WHOLE_SECONDS = 360.0
"""What was not reached until then is missing. A machine that is alone takes a third of it."""
ALERT_SECONDS = 1.0
NOT_REACHED = {
    "turns.post": "no job posts mail yet",
    "turns.fail": "a turn that raises: tests/flows/test_poison.py",
    "conversations.explain": "the doctor's, in a terminal",
    "accounts.save_agent": "the command that adds agents",
    "accounts.close_sessions": "the command that gives a new password",
    "drafts.of": "when an agent has vanished for a minute",
    "house.erase": "the command that erases",
    "house.dead_letters": "the doctor's, in a terminal",
    "sends.hold": "a file that takes more than five seconds to send",
    "upkeep.notify": "alerts to a Telegram chat, which is not set here",
    "upkeep.leave": "a process that ends in order",
    "upkeep.replay": "the doctor's, in a terminal",
    "upkeep.drop": "the doctor's, in a terminal",
    "upkeep.replayed": "a dead letter somebody has replayed",
    "upkeep.audit": "the doctor's, in a terminal",
    "upkeep.audited": "the doctor's, in a terminal",
    "upkeep.adopt": "after a version that is not to come back",
    "upkeep.mend": "the doctor's, in a terminal",
    "upkeep.strays": "the doctor's, in a terminal",
    "gaps.note": "a job after a question nobody could answer, which is rare here",
    "gaps.recent": "the editor's, in a terminal",
    "gaps.used": "a job after an article of a scenario, which nobody asks for here",
    "gaps.uses": "the editor's, in a terminal",
    "gaps.sold": "goods are written down every half minute",
    "gaps.products": "every ten minutes, and in a terminal",
    "spots.message_in": "a change in place, which is rare here",
    "api.editMessageText": "a change in place, which is rare here",
    "api.sendDocument": "the same way as sendPhoto",
    "api.setWebhook": "behind a webhook",
}


class Busy:
    """How many requests of a browser the desk has not answered."""

    def __init__(self, browser: Browser) -> None:
        self.requests = 0
        browser._post = self._counted(browser._post)  # type: ignore[method-assign]

    def _counted(self, ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def asked(*arguments: Any, **named: Any) -> Any:
            self.requests += 1
            try:
                return await ask(*arguments, **named)
            finally:
                self.requests -= 1

        return asked


@dataclass
class Chain:
    """One process, cut at one point after the other: whatever it passes, once."""

    world: World
    kept: Kept
    points: list[str]
    people: list[Busy]
    died: dict[str, int] = field(default_factory=dict)
    restarts: Counter[str] = field(default_factory=Counter)

    async def run(self, is_whole: Callable[[], bool]) -> None:
        """Cut it wherever it comes by next, until every point was the end of somebody and there is
        none left that it passes.
        """
        await asyncio.sleep(WARM_SECONDS)
        while self._left() or not is_whole():
            await self.kept.until_ready()
            await asyncio.sleep(CALM_SECONDS)
            starts = self.kept.starts
            self._gauge.arm(*self._open())
            if await self._is_cut():
                await self._until_back(starts + 1)
            elif rare := self._rare():
                await self._cut_at_its_starts(rare)

    def _open(self) -> list[str]:
        """Where it may still be cut; workers, who are slow to come by, where nobody else is."""
        return [
            point
            for point in self.points
            if point not in self.died and place_of(point) not in self._by_others()
        ]

    def _left(self) -> list[str]:
        """What it passes and was not cut at; both sides of a place are passed or neither."""
        passed = {place_of(point) for point in self._gauge.passed()}
        return [point for point in self._open() if place_of(point) in passed]

    def _by_others(self) -> set[str]:
        if self.kept.kind != "workers":
            return set()
        gauges = [one.gauge for one in self.world.kept if one.gauge and one.kind != "workers"]
        return {place_of(point) for gauge in gauges for point in gauge.passed()}

    @property
    def _gauge(self) -> Gauge:
        assert self.kept.gauge is not None
        return self.kept.gauge

    def _rare(self) -> list[str]:
        """What it passes at an end or a start, and hardly otherwise; workers pass all at work."""
        passed, seldom = self._gauge.passed(), 2 * self.kept.starts
        left = [] if self.kept.kind == "workers" else self._left()
        rare = [point for point in left if passed.get(point, 0) <= seldom]
        return [point for point in rare if self.restarts[point] < MOST_RESTARTS]

    async def _cut_at_its_starts(self, rare: list[str]) -> None:
        """End it in order; as long as one of these is its end the next start is cut too."""
        self.restarts.update(rare)
        self._gauge.arm(*rare)
        await self.kept.stop()
        while await self._is_cut():
            self._gauge.arm(*(point for point in rare if point not in self.died))

    async def _is_cut(self) -> bool:
        """Whether it ends soon at one of the armed points."""
        until, in_flight = time.monotonic() + REACH_SECONDS, 0
        while not self._gauge.ended_at and time.monotonic() < until:
            in_flight = self._busy()
            await asyncio.sleep(0.005)
        self._gauge.disarm()
        point, at = self._gauge.ended_at, now_ms()
        if not point:
            return False
        speaking = point.startswith(("api.send", "sends.settle"))
        in_flight = max(in_flight, speaking, await self._still_arriving())
        self.died[point] = in_flight
        fault = FaultInjected(
            at_ms=at,
            kind=f"{self.kept.kind}.crash",
            target=point,
            until_ms=at + ON_THE_WIRE_MS,
            in_flight=in_flight,
        )
        self.world.note_fault(fault)
        return True

    async def _still_arriving(self) -> int:
        """What is in flight just after the end: bytes that were sent before may arrive after it."""
        most = self._busy()
        for _ in range(ARRIVING_LOOKS):
            await asyncio.sleep(0.005)
            most = max(most, self._busy())
        return most

    async def _until_back(self, starts: int) -> None:
        if self.kept.kind != "workers":  # whose children die for them
            async with asyncio.timeout(BACK_SECONDS):
                await self.kept.until_started(starts)

    async def let_be(self) -> None:
        """It is cut nowhere any more, and back."""
        self._gauge.disarm()
        await self.kept.until_ready()

    def _busy(self) -> int:
        return self.world.telegram.in_flight() + sum(one.requests for one in self.people)


def place_of(point: str) -> str:
    """Where it is, before or after."""
    return point.rpartition(":")[0]


@asynccontextmanager
async def open_shop(world: World, asking: Asking) -> AsyncIterator[list[Busy]]:
    """Days that follow each other until the block ends; what broke one of them comes out."""
    over = asyncio.Event()
    passwords = await hire(world.store, AGENTS, Role.SUPERVISOR)
    async with logged_in(world.desk_url, world.recorder, passwords, asking.marks) as browsers:
        for browser in browsers:
            browser.patience_seconds = WHOLE_SECONDS  # the desk is dead most of the time
        busy = [Busy(browser) for browser in browsers]
        days = [
            asyncio.ensure_future(
                Day(world, asking, browser, passwords[browser.agent]).live(over.is_set)
            )
            for browser in browsers
        ]
        try:
            yield busy
        finally:
            over.set()
            await asyncio.gather(*days)
            await _help_whom_was_promised_a_person(browsers[0])


async def _help_whom_was_promised_a_person(browser: Browser) -> None:
    """Whose message was cut too often. Strangers without a name have nothing that can be told."""
    for row in await browser.queue():
        if row.chat and row.group == "waiting" and await browser.claim(row.case):
            await serve(browser, row.case)


def shard_of(kind: str, number: int) -> list[str]:
    """The points of a kind of process that this shard cuts: every other place, both its sides."""
    mine = [place for place in places() if place not in NOT_REACHED]
    mine = [place for at, place in enumerate(mine) if at % SHARDS == number]
    if kind != "bot":
        mine = [place for place in mine if not place.startswith("api.")]
    return [point for point in crash_points() if point.rpartition(":")[0] in mine]


async def come_and_go(world: World) -> None:
    """An alert that is raised and over and raised again, until cancelled: it has to be told."""
    while True:
        with suppress(StoreDown):
            await world.store.house.alert("disk_filling", "", seconds=ALERT_SECONDS)
        await asyncio.sleep(2 * ALERT_SECONDS)


async def cut_everywhere(chains: list[Chain], everywhere: set[str]) -> None:
    """All of them, until nothing is missing or it takes too long."""

    def is_whole() -> bool:
        return everywhere <= {point for chain in chains for point in chain.died}

    with suppress(TimeoutError):
        async with asyncio.timeout(WHOLE_SECONDS):
            await asyncio.gather(*(chain.run(is_whole) for chain in chains))
    for chain in chains:
        await chain.let_be()


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_no_crash_point_loses_anybody(open_world: OpenWorld, shard: int) -> None:
    plan = Plan(seed=shard, gauged=True, workers=True, slow_shop=0.2)
    async with open_world(plan) as world:
        asking = Asking(world)
        flicker = asyncio.ensure_future(come_and_go(world))
        async with open_shop(world, asking) as people:
            chains = [Chain(world, kept, shard_of(kept.kind, shard), people) for kept in world.kept]
            everywhere = {point for chain in chains for point in chain.points}
            await cut_everywhere(chains, everywhere)
        flicker.cancel()
        await asyncio.sleep(2)
        verdict = settled(world, Expected(duplicates_per_fault=1.0))

    died = {point for chain in chains for point in chain.died}
    assert sorted(everywhere - died) == []
    assert all(chain.died for chain in chains)
    assert verdict.violations == (), verdict.report()
