"""`python -m tests.faults.measure …`: the long measurements, each as a table, red when a figure is
missed. No tests here.

Every run leaves its history where it says, so that it can be judged once more.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Annotated, Protocol

import structlog
import typer

from tests.faults import load as loads
from tests.faults import outage as outages
from tests.faults import recovery as recoveries
from tests.faults.nursery import Nursery, nursery_running

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class Told(Protocol):
    """What every measurement ends with."""

    @property
    def is_reached(self) -> bool: ...

    def lines(self) -> list[str]: ...


Step = Callable[[Nursery, Path], Awaitable[Told]]


@app.command()
def outage(
    seconds: float = 60.0,
    rate: float = 20.0,
    line: Annotated[str, typer.Option(help="redis, api, or both one after the other")] = "both",
) -> None:
    """Redis or the Bot API away for a minute, the budget raised and at the true limits."""
    lines = ("redis", "api") if line == "both" else (line,)
    plans = [outages.Outage(one, seconds, rate, true) for true in (False, True) for one in lines]
    _measure([_outage(plan) for plan in plans])


@app.command()
def load(seconds: float = 30.0, rate: float = 100.0, bots: int = 2, seed: int = 1) -> None:
    """A hundred questions a second from 400 chats, in fair weather and while everything breaks."""
    plans = [loads.Load(rate, seconds, faulted, bots, seed) for faulted in (False, True)]
    _measure([_load(plan) for plan in plans])


@app.command()
def recovery(times: int = 3) -> None:
    """Deaths, and how long until all is well: bot, server, worker, agent."""
    _measure(
        [
            lambda nursery, folder: recoveries.back_after(nursery, "bot.kill", times, folder),
            lambda nursery, folder: recoveries.back_after(nursery, "redis.kill", times, folder),
            lambda nursery, folder: recoveries.job_again(nursery, 1, folder),
            recoveries.case_again,
        ]
    )


def _outage(plan: outages.Outage) -> Step:
    return lambda nursery, folder: outages.live_through(nursery, plan, folder)


def _load(plan: loads.Load) -> Step:
    return lambda nursery, folder: loads.carry(nursery, plan, folder)


def _measure(steps: list[Step]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    raise typer.Exit(asyncio.run(_all(steps)))


async def _all(steps: list[Step]) -> int:
    red = 0
    async for told in _each(steps):
        typer.echo("\n".join(told.lines()))
        sys.stdout.flush()
        red += not told.is_reached
    return min(red, 1)


async def _each(steps: list[Step]) -> AsyncIterator[Told]:
    with tempfile.TemporaryDirectory(prefix="wl-nursery-") as near:
        async with nursery_running(Path(near)) as nursery:
            for step in steps:
                folder = Path(tempfile.mkdtemp(prefix="warmline-measure-"))
                told = await step(nursery, folder)
                yield told
                if not told.is_reached:
                    typer.echo(f"  what happened lies in {folder}")


if __name__ == "__main__":
    app()
