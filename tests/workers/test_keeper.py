import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import psutil
from rq import Worker
from rq.utils import utcformat

from handoff.jobs import Track
from handoff.ports import Store
from workers.keeper import Keeper
from workers.tracks import GIVES_WAY, Tracks

LOOK_SECONDS = 0.05


@asynccontextmanager
async def kept(tracks: Tracks, store: Store) -> AsyncIterator[None]:
    keeper = Keeper(Track.CHORES, tracks, store.house, look_seconds=LOOK_SECONDS)
    keeping = asyncio.create_task(keeper.run())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(is_so):  # noqa: ASYNC110  # another process makes it so
            await asyncio.sleep(0.05)


def at_work(tracks: Tracks) -> list[Worker]:
    return Worker.all(queue=tracks.queue(Track.CHORES))


async def test_a_deaf_worker_is_ended_and_another_does_its_jobs(
    tracks: Tracks, store: Store
) -> None:
    async with kept(tracks, store):
        await until(lambda: bool(at_work(tracks)))
        (worker,) = at_work(tracks)
        deaf = psutil.Process(worker.pid)
        niceness = deaf.nice()
        deaf.send_signal(signal.SIGSTOP)
        queue = tracks.queue(Track.CHORES)
        queue.enqueue("time.sleep", 0)  # the server hands it to the deaf one; the roll misses it
        job = queue.enqueue("time.sleep", 0)
        await asyncio.sleep(LOOK_SECONDS * 10)  # as yet it may only be slow
        patient = deaf.is_running()
        long_ago = utcformat(datetime.now(UTC) - timedelta(seconds=31))
        tracks._connection.hset(worker.key, "last_heartbeat", long_ago)
        await until(lambda: job.is_finished)

        assert patient
        assert niceness == min(19, psutil.Process().nice() + GIVES_WAY)
        assert not deaf.is_running()
        assert "worker_deaf:chores" in await store.house.alerts()
