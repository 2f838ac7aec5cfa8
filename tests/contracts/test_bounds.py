"""What the real server keeps stays small, however long a shop runs."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from handoff.ports import Store
from handoff.store.keys import Keys
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import Story

DAY_MS, DAY_SECONDS = 86_400_000, 86_400


@pytest.fixture
async def store(server_url: str, shop: str, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(server_url, shop, now=clock) as opened:
        yield opened


@pytest.fixture
async def server(server_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(server_url) as client:
        yield client


@pytest.fixture
def keys(shop: str) -> Keys:
    return Keys(shop)


async def test_an_update_is_known_two_days_from_when_it_came(
    story: Story, server: Redis, keys: Keys
) -> None:
    await story.arrives(story.mail("first"))
    (page,) = [key async for key in server.scan_iter(f"{keys.prefix}seen:*")]
    await server.expire(page, 60)  # the page is two days old but for a minute
    await story.arrives(story.mail("second"))

    assert await server.ttl(page) >= 2 * DAY_SECONDS


async def test_alerts_that_are_over_make_room(story: Story, server: Redis, keys: Keys) -> None:
    house = story.store.house
    for number in range(200):
        await house.alert(f"process_missing:bot-{number}", "silent")
    story.clock.advance(DAY_MS)
    await house.alert("turns_late", "")

    assert set(await house.alerts()) == {"turns_late"}
    assert await server.hlen(keys.of("alerts")) == 4


async def test_processes_of_long_ago_are_forgotten(story: Story, server: Redis, keys: Keys) -> None:
    await story.store.house.report("bot-1", {})
    story.clock.advance(3 * DAY_MS)
    await story.store.house.report("bot-2", {})

    assert await server.zrange(keys.of("processes"), 0, -1) == [b"bot-2"]


async def test_minutes_are_kept_over_midnight_and_fade_after_two_days(
    story: Story, server: Redis, keys: Keys
) -> None:
    house = story.store.house
    story.clock.advance(DAY_MS - story.clock.ms % DAY_MS - 60_000)
    await house.note_minute({"depth": 1.0})
    story.clock.advance(60_000)
    await house.note_minute({"depth": 2.0})

    days = [key async for key in server.scan_iter(f"{keys.prefix}history*")]
    assert [row["depth"] for row in await house.history(60)] == [1.0, 2.0]
    assert len(days) == 2
    assert all([0 < await server.ttl(day) <= 2 * DAY_SECONDS for day in days])


async def test_newest_event_of_those_that_fade_stays_for_who_has_read_it(
    story: Story, server: Redis, keys: Keys
) -> None:
    events = keys.of("events")
    await server.config_set("stream-node-max-entries", 1)  # a node goes as soon as it is old
    try:
        for at_ms in (1_000, 2_000):
            told = {"kind": "case.opened", "conversation": "tg-1-1", "case": "K"}
            await server.xadd(events, told, id=f"{at_ms}-0")
        await story.opens()
    finally:
        await server.config_set("stream-node-max-entries", 100)

    read = await story.store.events.after("2000-0", wait_ms=0)
    assert read
    assert len(read) == 1
    assert await story.store.events.after("1000-0", wait_ms=0) is None
