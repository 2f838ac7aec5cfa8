"""Many questions a second, in fair weather and while everything breaks. No tests here.

`make load`: 100 questions a second from 400 chats, each with an answer that has to name it. The
customers and Telegram's side share the machine with the product, so the figures are careful ones.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

from tests.faults.asking import Asking
from tests.faults.figures import Figures
from tests.faults.injector import harm_now_and_then, kinds_for
from tests.faults.nursery import Nursery
from tests.faults.verdict import Expected, Violation
from tests.faults.world import Plan, world_running

CHATS = 400
CALM_P99_MS, FAULTED_P99_MS = 300.0, 3_000.0
PAUSE_SECONDS = (0.8, 2.0)
WARM_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Load:
    """How much, for how long, and whether anything breaks meanwhile."""

    rate: float = 100.0
    seconds: float = 30.0
    faulted: bool = False
    bots: int = 2
    seed: int = 1

    @property
    def most_ms(self) -> float:
        return FAULTED_P99_MS if self.faulted else CALM_P99_MS


@dataclass(frozen=True, slots=True)
class Told:
    """How it went."""

    load: Load
    figures: Figures
    violations: tuple[Violation, ...]

    @property
    def is_reached(self) -> bool:
        return not self.violations and self.figures.latency_ms(0.99) <= self.load.most_ms

    def lines(self) -> list[str]:
        """As a person reads it."""
        how = "while everything breaks" if self.load.faulted else "in fair weather"
        most = f"{self.load.most_ms:.0f} ms"
        return [
            f"{self.load.rate:.0f} messages a second from {CHATS} chats {how}, p99 <= {most}: "
            f"{'reached' if self.is_reached else 'NOT REACHED'}",
            *(f"  {line}" for line in self.figures.lines()),
            *(f"    {violation}" for violation in self.violations[:10]),
        ]


async def carry(nursery: Nursery, load: Load, folder: Path) -> Told:
    """The whole of it; its history lies in `folder`."""
    plan = Plan(seed=load.seed, bots=load.bots, workers=load.faulted)
    async with world_running(nursery, plan, folder) as world:
        asking = Asking(world)
        chats = await asking.people(CHATS)
        await asking.until_answered(
            await asking.keep_asking(chats, rate=load.rate / 4, seconds=WARM_SECONDS)
        )
        harming = asyncio.ensure_future(
            harm_now_and_then(
                world,
                random.Random(load.seed),
                seconds=load.seconds if load.faulted else 0.0,
                pause=PAUSE_SECONDS,
                kinds=kinds_for(world),
            )
        )
        marks = await asking.keep_asking(chats, rate=load.rate, seconds=load.seconds)
        await harming
        await asking.until_answered(marks)
        verdict = await asking.verdict(Expected(duplicates_per_fault=None, deadline_ms=30_000))
    return Told(load, verdict.figures, verdict.violations)
