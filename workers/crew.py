"""The crew: the pump that moves chores to RQ, the watchdog, and one worker process a track.

A chore leaves the store only after RQ has it, so a crash between the two loses nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
import structlog

from handoff.agenda import Chore
from handoff.calendar import load_hours
from handoff.errors import StoreDown
from handoff.jobs import TERMS, TIMETABLE, Job, Track
from handoff.ops.counters import Counters, keep_reporting, leave
from handoff.ports import House
from handoff.settings import StoreSettings
from handoff.store.redis import open_store
from handoff.store.server import check_server, resolve_url
from handoff.tasks import told_to_stop
from workers.keeper import Keeper
from workers.tracks import Tracks
from workers.watchdog import Watchdog

PUMP_MOST = 50
WAIT_SECONDS = 5.0
UNKNOWN_ALERT = "chore_unknown"
Work = Callable[[], Coroutine[Any, Any, None]]

log = structlog.get_logger()


async def run_crew(settings: StoreSettings, owner: str) -> None:
    """Run until SIGINT or SIGTERM; raises StartRefused without a store that keeps things."""
    stop = told_to_stop()
    url = resolve_url(settings)
    if settings.redis_url.get_secret_value():
        await check_server(url, unsafe=settings.redis_unsafe)
    counters, tracks = Counters(), Tracks(settings)
    async with open_store(url, settings.shop) as store:
        works: list[Work] = [
            lambda: pump(store.house, tracks, counters),
            Watchdog(store, tracks, counters, load_hours(settings.seeds_dir)).run,
            lambda: keep_reporting(counters, store.house, owner),
            lambda: keep_time(tracks, time.time),
            *(Keeper(track, tracks, store.house).run for track in Track),
        ]
        tasks = [asyncio.ensure_future(work()) for work in works]
        log.info("workers.started", tracks=",".join(Track))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        if stop.is_set():
            await leave(store, owner)
        log.info("workers.stopped")
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def pump(house: House, tracks: Tracks, counters: Counters) -> None:
    """Move chores to their tracks until cancelled."""
    while True:
        try:
            moved = await pump_once(house, tracks)
            counters.count("chores_pumped", moved)
            if moved < PUMP_MOST:
                await house.wait_for("chores", WAIT_SECONDS)
        except StoreDown as error:
            log.warning("pump.waiting", error=str(error))
            await asyncio.sleep(1)


async def pump_once(house: House, tracks: Tracks) -> int:
    """Move what is there now; returns how many. A chore whose name nobody knows is set aside."""
    chores = await house.chores(PUMP_MOST)
    for chore in chores:
        try:
            await asyncio.to_thread(tracks.enqueue, chore)
        except ValueError:
            raw = orjson.dumps([chore.op, chore.job, *chore.args])
            await house.bury("chore", f"unknown job {chore.job}", raw)
            await house.alert(f"{UNKNOWN_ALERT}:{chore.job}", chore.op)
            log.error("chore.set_aside", job=chore.job, op=chore.op)
        await house.chore_done(chore)
    return len(chores)


async def keep_time(tracks: Tracks, now: Callable[[], float]) -> None:
    """Put the jobs of the timetable on their tracks when it is their time, until cancelled."""
    while True:
        for job, seconds in TIMETABLE.items():
            try:
                await asyncio.to_thread(call_job, tracks, job, int(now() // seconds))
            except StoreDown as error:
                log.warning("timetable.waiting", error=str(error))
        await asyncio.sleep(min(TIMETABLE.values()) / 3)


def call_job(tracks: Tracks, job: Job, slot: int) -> None:
    """Put a job on its track unless one is there; two crews that do so in a slot make one job."""
    if tracks.is_free(TERMS[job].track):
        name = str(job).rpartition(".")[2]
        tracks.enqueue(Chore(f"{name}:{slot}", str(job), ()))
