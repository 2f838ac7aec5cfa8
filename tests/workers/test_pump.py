import pytest

from handoff.agenda import Chore
from handoff.jobs import Job, Track
from handoff.settings import StoreSettings
from tests.contracts.story import K1, Story, new_case
from workers.crew import pump_once
from workers.tracks import Tracks

ENRICH = Chore(f"enrich:{K1}:1", Job.ENRICH_PACKET, ("tg-1-100", K1))


class Crash(BaseException):
    pass


class CrashingTracks(Tracks):
    """Dies as soon as RQ has the job, before anybody can say so."""

    def enqueue(self, chore: Chore) -> None:
        super().enqueue(chore)
        raise Crash


async def leaves(story: Story, *chores: Chore) -> None:
    turn = await story.hears()
    await story.commits(turn, open_case=new_case(), chores=chores)


async def test_pump_that_dies_between_rq_and_the_store_loses_and_doubles_nothing(
    story: Story, settings: StoreSettings, tracks: Tracks
) -> None:
    await leaves(story, ENRICH)
    crashing = CrashingTracks(settings)

    with pytest.raises(Crash):
        await pump_once(story.store.house, crashing)
    crashing._connection.close()
    kept = await story.store.house.chores(10)
    await pump_once(story.store.house, tracks)

    assert kept == (ENRICH,)
    assert await story.store.house.chores(10) == ()
    assert tracks.queue(Track.CHORES).get_job_ids() == [f"enrich-{K1}-1"]


async def test_same_operation_is_on_the_track_once(tracks: Tracks) -> None:
    tracks.enqueue(ENRICH)

    tracks.enqueue(ENRICH)

    assert tracks.figures(Track.CHORES).depth == 1


async def test_chore_nobody_knows_is_set_aside_and_holds_up_nothing(
    story: Story, tracks: Tracks
) -> None:
    strange = Chore("sweep:1", "workers.jobs.sweep_the_floor", ("tg-1-100",))
    await leaves(story, strange, ENRICH)

    await pump_once(story.store.house, tracks)

    (letter,) = await story.store.house.dead_letters()
    assert letter["raw"] == '["sweep:1","workers.jobs.sweep_the_floor","tg-1-100"]'
    assert list(await story.store.house.alerts()) == ["chore_unknown:workers.jobs.sweep_the_floor"]
    assert tracks.figures(Track.CHORES).depth == 1
    assert await story.store.house.chores(10) == ()
