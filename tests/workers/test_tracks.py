import asyncio
import inspect
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from msgspec.structs import replace
from pydantic import SecretStr
from rq import Queue, Retry
from rq.job import JobStatus
from rq.utils import import_attribute

from handoff.agenda import Chore
from handoff.calendar import load_hours
from handoff.errors import StoreDown
from handoff.jobs import TERMS, TIMETABLE, Job, Track
from handoff.ops.counters import Counters
from handoff.packet import Fact, Packet, decode_packet, encode_packet
from handoff.ports import Store
from handoff.settings import StoreSettings
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import ANNA, K1, MEI, Story, new_case
from workers.tracks import RETRY_SECONDS, Tracks
from workers.watchdog import Watchdog

PARAMETERS = {Job.ENRICH_PACKET: 2, Job.NOTE_GAP: 3, Job.NOTE_USE: 4, Job.ARCHIVE: 0}
ENRICH = Chore(f"enrich:{K1}:1", Job.ENRICH_PACKET, (ANNA, K1))
FAILED = "chore_failed:chores"
NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)
"""A Wednesday at noon in the shop's zone."""
SEEDS = Path(__file__).parents[2] / "seeds"


def test_every_job_name_is_a_function_with_the_parameters_a_chore_carries() -> None:
    found = {job: len(inspect.signature(import_attribute(job)).parameters) for job in Job}

    assert found == PARAMETERS


def in_store(settings: StoreSettings, ask: Callable[[Store], Awaitable[Any]]) -> Any:
    """Ask the store from a test that is no coroutine: jobs run a loop of their own."""

    async def asked() -> Any:
        async with open_store(settings.redis_url.get_secret_value(), settings.shop) as store:
            return await ask(store)

    return asyncio.run(asked())


def watchdog(store: Store, tracks: Tracks) -> Watchdog:
    return Watchdog(store, tracks, Counters(), load_hours(SEEDS))


def opened(settings: StoreSettings) -> None:
    packet = Packet(wants="my order", facts=(Fact("order_no", "W1000001"),))
    asked = replace(new_case(), packet=encode_packet(packet))

    async def open_case(store: Store) -> None:
        story = Story(store, FakeClock())
        await story.commits(await story.hears(), open_case=asked)

    in_store(settings, open_case)


def alerts(settings: StoreSettings, tracks: Tracks) -> list[str]:
    """What is open after the watchdog's look."""

    async def ask(store: Store) -> list[str]:
        await watchdog(store, tracks).look(NOON)
        return sorted(await store.house.alerts())

    return in_store(settings, ask)


def packet_version(settings: StoreSettings) -> int:
    return in_store(settings, lambda store: store.cases.case(K1)).packet_version


def test_job_enriches_the_packet_of_its_case(
    settings: StoreSettings, tracks: Tracks, work: Callable[[], None]
) -> None:
    opened(settings)

    tracks.enqueue(ENRICH)
    work()

    packet = decode_packet(in_store(settings, lambda store: store.cases.packet(K1)))
    assert packet.version == packet_version(settings) == 2
    assert packet.order
    assert alerts(settings, tracks) == []


def test_job_that_keeps_failing_is_given_up_with_an_alert_that_success_clears(
    settings: StoreSettings,
    tracks: Tracks,
    work: Callable[[], None],
    time_passes: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened(settings)
    monkeypatch.setenv("SEEDS_DIR", str(tmp_path))
    tracks.enqueue(ENRICH)

    tries = 0
    while tracks.figures(Track.CHORES).depth:
        work()
        tries += 1
        raised = alerts(settings, tracks)
        time_passes()
    given_up = packet_version(settings)
    monkeypatch.setenv("SEEDS_DIR", str(settings.seeds_dir))
    again = tracks.again(Track.CHORES)
    work()

    assert tries == 1 + len(RETRY_SECONDS)
    assert raised == [FAILED]
    assert given_up == 1
    assert again == 1
    assert packet_version(settings) == 2
    assert alerts(settings, tracks) == []


def test_failed_job_keeps_no_text_of_its_error(
    settings: StoreSettings,
    tracks: Tracks,
    work: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened(settings)
    (tmp_path / "hours.yaml").write_text("zone: 13800138000\n")
    monkeypatch.setenv("SEEDS_DIR", str(tmp_path))

    tracks.enqueue(ENRICH)
    work()

    job = tracks.queue(Track.CHORES).fetch_job(f"enrich-{K1}-1")
    assert job is not None
    kept = repr(tracks._connection.hgetall(job.key))
    assert "138001" not in kept


def test_job_of_a_killed_worker_is_done_by_another(
    settings: StoreSettings, tracks: Tracks, time_passes: Callable[[], None]
) -> None:
    queue = tracks.queue(Track.CHORES)
    job = queue.enqueue("time.sleep", 40, retry=_retry(), job_timeout=60)
    with subprocess.Popen([sys.executable, "-m", "workers", "--track", "chores"]) as worker:
        _until(lambda: job.get_status() == JobStatus.STARTED)
        (horse,) = psutil.Process(worker.pid).children()
        worker.kill()
        horse.kill()
    before = tracks.figures(Track.CHORES).depth
    time_passes()  # nobody has reported on the job for 65 s
    time_passes()  # the first retry is due

    assert before == 0
    assert queue.get_job_ids() == [job.id]


def test_pickled_job_is_never_unpacked(
    settings: StoreSettings, tracks: Tracks, work: Callable[[], None], tmp_path: Path
) -> None:
    opened(settings)
    mark = tmp_path / "unpacked"
    queue = tracks.queue(Track.CHORES)
    pickled = Queue(Track.CHORES, connection=queue.connection)
    pickled.enqueue("workers.jobs.enrich_packet", _Trap(mark), "K", job_id="pickled")

    work()
    tracks.enqueue(ENRICH)
    work()

    assert not mark.exists()
    assert queue.failed_job_registry.get_job_ids() == ["pickled"]
    assert packet_version(settings) == 2


class _Trap:
    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._mark),)


async def test_waiting_job_is_seen_when_nobody_works(tracks: Tracks, store: Store) -> None:
    tracks.enqueue(ENRICH)
    job = tracks.queue(Track.CHORES).fetch_job(f"enrich-{K1}-1")
    assert job is not None
    assert job.enqueued_at is not None
    job.enqueued_at -= timedelta(seconds=31)
    job.save()
    dog = watchdog(store, tracks)

    await dog.look(NOON)
    stuck = sorted(await store.house.alerts())
    tracks.queue(Track.CHORES).empty()
    await dog.look(NOON)

    assert stuck == ["track_stuck:chores"]
    assert await store.house.alerts() == {}
    assert dog.counters.figures()["=track_depth:chores"] == 0


@pytest.mark.parametrize(
    ("waits_seconds", "hour", "agent", "raised"),
    [(61, 4, "", True), (59, 4, "", False), (61, 20, "", False), (61, 4, "mei", False)],
    ids=["alone", "not for long", "out of hours", "somebody is there"],
)
async def test_customers_who_wait_with_nobody_at_a_desk_raise_an_alert(
    server_url: str,
    shop: str,
    tracks: Tracks,
    waits_seconds: int,
    hour: int,
    agent: str,
    raised: bool,
) -> None:
    clock = FakeClock()
    async with open_store(server_url, shop, now=clock) as store:
        await Story(store, clock).opens(K1)
        clock.advance(waits_seconds * 1000)
        if agent:
            await store.presence.seen(MEI)

        await watchdog(store, tracks).look(NOON.replace(hour=hour))

        assert ("nobody_there" in await store.house.alerts()) is raised


def test_two_watchdogs_bring_a_job_back_once(
    settings: StoreSettings, tracks: Tracks, time_passes: Callable[[], None]
) -> None:
    queue = tracks.queue(Track.CHORES)
    other = Tracks(settings)
    job = queue.enqueue_in(timedelta(minutes=1), "time.sleep", 0)
    other._scheduler(Track.CHORES).acquire_locks()

    time_passes()
    while_other_is_at_it = queue.get_job_ids()
    other._scheduler(Track.CHORES).release_locks()
    time_passes()
    time_passes()
    other.bring_back(Track.CHORES)
    other._connection.close()

    assert while_other_is_at_it == []
    assert queue.get_job_ids() == [job.id]


def test_store_that_is_away_is_told_as_such(settings: StoreSettings, tmp_path: Path) -> None:
    nowhere = SecretStr(f"unix://{tmp_path}/nobody.sock")
    tracks = Tracks(settings.model_copy(update={"redis_url": nowhere}))

    for ask in (tracks.figures, tracks.bring_back, tracks.again):
        with pytest.raises(StoreDown):
            ask(Track.CHORES)
    with pytest.raises(StoreDown):
        tracks.enqueue(ENRICH)


def _retry() -> Retry:
    return Retry(max=3, interval=RETRY_SECONDS)


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_every_job_has_its_terms() -> None:
    assert set(TERMS) == set(Job)
    assert set(TIMETABLE) <= set(Job)
