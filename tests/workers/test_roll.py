from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from handoff.agenda import Chore
from handoff.calendar import load_hours
from handoff.jobs import Job, Track
from handoff.ops.counters import Counters
from handoff.ports import Store
from tests.contracts.story import ANNA, K1
from workers.roll import Roll
from workers.tracks import Tracks
from workers.watchdog import Watchdog

ENRICH = Chore(f"enrich:{K1}:1", Job.ENRICH_PACKET, (ANNA, K1))
ENRICH_ID = f"enrich-{K1}-1"
SEEDS = Path(__file__).parents[2] / "seeds"
Passes = Callable[[float], None]


@pytest.fixture
def passes(tracks: Tracks, shop: str) -> Passes:
    """Time goes by on the roll."""
    at = [1_000_000.0]
    tracks.roll = Roll(tracks._connection, shop, lambda: at[0])

    def pass_by(seconds: float) -> None:
        at[0] += seconds

    return pass_by


@pytest.fixture
def dog(store: Store, tracks: Tracks) -> Watchdog:
    return Watchdog(store, tracks, Counters(), load_hours(SEEDS))


def forget(tracks: Tracks, *, books: bool) -> None:
    """RQ loses a job: from its queue, and with `books` from its hash too."""
    queue = tracks.queue(Track.CHORES)
    queue.connection.delete(queue.key)
    if books:
        for key in queue.connection.scan_iter(f"*job:{ENRICH_ID}"):
            queue.connection.delete(key)


@pytest.mark.parametrize("books", [False, True])
async def test_job_that_rq_lost_is_found_and_told(
    tracks: Tracks,
    store: Store,
    dog: Watchdog,
    passes: Passes,
    *,
    books: bool,
) -> None:
    tracks.enqueue(ENRICH)
    forget(tracks, books=books)
    passes(119)
    await dog._look_for_lost()
    early = tracks.figures(Track.CHORES).depth
    passes(1)

    await dog._look_for_lost()
    await dog._look_for_lost()

    assert (early, tracks.figures(Track.CHORES).depth) == (0, 1)
    assert (await store.house.alerts())["chore_lost"]["count"] == "1"


async def test_job_of_a_later_version_is_left_to_its_own_watchdog(
    tracks: Tracks, store: Store, dog: Watchdog, passes: Passes
) -> None:
    tracks.roll.expect("paint-1", Chore("paint:1", "workers.jobs.paint", (ANNA,)))
    tracks.enqueue(ENRICH)
    forget(tracks, books=True)
    passes(121)

    await dog._look_for_lost()

    assert (await store.house.alerts())["chore_lost"]["detail"] == ENRICH.op
    assert "paint-1" in [due.job_id for due in tracks.roll.overdue(0)]


async def test_job_that_waits_or_was_given_up_is_not_lost(
    tracks: Tracks, store: Store, dog: Watchdog, passes: Passes
) -> None:
    tracks.enqueue(ENRICH)
    passes(500)
    await dog._look_for_lost()
    queue = tracks.queue(Track.CHORES)
    job = queue.fetch_job(ENRICH_ID)
    assert job is not None
    queue.remove(job)
    queue.failed_job_registry.add(job)

    await dog._look_for_lost()

    assert await store.house.alerts() == {}
    assert tracks.roll.overdue(0) == []


def test_job_that_ended_is_off_the_roll(tracks: Tracks, work: Callable[[], None]) -> None:
    tracks.enqueue(ENRICH)
    before = len(tracks.roll.overdue(0))

    work()

    assert (before, tracks.roll.overdue(0)) == (1, [])


def test_job_that_runs_twice_at_once_is_told_and_done(
    tracks: Tracks, work: Callable[[], None]
) -> None:
    tracks.enqueue(ENRICH)
    tracks.roll.begin(ENRICH_ID, 60)

    with capture_logs() as lines:
        work()

    assert [line["event"] for line in lines] == ["job.twice", "job.done"]
    assert tracks.roll.overdue(0) == []
