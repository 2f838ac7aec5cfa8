"""Every crash point once, in a shop that is open: each process is cut before and after each method
of each port it uses and each call of the Bot API, and nobody loses anything.

The points are read from the code. One that nobody reaches must stand in NOT_REACHED with a reason,
so a new method of a port is either cut by itself or missed loudly.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from handoff.agents import Role
from tests.faults.agents import Browser, hire, logged_in
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
    pytest.mark.timeout(400),
]
SHARDS = 2
AGENTS = ("ann", "ben", "cleo", "dan")
WARM_SECONDS = 4.0
"""In which whoever is there passes what they pass."""
CALM_SECONDS = 0.4
"""So long nobody is cut: what was begun before may end, else it would be cut twice."""
REACH_SECONDS, RARE_SECONDS = 3.0, 0.3
"""A point that was not reached for so long is tried over a restart."""
BACK_SECONDS = 20.0
NOT_REACHED = {
    "turns.post": "no job posts mail yet",
    "turns.fail": "a turn that raises: tests/bot/test_turn_loop",
    "conversations.explain": "the doctor's, in a terminal",
    "accounts.save_agent": "the command that adds agents",
    "house.erase": "the command that erases",
    "house.offset": "for people to see",
    "house.dead_letters": "the doctor's, in a terminal",
    "sends.hold": "when Telegram refuses the token",
    "upkeep.notify": "alerts to a Telegram chat, which is not set here",
    "upkeep.leave": "a process that ends in order",
    "upkeep.replay": "the doctor's, in a terminal",
    "upkeep.drop": "the doctor's, in a terminal",
    "upkeep.replayed": "a dead letter somebody has replayed",
    "upkeep.audit": "the doctor's, in a terminal",
    "upkeep.audited": "the doctor's, in a terminal",
    "upkeep.mend": "the doctor's, in a terminal",
    "upkeep.strays": "the doctor's, in a terminal",
    "gaps.note": "a job after a question nobody could answer, which is rare here",
    "gaps.recent": "the editor's, in a terminal",
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

    async def run(self) -> None:
        """Cut it at every point it passes, until it passes no new one."""
        await asyncio.sleep(WARM_SECONDS)
        while left := self._left():
            for point in left:
                await self.kept.until_ready()
                await asyncio.sleep(CALM_SECONDS)
                await self._cut(point)
            await asyncio.sleep(WARM_SECONDS)

    def _left(self) -> list[str]:
        """What it passes and was not cut at; both sides of a place are passed or neither."""
        passed = {point.rpartition(":")[0] for point in self._gauge.passed()}
        if self.kept.kind == "workers":  # slow to come by: only at what nobody else passes
            others = [kept.gauge for kept in self.world.kept if kept.kind != "workers"]
            for gauge in filter(None, others):
                passed -= {point.rpartition(":")[0] for point in gauge.passed()}
        return [
            point
            for point in self.points
            if point.rpartition(":")[0] in passed and point not in self.died
        ]

    @property
    def _gauge(self) -> Gauge:
        assert self.kept.gauge is not None
        return self.kept.gauge

    async def _cut(self, point: str) -> None:
        """Arm it, wait for the end and for who comes after; once over a restart, if nobody comes
        by, because some points are passed only at the start or at the end.
        """
        starts, passed = self.kept.starts, self._gauge.passed().get(point, 0)
        self._gauge.arm(point)
        often = passed > 2 * starts
        in_flight = await self._until_dead(REACH_SECONDS if often else RARE_SECONDS)
        if in_flight < 0:
            await self.kept.stop()
            in_flight = await self._until_dead(REACH_SECONDS)
        self._gauge.disarm()
        if in_flight < 0:
            return  # in the next round
        self.died[point] = in_flight
        at = now_ms()
        kind = f"{self.kept.kind}.crash"
        self.world.note_fault(
            FaultInjected(at_ms=at, kind=kind, target=point, until_ms=at, in_flight=in_flight)
        )
        if self.kept.kind != "workers":  # whose children die for them
            async with asyncio.timeout(BACK_SECONDS):
                await self.kept.until_started(starts + 1)

    async def _until_dead(self, seconds: float) -> int:
        until, busy = time.monotonic() + seconds, 0
        while not self._gauge.ended_at:
            if time.monotonic() > until:
                return -1
            busy = self._busy()
            await asyncio.sleep(0.005)
        return max(busy, self._busy())

    def _busy(self) -> int:
        return self.world.telegram.in_flight() + sum(one.requests for one in self.people)


@asynccontextmanager
async def open_shop(world: World, asking: Asking) -> AsyncIterator[list[Busy]]:
    """Days that follow each other until the block ends; what broke one of them comes out."""
    over = asyncio.Event()
    passwords = await hire(world.store, AGENTS, Role.SUPERVISOR)
    async with logged_in(world.desk_url, world.recorder, passwords, asking.marks) as browsers:
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


def shard_of(kind: str, number: int) -> list[str]:
    """The points of a kind of process that this shard cuts: every other place, both its sides."""
    mine = [place for place in places() if place not in NOT_REACHED]
    mine = [place for at, place in enumerate(mine) if at % SHARDS == number]
    if kind != "bot":
        mine = [place for place in mine if not place.startswith("api.")]
    return [point for point in crash_points() if point.rpartition(":")[0] in mine]


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_no_crash_point_loses_anybody(open_world: OpenWorld, shard: int) -> None:
    plan = Plan(seed=shard, gauged=True, workers=True, slow_shop=0.2)
    async with open_world(plan) as world:
        asking = Asking(world)
        async with open_shop(world, asking) as people:
            chains = [Chain(world, kept, shard_of(kept.kind, shard), people) for kept in world.kept]
            await asyncio.gather(*(chain.run() for chain in chains))
        await asyncio.sleep(2)
        verdict = settled(world, Expected(duplicates_per_fault=1.0))

    died = {point for chain in chains for point in chain.died}
    everywhere = {point for kept in world.kept for point in shard_of(kept.kind, shard)}
    assert sorted(everywhere - died) == []
    assert all(chain.died for chain in chains)
    assert verdict.violations == (), verdict.report()
