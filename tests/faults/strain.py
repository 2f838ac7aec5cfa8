"""How much slower the machine was than it would have been for this run alone. No tests here.

The kernel tells of every process how long it ran and how long it stood ready and was not let run.
Where a run's own processes stood waiting for a core, they took longer by that share, whatever the
product does; so a promise in seconds is judged in the time that the machine gave. A product that
waits for anything else, or works more than it should on a free core, gains nothing by it.
"""

from __future__ import annotations

import asyncio
import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.faults.history import Event, Recorder, Strained, now_ms

EVERY_SECONDS = 0.5
LEAST_RAN_NS = 1_000_000
"""Who ran less in a span tells nothing."""
MOST = 10.0


def ran_and_stood(pid: int) -> tuple[int, int]:
    """How many nanoseconds a process has run, and stood ready to; zeros when nobody tells."""
    with suppress(OSError, ValueError):
        ran, stood, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
        return int(ran), int(stood)
    return 0, 0


async def watch_strain(recorder: Recorder, pids: Callable[[], Iterable[int]]) -> None:
    """Write down how strained the machine is, until cancelled."""
    before: dict[int, tuple[int, int]] = {}
    since_ms = now_ms()
    while True:
        at_ms, seen = now_ms(), {pid: ran_and_stood(pid) for pid in {*pids(), os.getpid()}}
        steps = [(seen[pid], before[pid]) for pid in seen.keys() & before.keys()]
        ran = sum(now[0] - old[0] for now, old in steps)
        stood = sum(now[1] - old[1] for now, old in steps)
        if ran >= LEAST_RAN_NS and stood > 0:
            times = round(min(MOST, (ran + stood) / ran), 2)
            recorder.note(Strained(at_ms=since_ms, until_ms=at_ms, times=times))
        before, since_ms = seen, at_ms
        await asyncio.sleep(EVERY_SECONDS)


class Strain:
    """The strained spans of a history."""

    def __init__(self, history: Sequence[Event]) -> None:
        self.spans = [event for event in history if isinstance(event, Strained)]
        self._starts = [span.at_ms for span in self.spans]

    def lost_ms(
        self, began_ms: float, ended_ms: float, within: Callable[[float, float], float]
    ) -> float:
        """How much of a time the machine took for others, of what counts `within` each part."""
        lost = 0.0
        first = max(0, bisect_right(self._starts, began_ms) - 1)
        for span in self.spans[first:]:
            if span.at_ms >= ended_ms:
                break
            part = within(max(began_ms, span.at_ms), min(ended_ms, span.until_ms))
            lost += part * (1 - 1 / span.times)
        return lost

    def own_ms(self, began_ms: float, ended_ms: float) -> float:
        """How long something took of the time that the machine gave."""
        took = ended_ms - began_ms
        return took - self.lost_ms(began_ms, ended_ms, lambda start, end: max(0.0, end - start))
