"""What a process counts about itself, and its report to the store every few seconds.

Names are plain words (`turns_stored`); the metrics page puts `warmline_` in front and adds the
processes up.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from bisect import bisect_left
from collections import defaultdict

import structlog

from handoff.errors import StoreDown
from handoff.ports import House, Store
from handoff.upkeep import STARTED

REPORT_EVERY_SECONDS = 5.0
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

log = structlog.get_logger()


class Counters:
    """Counts, levels and timings of one process."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, float] = defaultdict(float)
        self._levels: dict[str, float] = {STARTED: time.time()}
        self._timings: dict[str, list[float]] = {}

    def count(self, name: str, n: int = 1) -> None:
        """Add `n` to a counter."""
        self._counts[name] += n

    def level(self, name: str, value: float) -> None:
        """Say how much of something there is now."""
        self._levels[name] = value

    def observe(self, name: str, seconds: float) -> None:
        """Note one duration."""
        timing = self._timings.get(name)
        if timing is None:
            timing = self._timings[name] = [0.0] * (len(BUCKETS) + 2)
        timing[bisect_left(BUCKETS, seconds)] += 1
        timing[-1] += seconds

    def figures(self) -> dict[str, float]:
        """Everything as flat figures: `name`, `=name` for levels, `name|<bucket>` and `name|sum`
        for timings."""
        flat = dict(self._counts) | {f"={name}": value for name, value in self._levels.items()}
        for name, timing in self._timings.items():
            flat |= {
                f"{name}|{bucket}": timing[i]
                for i, bucket in enumerate((*BUCKETS, "+Inf"))
                if timing[i]
            }
            flat[f"{name}|sum"] = timing[-1]
        return flat


def memory_bytes() -> float:
    """The most memory this process has held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


async def keep_reporting(counters: Counters, house: House, process: str) -> None:
    """Write the figures to the store until cancelled; a store that is away leaves a gap."""
    while True:
        counters.level("process_memory_bytes", memory_bytes())
        try:
            await house.report(process, counters.figures())
        except StoreDown:
            log.warning("metrics.not_reported")
        await asyncio.sleep(REPORT_EVERY_SECONDS)


async def leave(store: Store, process: str) -> None:
    """Say that this process ends in order, so that nobody misses it."""
    try:
        await store.upkeep.leave(process)
    except StoreDown:
        log.warning("process.left_unsaid")
