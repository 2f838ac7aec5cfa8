"""`make chaos SEED=… SECONDS=… RATE=… [MODE=polling|webhook|both] [SEEDS=…]`: long seeded runs, and
what came of them. No tests here.

The history of a red run is kept, and its path is printed: `--replay PATH` judges it once more.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import structlog
import typer

from tests.faults import server
from tests.faults.checker import check
from tests.faults.figures import Figures, sum_of
from tests.faults.history import load
from tests.faults.nursery import nursery_running
from tests.faults.run import Done, Run, perform
from tests.faults.verdict import Expected, Wrong
from tests.faults.world import Plan

MESSAGES, FAULTS, DUPLICATES_PER_FAULT = 20_000, 300, 0.5
"""What the long tier has to come to."""
COLUMNS = (
    "seed",
    "messages",
    "faults",
    "in flight",
    "lost",
    "inverted",
    "two hold",
    "stale",
    "twice",
    "p50 ms",
    "p99 ms",
    "broken",
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def chaos(
    seed: int = 1,
    seconds: float = 60.0,
    rate: float = 20.0,
    mode: str = "polling",
    seeds: Annotated[int, typer.Option(help="so many runs, from SEED on")] = 1,
    people: int = 100,
    agents: int = 4,
    bots: int = 2,
    at_once: Annotated[int, typer.Option(help="faults that may last at the same time: 1 or 2")] = 1,
    calm: Annotated[bool, typer.Option(help="no faults at all")] = False,
    replay: Annotated[str, typer.Option(help="judge the history of an earlier run")] = "",
) -> None:
    """Break everything for a while, and tell what was lost."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    if replay:
        verdict = check(load(Path(replay)))
        typer.echo(verdict.report())
        raise typer.Exit(bool(verdict.violations))
    runs = [
        Run(
            plan=Plan(
                seed=number,
                mode=mode if mode != "both" else ("polling", "webhook")[number % 2],
                bots=bots,
                workers=True,
                notes_syncs=server.has_compiler(),
            ),
            people=people,
            agents=agents,
            rate=rate,
            seconds=seconds,
            at_once=at_once,
            pause=(0, 0) if calm else (0.8, 2.0),
            expected=Expected(duplicates_per_fault=None),
        )
        for number in range(seed, seed + seeds)
    ]
    raise typer.Exit(asyncio.run(_all(runs)))


async def _all(runs: list[Run]) -> int:
    red = 0
    done: list[Done] = []
    with tempfile.TemporaryDirectory(prefix="wl-nursery-") as near:
        async with nursery_running(Path(near)) as nursery:
            for run in runs:
                folder = Path(tempfile.mkdtemp(prefix=f"warmline-chaos-{run.plan.seed}-"))
                done.append(await perform(nursery, run, folder))
                red += bool(done[-1].verdict.violations)
                _tell(run, done[-1], folder)
    if len(done) > 1:
        typer.echo("\n".join(_summary(runs, done)))
    return min(red, 1)


def _tell(run: Run, done: Done, folder: Path) -> None:
    typer.echo(f"\nseed {run.plan.seed}, {run.plan.mode}, {done.seconds:.0f} s")
    typer.echo(done.verdict.report())
    starts = ", ".join(f"{name} {n}" for name, n in done.restarts.items())
    typer.echo(f"started again: {starts}")
    if done.verdict.violations:
        typer.echo(f"the history is kept: {done.history}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.flush()


def _summary(runs: list[Run], done: list[Done]) -> list[str]:
    """All seeds as a table, their sum, and whether it is enough."""
    total = sum_of([one.verdict.figures for one in done])
    broken = sum(len(one.verdict.violations) for one in done)
    rows = [
        _row(f"{run.plan.seed} {run.plan.mode}", one.verdict.figures, len(one.verdict.violations))
        for run, one in zip(runs, done, strict=True)
    ]
    enough = (
        total.messages >= MESSAGES
        and total.faults.total() >= FAULTS
        and total.duplicates_per_fault <= DUPLICATES_PER_FAULT
        and not broken
    )
    return [
        "",
        f"in all, over {len(done)} seeds",
        *total.lines(),
        "",
        " ".join(f"{name:>10}" for name in COLUMNS),
        *rows,
        _row("sum", total, broken),
        f"{MESSAGES} messages, {FAULTS} faults that hit something, nothing broken, at most "
        f"{DUPLICATES_PER_FAULT} said twice per fault: {'reached' if enough else 'NOT REACHED'}",
    ]


def _row(name: str, figures: Figures, broken: int) -> str:
    wrong = figures.wrong
    values = (
        figures.messages,
        figures.faults.total(),
        figures.in_flight.total(),
        figures.lost,
        wrong[Wrong.INVERSION],
        wrong[Wrong.TWO_HOLDERS],
        wrong[Wrong.STALE_WORD],
        figures.duplicates,
        round(figures.latency_ms(0.5)),
        round(figures.latency_ms(0.99)),
        broken,
    )
    return " ".join(f"{value:>10}" for value in (name, *values))


if __name__ == "__main__":
    app()
