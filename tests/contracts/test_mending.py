"""What a lost write or a hand in the store could break, broken on purpose on the real server."""

from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from handoff.case import CaseStatus
from handoff.conversation import Holder
from handoff.ports import Store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import ANNA, K1, MEI, Story, answer


@pytest.fixture
async def store(server_url: str, shop: str, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(server_url, shop, now=clock) as opened:
        yield opened


@pytest.fixture
async def raw(server_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis.from_url(server_url) as client:
        yield client


async def test_waiting_case_that_fell_out_of_the_queue_is_back_at_its_rank(
    story: Story, raw: redis.asyncio.Redis, shop: str
) -> None:
    case = await story.opens(head_start_ms=60_000)
    await raw.zrem(f"{shop}:queue", K1)

    mended = await story.store.upkeep.mend(ANNA)

    (waiting,) = await story.store.cases.waiting()
    assert mended == ("case_not_queued",)
    assert waiting.rank == case.rank
    assert (await story.claims(None)).case_id == K1


async def test_conversation_held_for_a_case_that_is_gone_is_the_bots_again(
    story: Story, raw: redis.asyncio.Redis, shop: str
) -> None:
    await story.opens()
    await raw.delete(f"{shop}:k:{K1}")

    mended = await story.store.upkeep.mend(ANNA)

    conversation = await story.store.conversations.conversation(ANNA)
    assert set(mended) == {"case_gone", "holder"}
    assert (conversation.holder, conversation.case_id) == (Holder.BOT, "")
    assert await story.store.upkeep.strays() == (K1,)


async def test_holder_that_contradicts_its_case_follows_the_case(
    story: Story, raw: redis.asyncio.Redis, shop: str
) -> None:
    await story.opens()
    claimed = await story.claims()
    await raw.hset(f"{shop}:c:{ANNA}", mapping={"h": "bot", "g": "", "case": ""})

    mended = await story.store.upkeep.mend(ANNA)

    conversation = await story.store.conversations.conversation(ANNA)
    assert set(mended) == {"case_adopted", "holder"}
    assert (conversation.holder, conversation.agent) == (Holder.AGENT, MEI)
    assert conversation.epoch > claimed.epoch


async def test_closed_case_in_a_list_is_taken_out(
    story: Story, raw: redis.asyncio.Redis, shop: str
) -> None:
    await story.opens()
    await story.claims()
    await story.resolves()
    await raw.zadd(f"{shop}:queue", {K1: 1})

    assert await story.store.upkeep.mend(ANNA) == ("closed_case_listed",)
    assert await story.store.cases.waiting() == ()
    assert (await story.store.cases.case(K1)).status is CaseStatus.RESOLVED


async def test_lane_that_fell_off_its_agenda_is_due_again(
    story: Story, raw: redis.asyncio.Redis, shop: str
) -> None:
    await story.queues(answer())
    await story.arrives(story.mail())
    await raw.delete(f"{shop}:agenda:turns", f"{shop}:agenda:sends")

    mended = await story.store.upkeep.mend(ANNA)

    assert set(mended) == {"turn_not_due", "words_not_due"}
    assert len(await story.takes()) == 1
    assert len(await story.begins()) == 1


async def test_lease_without_a_due_time_does_not_hold_a_lane_for_ever(
    story: Story, raw: redis.asyncio.Redis, shop: str
) -> None:
    await story.hears()
    await raw.delete(f"{shop}:agenda:turns")

    await story.store.upkeep.mend(ANNA)

    assert len(await story.takes()) == 1
