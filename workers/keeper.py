"""Keep one worker process on a track: one that ends is started again, and so is one that has gone
deaf.

A worker whose line to the store died unnoticed, or that was stopped, is alive and takes nothing. It
is known by what it does not say: RQ's workers report every quarter of a minute at the latest.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from asyncio.subprocess import Process
from contextlib import suppress

import structlog

from handoff.errors import StoreDown
from handoff.jobs import Track
from handoff.ports import House
from handoff.store.server import die_with_parent
from workers.tracks import WORKER_TTL_SECONDS, Tracks

LOOK_SECONDS = 5.0
KNOWN_SECONDS = 60.0
"""By then a worker has told RQ of itself."""
DEAF_LOOKS = 3
"""So often in a row; after a store that was away all workers are silent for a moment."""
STOP_SECONDS = 5.0
"""A job that takes longer is killed with its worker, and tried again after the next start."""
PAUSE_SECONDS = 1.0
DEAF_ALERT = "worker_deaf"

log = structlog.get_logger()


class Keeper:
    """The keeper of one track."""

    def __init__(
        self, track: Track, tracks: Tracks, house: House, *, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self._track = track
        self._tracks = tracks
        self._house = house
        self._look_seconds = look_seconds

    async def run(self) -> None:
        """Keep a worker there until cancelled."""
        while True:
            process = await self._start()
            try:
                code = await self._until_over(process)
            except asyncio.CancelledError:
                await _stopped(process)
                raise
            log.error("track.ended", track=str(self._track), code=code)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "workers",
            "--track",
            self._track,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    async def _until_over(self, process: Process) -> int:
        """Until the process has ended, by itself or because it was deaf."""
        started, deaf = time.monotonic(), 0
        while True:
            with suppress(TimeoutError):
                return await asyncio.wait_for(process.wait(), self._look_seconds)
            deaf = deaf + 1 if await self._is_silent(process, started) else 0
            if deaf >= DEAF_LOOKS:
                process.kill()  # one that was stopped hears nothing else
                await self._tell(process)
                return await process.wait()

    async def _is_silent(self, process: Process, started: float) -> bool:
        with suppress(StoreDown):
            seconds = self._tracks.silent_seconds
            silent = await asyncio.to_thread(seconds, self._track, process.pid)
            if silent is None:
                return time.monotonic() - started > KNOWN_SECONDS
            return silent > WORKER_TTL_SECONDS
        return False

    async def _tell(self, process: Process) -> None:
        log.error("worker.deaf", track=str(self._track), process=process.pid)
        with suppress(StoreDown):
            await self._house.alert(f"{DEAF_ALERT}:{self._track}", f"process {process.pid}")


async def _stopped(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
