import pytest
import redis
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from handoff.errors import StoreDown
from handoff.ops.counters import Counters
from handoff.ops.metrics import render_metrics
from handoff.ports import Store
from handoff.store.keys import Keys
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import BEN, K1, K2, MEI, Story


async def page(store: Store) -> dict[str, Metric]:
    text = (await render_metrics(store)).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(family: Metric, name: str, **labels: str) -> float:
    (found,) = [s.value for s in family.samples if s.name == name and s.labels == labels]
    return found


async def test_every_name_is_ours_and_every_class_of_the_queue_has_a_depth(
    story: Story, clock: FakeClock
) -> None:
    await story.opens(K1, priority="urgent")
    clock.advance(30_000)
    await story.opens(K2, BEN)

    families = await page(story.store)

    depth, oldest = families["warmline_queue_depth"], families["warmline_queue_oldest_wait_seconds"]
    assert {name.partition("_")[0] for name in families} == {"warmline"}
    assert len(depth.samples) >= 6
    assert value(depth, depth.name, priority="urgent", skill="general") == 1
    assert value(depth, depth.name, priority="high", skill="zh") == 0
    assert value(oldest, oldest.name, priority="urgent", skill="general") == 30
    assert (
        value(families["warmline_cases_opened_last_hour"], "warmline_cases_opened_last_hour") == 2
    )


async def test_counts_and_timings_are_of_all_processes_together(store: Store) -> None:
    counters = Counters()
    counters.count("turns_stored", 3)
    for seconds in (0.004, 0.004, 0.2, 99.0):
        counters.observe("turn_seconds", seconds)
    await store.house.report("bot-a-1", counters.figures())
    await store.house.report("bot-a-2", {"turns_stored": 4.0, "turn_seconds|0.005": 1.0})

    families = await page(store)

    turns, timing = families["warmline_turns_stored"], families["warmline_turn_seconds"]
    assert value(turns, "warmline_turns_stored_total") == 7
    assert value(timing, "warmline_turn_seconds_bucket", le="0.005") == 3
    assert value(timing, "warmline_turn_seconds_bucket", le="30.0") == 4
    assert value(timing, "warmline_turn_seconds_bucket", le="+Inf") == 5
    assert value(timing, "warmline_turn_seconds_count") == 5
    assert value(timing, "warmline_turn_seconds_sum") == pytest.approx(99.208)


async def test_levels_are_added_or_the_highest_or_of_one_process(store: Store) -> None:
    for process, level in (("bot-a-1", 2.0), ("bot-a-2", 3.0)):
        levels = ("process_memory_bytes", "sends_under_way", "track_depth:chores")
        report = {f"={name}": level for name in levels}
        await store.house.report(process, report | {"=pending_updates": -level})

    families = await page(store)

    memory, track = families["warmline_process_memory_bytes"], families["warmline_track_depth"]
    assert value(memory, memory.name, process="bot-a-1") == 2
    assert value(families["warmline_sends_under_way"], "warmline_sends_under_way") == 5
    assert value(families["warmline_pending_updates"], "warmline_pending_updates") == -2
    assert value(track, track.name, source="chores") == 3


async def test_process_that_has_stopped_reporting_is_a_gap_and_its_counts_stay(
    store: Store, server_url: str, shop: str
) -> None:
    await store.house.report("bot-a-1", {"turns_stored": 1.0})
    await store.house.report("bot-a-2", {"turns_stored": 1.0})
    with redis.Redis.from_url(server_url) as server:
        assert server.delete(Keys(shop).of("metrics:bot-a-1"))

    families = await page(store)

    names = {sample.labels["process"] for sample in families["warmline_process_up"].samples}
    assert names == {"bot-a-2"}
    assert value(families["warmline_turns_stored"], "warmline_turns_stored_total") == 2


async def test_open_alert_and_agents_are_on_the_page(story: Story) -> None:
    await story.store.house.alert("track_stuck:chores", "a job has waited for 40 s")
    await story.store.presence.seen(MEI)
    await story.opens(K1)
    await story.claims(K1)

    families = await page(story.store)

    alert = families["warmline_alert_open"]
    assert value(alert, alert.name, alert="track_stuck:chores") == 1
    assert families["warmline_agents_present"].samples[0].value == 1
    assert families["warmline_cases_assigned"].samples[0].value == 1


async def test_store_that_is_away_gives_no_page() -> None:
    async with open_store("unix:///nowhere/redis.sock", "gone") as store:
        with pytest.raises(StoreDown):
            await render_metrics(store)
