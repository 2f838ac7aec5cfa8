"""The watchdog: compares what should run with what runs, and raises or clears the alerts.

It looks at the tracks and at the queue of cases. It changes neither, but that it brings back jobs
whose worker died.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from handoff.calendar import OpeningHours
from handoff.errors import StoreDown
from handoff.jobs import Track
from handoff.ops.counters import Counters
from handoff.ops.watch import raise_or_clear
from handoff.ports import Store
from workers.tracks import Tracks

LOOK_SECONDS = 5.0
STUCK_SECONDS = 30.0
LONELY_SECONDS = 60.0
STUCK_ALERT = "track_stuck"
FAILED_ALERT = "chore_failed"
LOST_ALERT = "chore_lost"
NOBODY_ALERT = "nobody_there"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Watchdog:
    """What it looks at, and by which hours."""

    store: Store
    tracks: Tracks
    counters: Counters
    hours: OpeningHours

    async def run(self) -> None:
        """Look until cancelled; survives a store that is away, and a look that fails."""
        while True:
            try:
                await self.look(datetime.now(UTC))
            except StoreDown as error:
                log.warning("watchdog.waiting", error=str(error))
            except Exception:  # else every worker would end with it
                log.exception("watchdog.failed")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, now: datetime) -> None:
        """One look at everything. Raises StoreDown."""
        for track in Track:
            await self._look_at_track(track)
        await self._look_for_lost()
        await self._look_at_queue(now)

    async def _look_at_track(self, track: Track) -> None:
        await asyncio.to_thread(self.tracks.bring_back, track)
        figures = await asyncio.to_thread(self.tracks.figures, track)
        self.counters.level(f"track_depth:{track}", figures.depth)
        self.counters.level(f"track_oldest_seconds:{track}", figures.oldest_seconds)
        self.counters.level(f"track_failed:{track}", len(figures.failed))
        waits = figures.oldest_seconds > STUCK_SECONDS
        stuck = f"a job has waited for {figures.oldest_seconds:.0f} s" if waits else ""
        failed = (
            f"{len(figures.failed)} given up, last {figures.failed[0]}" if figures.failed else ""
        )
        await raise_or_clear(self.store.house, f"{STUCK_ALERT}:{track}", stuck)
        await raise_or_clear(self.store.house, f"{FAILED_ALERT}:{track}", failed)

    async def _look_for_lost(self) -> None:
        """What should have run and is nowhere is put on its track anew."""
        for due in await asyncio.to_thread(self.tracks.lost):
            log.error("job.lost", job=due.chore.job, op=due.chore.op)
            self.counters.count("jobs_lost", 1)
            await self.store.house.alert(LOST_ALERT, due.chore.op)
            await asyncio.to_thread(self.tracks.find, due)

    async def _look_at_queue(self, now: datetime) -> None:
        classes = await self.store.cases.figures()
        oldest = max((found.oldest_wait_seconds for found in classes), default=0.0)
        lonely = oldest > LONELY_SECONDS and self.hours.open_at(now)
        alone = lonely and not await self.store.presence.present()
        depth = sum(found.depth for found in classes)
        await raise_or_clear(self.store.house, NOBODY_ALERT, f"{depth} wait" if alone else "")
