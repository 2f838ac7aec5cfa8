import pytest
import redis
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from handoff.errors import StoreDown
from handoff.ops.counters import STARTED, Counters
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


async def test_counts_levels_and_timings_carry_their_process(store: Store) -> None:
    counters = Counters()
    counters.count("turns_stored", 3)
    counters.level("track_depth:chores", 2)
    for seconds in (0.004, 0.004, 0.2, 99.0):
        counters.observe("turn_seconds", seconds)
    await store.house.report("bot-a-1", counters.figures())
    await store.house.report("bot-a-2", {"turns_stored": 4.0})

    families = await page(store)

    first = {"process": "bot-a-1"}
    turns, timing = families["warmline_turns_stored"], families["warmline_turn_seconds"]
    assert value(turns, "warmline_turns_stored_total", **first) == 3
    assert value(turns, "warmline_turns_stored_total", process="bot-a-2") == 4
    assert (
        value(families["warmline_track_depth"], "warmline_track_depth", **first, track="chores")
        == 2
    )
    assert value(timing, "warmline_turn_seconds_bucket", **first, le="0.005") == 2
    assert value(timing, "warmline_turn_seconds_bucket", **first, le="30.0") == 3
    assert value(timing, "warmline_turn_seconds_bucket", **first, le="+Inf") == 4
    assert value(timing, "warmline_turn_seconds_count", **first) == 4
    assert value(timing, "warmline_turn_seconds_sum", **first) == pytest.approx(99.208)
    assert f"warmline_{STARTED}" in families


async def test_process_that_has_stopped_reporting_is_a_gap_and_not_a_zero(
    store: Store, server_url: str, shop: str
) -> None:
    await store.house.report("bot-a-1", {"turns_stored": 1.0})
    await store.house.report("bot-a-2", {"turns_stored": 1.0})
    with redis.Redis.from_url(server_url) as server:
        assert server.delete(Keys(shop).of("metrics:bot-a-1"))

    families = await page(store)

    names = {sample.labels["process"] for sample in families["warmline_process_up"].samples}
    assert names == {"bot-a-2"}
    assert len(families["warmline_turns_stored"].samples) == 1


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
