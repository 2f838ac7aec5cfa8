import asyncio
from datetime import UTC, datetime, timedelta

from handoff.gaps import GOODS_MOST, KEPT, KEPT_MOST, Gap, Use, UseKind
from tests.contracts.story import Story


def moment(story: Story) -> datetime:
    return datetime.fromtimestamp(story.clock() / 1000, UTC)


async def test_a_gap_noted_twice_counts_once_and_keeps_its_order(story: Story) -> None:
    now = moment(story)
    first = Gap("a1", now - timedelta(hours=2), "zh", "支持货到付款吗")
    second = Gap("b2", now - timedelta(hours=1), "en", "do you take cash")

    for gap in (second, first, first):
        await story.store.gaps.note(gap)

    assert await story.store.gaps.recent() == (first, second)


async def test_gaps_are_forgotten_when_their_time_is_over(story: Story) -> None:
    old = Gap("a1", moment(story), "zh", "可以货到付款吗")
    await story.store.gaps.note(old)

    story.clock.advance(int(KEPT.total_seconds() * 1000) - 1)
    kept = await story.store.gaps.recent()
    story.clock.advance(1)

    assert kept == (old,)
    assert await story.store.gaps.recent() == ()
    fresh = Gap("b2", moment(story), "zh", "有实体店吗")
    await story.store.gaps.note(fresh)
    assert await story.store.gaps.recent() == (fresh,)


async def test_only_the_newest_gaps_are_kept(story: Story) -> None:
    start = moment(story) - timedelta(days=1)
    gaps = [
        Gap(f"{number:05}", start + timedelta(seconds=number), "en", "?")
        for number in range(KEPT_MOST + 2)
    ]
    for some in range(0, len(gaps), 200):
        await asyncio.gather(*map(story.store.gaps.note, gaps[some : some + 200]))

    kept = await story.store.gaps.recent()

    assert (len(kept), kept[0].op) == (KEPT_MOST, "00002")


async def test_the_first_time_a_product_is_seen_counts(story: Story) -> None:
    now = moment(story)
    await story.store.gaps.sold(["手冲咖啡机", "Wool coat"], now)
    await story.store.gaps.sold(["Wool coat", "红酒"], now + timedelta(days=1))
    await story.store.gaps.sold([], now)

    assert dict(await story.store.gaps.products()) == {
        "手冲咖啡机": now,
        "Wool coat": now,
        "红酒": now + timedelta(days=1),
    }


async def test_goods_known_longest_are_forgotten_first(story: Story) -> None:
    now = moment(story)
    await story.store.gaps.sold(["Wool coat", "红酒"], now)
    many = [f"good {number}" for number in range(GOODS_MOST - 1)]
    await story.store.gaps.sold(many, now + timedelta(days=1))

    assert set(await story.store.gaps.products()) == {"红酒", *many}


async def test_a_use_noted_twice_counts_once_and_is_forgotten_in_time(story: Story) -> None:
    now = moment(story)
    told = Use("a1", now - timedelta(hours=1), "late-dispatch", UseKind.TOLD)
    helped = Use("b2", now, "late-dispatch", UseKind.HELPED)
    for use in (helped, told, told):
        await story.store.gaps.used(use)
    kept = await story.store.gaps.uses()

    story.clock.advance(int(KEPT.total_seconds() * 1000))

    assert kept == (told, helped)
    assert await story.store.gaps.uses() == ()
