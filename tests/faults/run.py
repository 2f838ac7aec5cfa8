"""One seeded run: customers, agents and faults for some time, then quiet, then the verdict.

No tests here."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.faults.agents import (
    Browser,
    NeverCertain,
    clear_queue,
    hire,
    logged_in,
    serve,
)
from tests.faults.checker import Verdict, check
from tests.faults.customers import USUAL_MIX, Crowd, make_people, write_shop
from tests.faults.history import RunSettled, load, now_ms
from tests.faults.injector import harm_now_and_then, kinds_for
from tests.faults.nursery import Nursery
from tests.faults.verdict import Expected
from tests.faults.world import HISTORY, Plan, World, world_running

AGENTS = ("ann", "ben", "cleo", "dan", "eve", "finn")
QUIET_SECONDS = 75.0
"""After the last fault: whatever is open then is lost."""
UNANSWERED_SECONDS = 35.0
"""A word may be under a lease that nobody knows of, and nobody says it before that is over."""
SETTLE_SECONDS = 2.0
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """What happens in a run, and how often."""

    plan: Plan = field(default_factory=Plan)
    people: int = 60
    agents: int = 3
    rate: float = 10.0
    seconds: float = 20.0
    pause: tuple[float, float] = (0.8, 2.0)
    """Between two faults; (0, 0) for none at all."""
    kinds: tuple[str, ...] = ()
    """These faults only."""
    at_once: int = 1
    """2: the server's faults and everybody else's each have their own turn, so two may last at
    the same time."""
    mix: Mapping[str, int] = field(default_factory=lambda: USUAL_MIX)
    """What customers do, and how often."""
    redis_latency_ms: float = 0.0
    """How slow the server is all the while, so that much is taken and not yet done."""
    expected: Expected = field(default_factory=Expected)
    unanswered_seconds: float = UNANSWERED_SECONDS
    """What is open for longer, when all is quiet, is not waited for."""


@dataclass(frozen=True, slots=True)
class Done:
    """A run that is over."""

    verdict: Verdict
    history: Path
    restarts: dict[str, int]
    seconds: float


@dataclass
class Stage:
    """A world with people in it."""

    world: World
    crowd: Crowd
    browsers: list[Browser]
    unanswered_seconds: float

    async def quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """Wait until everything that was said is answered and every case is closed."""
        ends = time.monotonic() + seconds
        await self._calm(ends)
        for browser in self.browsers:
            with suppress(NeverCertain):
                await _finish(browser)
        await clear_queue(self.browsers)
        await self._calm(ends)
        await asyncio.sleep(SETTLE_SECONDS)
        self.world.recorder.note(RunSettled(at_ms=now_ms()))

    async def _calm(self, ends: float) -> None:
        while self.world.telegram.is_open(self.unanswered_seconds) and time.monotonic() < ends:
            await asyncio.sleep(0.1)


async def _finish(browser: Browser) -> None:
    """Help those whom a browser has left in the middle."""
    for row in await browser.queue():
        if row.group == "mine":
            await serve(browser, row.case)


@asynccontextmanager
async def staged(nursery: Nursery, run: Run, folder: Path) -> AsyncIterator[Stage]:
    """A world whose customers have arrived and whose agents are logged in."""
    people = make_people(run.people)
    seeds = await asyncio.to_thread(write_shop, folder, people)
    plan = replace(run.plan, seeds=seeds)
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(world_running(nursery, plan, folder))
        crowd = Crowd(world.phone, world.recorder, people, seed=plan.seed, mix=run.mix)
        passwords = await hire(world.store, AGENTS[: run.agents])
        browsers = await stack.enter_async_context(
            logged_in(world.desk_url, world.recorder, passwords, crowd.marks)
        )
        await crowd.arrive()
        yield Stage(world, crowd, browsers, run.unanswered_seconds)


async def perform(nursery: Nursery, run: Run, folder: Path) -> Done:
    """The whole run; its history lies in `folder`."""
    started = time.monotonic()
    async with staged(nursery, run, folder) as stage:
        world = stage.world
        over = asyncio.Event()
        world.redis.weather.latency_ms = run.redis_latency_ms
        shifts = [asyncio.ensure_future(_shift(browser, over)) for browser in stage.browsers]
        listening = [asyncio.ensure_future(browser.listen()) for browser in stage.browsers]
        harming = asyncio.ensure_future(_harm(world, run))
        try:
            await stage.crowd.talk(rate=run.rate, seconds=run.seconds)
            await harming
        finally:
            over.set()  # nobody is torn away from a press whose answer is on its way
            await asyncio.gather(*shifts)
        world.redis.clear()
        await stage.quiet()
        await _cancelled(listening)
        restarts = {kept.name: kept.starts - 1 for kept in world.kept}
    seconds = time.monotonic() - started
    return Done(await judged(folder, run), folder / HISTORY, restarts, seconds)


async def judged(folder: Path, run: Run) -> Verdict:
    """What the checker says of the run whose history and logs lie there."""
    return await asyncio.to_thread(
        lambda: check(load(folder / HISTORY), run.expected, log=_log_lines(folder))
    )


async def _harm(world: World, run: Run) -> None:
    if run.pause == (0, 0):
        return
    kinds = list(run.kinds) or kinds_for(world)
    turns = [kinds]
    if run.at_once > 1:
        of_server = [kind for kind in kinds if kind.startswith("redis.")]
        turns = [of_server, [kind for kind in kinds if kind not in of_server]]
    await asyncio.gather(
        *(
            harm_now_and_then(
                world,
                random.Random(run.plan.seed + number),
                seconds=run.seconds,
                pause=run.pause,
                kinds=mine,
            )
            for number, mine in enumerate(turns)
        )
    )


async def _shift(browser: Browser, over: asyncio.Event) -> None:
    """An agent who works until the shift is over, whatever the desk does to them."""
    while not over.is_set():
        with suppress(NeverCertain):
            case = await browser.take_next()
            if case:
                await serve(browser, case)
            else:
                await browser.queue()
                await asyncio.sleep(LOOK_SECONDS)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


def _log_lines(folder: Path) -> list[str]:
    return [
        line
        for path in sorted(folder.glob("*.log"))
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
