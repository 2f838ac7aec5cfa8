import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from handoff.archive.sql import archive_url, open_archive
from handoff.jobs import Job, Track
from handoff.ports import Store
from handoff.settings import StoreSettings
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import ANNA, Story, answer
from workers.crew import call_job
from workers.tracks import Tracks

Work = Callable[[Track], None]


def in_store(settings: StoreSettings, ask: Callable[[Store], object]) -> object:
    async def asked() -> object:
        async with open_store(settings.redis_url.get_secret_value(), settings.shop) as store:
            return await ask(store)

    return asyncio.run(asked())


async def one_answer(store: Store) -> None:
    story = Story(store, FakeClock())
    await story.settles(await story.answers(answer("On its way.")))


def archived(folder: Path) -> list[str]:
    async def read() -> list[str]:
        async with open_archive(archive_url("", folder)) as archive:
            return [row["text"] for row in await archive.transcript(ANNA)]

    return asyncio.run(read())


def alerts(settings: StoreSettings) -> set[str]:
    return set(in_store(settings, lambda store: store.house.alerts()))


def test_round_of_the_timetable_fills_the_archive(
    settings: StoreSettings, tracks: Tracks, work: Work, tmp_path: Path
) -> None:
    in_store(settings, one_answer)

    call_job(tracks, Job.ARCHIVE, slot=7)
    work(Track.ARCHIVE)

    assert archived(tmp_path) == ["On its way."]
    assert alerts(settings) == set()


def test_two_crews_make_one_round_of_a_slot(tracks: Tracks, work: Work) -> None:
    call_job(tracks, Job.ARCHIVE, slot=7)
    call_job(tracks, Job.ARCHIVE, slot=8)
    waiting = tracks.figures(Track.ARCHIVE).depth
    work(Track.ARCHIVE)
    call_job(tracks, Job.ARCHIVE, slot=7)
    again = tracks.figures(Track.ARCHIVE).depth
    call_job(tracks, Job.ARCHIVE, slot=8)

    assert (waiting, again, tracks.figures(Track.ARCHIVE).depth) == (1, 0, 1)


def test_database_that_is_away_raises_an_alert_and_fails_no_job(
    settings: StoreSettings,
    tracks: Tracks,
    work: Work,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_store(settings, one_answer)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://archive@/nothing?host={tmp_path}")
    call_job(tracks, Job.ARCHIVE, slot=1)
    work(Track.ARCHIVE)
    away = alerts(settings)
    monkeypatch.delenv("DATABASE_URL")
    call_job(tracks, Job.ARCHIVE, slot=2)

    work(Track.ARCHIVE)

    assert away == {"archive_down"}
    assert alerts(settings) == set()
    assert tracks.figures(Track.ARCHIVE).failed == ()
    assert archived(tmp_path) == ["On its way."]
