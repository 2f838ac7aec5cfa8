"""Every crash point once, in a shop that is open: each process is cut before and after each method
of each port it uses and each call of the Bot API, and nobody loses anything.

The points are read from the code. One that nobody reaches must stand in NOT_REACHED with a reason,
so a new method of a port is either cut by itself or missed loudly.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest

from tests.faults.asking import Asking, settled
from tests.faults.conftest import OpenWorld
from tests.faults.day import Day, DeskUser
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
DAYS_AT_ONCE = 4
WARM_SECONDS = 6.0
"""In which whoever is there passes what they pass."""
REACH_SECONDS, RARE_SECONDS = 4.0, 0.5
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
    "upkeep.notify": "alerts to a Telegram chat, which is not set here",
    "api.editMessageText": "nothing is edited yet",
    "api.sendDocument": "the same way as sendPhoto",
    "api.setWebhook": "behind a webhook",
}


@dataclass
class Chain:
    """One process, cut at one point after the other: whatever it passes, once."""

    world: World
    kept: Kept
    points: list[str]
    desks: list[DeskUser]
    died: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Cut it at every point it passes, until it passes no new one."""
        await asyncio.sleep(WARM_SECONDS)
        while left := self._left():
            for point in left:
                await self.kept.until_ready()
                await self._cut(point)
            await asyncio.sleep(WARM_SECONDS)

    def _left(self) -> list[str]:
        """What it passes and was not cut at; both sides of a place are passed or neither."""
        passed = {point.rpartition(":")[0] for point in self._gauge.passed()}
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
        return self.world.telegram.in_flight() + sum(desk.busy for desk in self.desks)


@asynccontextmanager
async def open_shop(world: World, asking: Asking) -> AsyncIterator[list[DeskUser]]:
    """Days that follow each other until the block ends; what broke one of them comes out."""
    over = asyncio.Event()
    async with AsyncExitStack() as stack:
        desks = []
        for number in range(DAYS_AT_ONCE):
            jar = aiohttp.CookieJar(unsafe=True)
            session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            agents = list(world.passwords)
            desks.append(DeskUser(world, agents[number % len(agents)], session))
            await desks[-1].log_in()
        days = [asyncio.ensure_future(Day(world, asking, desk).live(over.is_set)) for desk in desks]
        try:
            yield desks
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
        async with open_shop(world, asking) as desks:
            chains = [Chain(world, kept, shard_of(kept.kind, shard), desks) for kept in world.kept]
            await asyncio.gather(*(chain.run() for chain in chains))
        await asyncio.sleep(2)
        verdict = settled(world, Expected(duplicates_per_fault=1.0))

    died = {point for chain in chains for point in chain.died}
    everywhere = {point for kept in world.kept for point in shard_of(kept.kind, shard)}
    assert sorted(everywhere - died) == []
    assert all(chain.died for chain in chains)
    assert verdict.violations == (), verdict.report()
