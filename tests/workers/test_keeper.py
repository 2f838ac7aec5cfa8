import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from rq import Worker
from rq.utils import utcformat

from handoff.jobs import Track
from handoff.ports import Store
from handoff.settings import StoreSettings
from workers.keeper import DEAF_LOOKS, Keeper
from workers.tracks import GIVES_WAY, Tracks

LOOK_SECONDS = 0.05


class Watched(Tracks):
    """Tracks that count how often somebody looked whether a worker is silent."""

    looks = 0

    def silent_seconds(self, track: Track, process_id: int) -> float | None:
        self.looks += 1
        return super().silent_seconds(track, process_id)


@pytest.fixture
def tracks(settings: StoreSettings) -> Iterator[Watched]:
    tracks = Watched(settings)
    yield tracks
    tracks._connection.close()


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
    tracks: Watched, store: Store
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
        looked = tracks.looks
        await until(lambda: tracks.looks > looked + 2 * DEAF_LOOKS)  # as yet it may only be slow
        patient = deaf.is_running()
        long_ago = utcformat(datetime.now(UTC) - timedelta(seconds=31))
        tracks._connection.hset(worker.key, "last_heartbeat", long_ago)
        await until(lambda: job.is_finished)

        assert patient
        assert niceness == min(19, psutil.Process().nice() + GIVES_WAY)
        assert not deaf.is_running()
        assert "worker_deaf:chores" in await store.house.alerts()
