"""`python -m bench`: measure, and print one table. Everything stays on this machine and ends by
itself."""

from __future__ import annotations

import logging
import os
import statistics
from collections.abc import Callable, Iterable
from typing import Annotated

import structlog
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from bench.answers import Load, Reading, measure
from bench.handoff import median_claims, median_cycles, weights
from bench.processes import REST_CORE, pin

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    rounds: Annotated[int, typer.Option(help="interleaved runs of each bot")] = 3,
    burst: Annotated[int, typer.Option(help="questions at once")] = 1500,
    cycles: Annotated[int, typer.Option(help="handoff cycles a run")] = 1000,
) -> None:
    """Our bot against a bare aiogram echo, and our queue against a bare sorted set."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    pin(os.getpid(), REST_CORE)
    table = Table(
        "what", "ours", "compared", "ratio", "must", title="medians, same minute, AOF always"
    )
    for row in (*_answers(rounds, burst), *_handoff(rounds, cycles)):
        table.add_row(*row)
    Console(width=110).print(table)


def _answers(rounds: int, burst: int) -> Iterable[tuple[str, ...]]:
    load = Load(burst=burst)
    found: dict[str, list[Reading]] = {"echo": [], "warmline": []}
    for _ in range(rounds):
        for name, readings in found.items():
            readings.append(uvloop.run(measure(name, load)))
    ours, echo = found["warmline"], found["echo"]

    def row(what: str, value: Callable[[Reading], float], must: str) -> tuple[str, ...]:
        mine, theirs = (statistics.median(map(value, side)) for side in (ours, echo))
        return what, f"{mine:.2f}", f"{theirs:.2f}", f"{mine / theirs:.2f}x", must

    yield row("standard answer, unloaded p50, ms (echo)", lambda r: r.p50_ms, "<= 1.8x")
    yield row("standard answer, unloaded p99, ms (echo)", lambda r: r.p99_ms, "")
    yield row("standard answer, back to back, p50, ms (echo)", lambda r: r.back_to_back_p50_ms, "")
    yield row("answers a second, limits raised (echo)", lambda r: r.per_second, ">= 1.0x")
    yield row("bot CPU s per 1000 (echo)", lambda r: r.bot_cpu_per_1000, "<= 1.0x")
    store = statistics.median(r.store_cpu_per_1000 for r in ours)
    yield "store CPU s per 1000 (echo has none)", f"{store:.2f}", "", "", ""
    yield row("bot memory, MiB (echo)", lambda r: r.memory_mib, "")


def _handoff(rounds: int, count: int) -> Iterable[tuple[str, ...]]:
    cycles = median_cycles(rounds, count)
    figures = f"{cycles.ours:.0f}", f"{cycles.bare:.0f}", f"{cycles.ratio:.2f}x", ">= 0.7x, >= 1000"
    yield "open-claim-resolve a second, one by one (bare zset + Lua)", *figures
    speed, doubles = median_claims(rounds, count, 16)
    yield (
        "claims a second, 16 claimants; cases claimed twice",
        f"{speed:.0f}",
        "",
        f"{doubles} twice",
        "0",
    )
    waiting, idle = uvloop.run(weights(1000))
    yield "bytes of a waiting case with its conversation", f"{waiting:.0f}", "", "", "< 8000"
    yield "bytes of an idle conversation, 6 lines", f"{idle:.0f}", "", "", ""


if __name__ == "__main__":
    app()
