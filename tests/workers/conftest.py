"""RQ reads its key prefix once, when it is imported: all tests here share one shop of their own
and leave it empty.
"""

import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr

from handoff.jobs import Track
from handoff.ports import Store
from handoff.settings import StoreSettings
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import Story
from workers.tracks import Tracks

SEEDS = Path(__file__).parents[2] / "seeds"
SHOP = f"test-{secrets.token_hex(6)}"
os.environ["RQ_KEY_PREFIX"] = f"{SHOP}:rq"


@pytest.fixture
def shop(server_url: str) -> Iterator[str]:
    yield SHOP
    with redis.Redis.from_url(server_url) as client:
        for key in client.scan_iter(f"*{SHOP}*"):
            client.delete(key)


@pytest.fixture
def settings(
    server_url: str, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> StoreSettings:
    """What a test is given, and what a job reads from its environment."""
    for name, value in {
        "REDIS_URL": server_url,
        "SHOP": shop,
        "SEEDS_DIR": str(SEEDS),
        "DATA_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    return StoreSettings(
        _env_file=None,
        redis_url=SecretStr(server_url),
        shop=shop,
        seeds_dir=SEEDS,
        data_dir=tmp_path / "data",
    )


@pytest.fixture
def tracks(settings: StoreSettings) -> Iterator[Tracks]:
    tracks = Tracks(settings)
    yield tracks
    tracks._connection.close()


@pytest.fixture
async def store(server_url: str, shop: str) -> AsyncIterator[Store]:
    async with open_store(server_url, shop) as opened:
        yield opened


@pytest.fixture
def story(store: Store) -> Story:
    return Story(store, FakeClock())


@pytest.fixture
def work(tracks: Tracks) -> Iterator[Callable[..., None]]:
    """Do all jobs that are on a track now, in this process."""
    handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}

    def work_off(track: Track = Track.CHORES) -> None:
        from rq import SimpleWorker
        from rq.serializers import JSONSerializer

        queue = tracks.queue(track)
        worker = SimpleWorker([queue], connection=queue.connection, serializer=JSONSerializer)
        worker.work(burst=True, logging_level="CRITICAL")

    yield work_off
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def time_passes(tracks: Tracks) -> Callable[[], None]:
    """Whatever waits for a moment is due, and whoever worked has been silent for long."""

    def pass_on() -> None:
        queue = tracks.queue(Track.CHORES)
        for registry in (queue.scheduled_job_registry, queue.started_job_registry):
            for entry in queue.connection.zrange(registry.key, 0, -1):
                queue.connection.zadd(registry.key, {entry: 1})
        tracks.bring_back(Track.CHORES)

    return pass_on
