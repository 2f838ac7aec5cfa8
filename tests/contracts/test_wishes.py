import asyncio

from handoff.files import FETCH_LEASE_MS, Fetch, FetchState, Wish
from tests.contracts.story import ANNA, BEN, Story

PHOTO = Wish(ANNA, "AgAC|photo-1", "")
INVOICE = Wish(ANNA, "BQAC-2", "发票.pdf")
FOUND = Fetch(FetchState.FOUND, file="0" * 32)
GONE = Fetch(FetchState.FAILED, reason="gone")


async def test_wanted_file_is_taken_once_however_often_it_is_wanted(story: Story) -> None:
    wishes = story.store.wishes
    for _ in range(3):
        await wishes.want(PHOTO)
    await wishes.want(PHOTO, again=True)
    story.clock.advance(1)
    await wishes.want(INVOICE)

    assert await wishes.take(1) == (PHOTO,)
    assert await wishes.take(9) == (INVOICE,)
    assert await wishes.take(9) == ()
    assert await wishes.fetches(ANNA) == {
        PHOTO.ref: Fetch(FetchState.WANTED),
        INVOICE.ref: Fetch(FetchState.WANTED),
    }


async def test_fifty_takers_share_the_wishes_and_none_is_fetched_twice(story: Story) -> None:
    made = [Wish(ANNA, f"ref-{number}") for number in range(20)]
    for wish in made:
        await story.store.wishes.want(wish)

    taken = await asyncio.gather(*(story.store.wishes.take(1) for _ in range(50)))

    assert sorted(w.ref for some in taken for w in some) == sorted(w.ref for w in made)


async def test_what_was_found_is_told_once_and_a_repeat_hears_the_same(story: Story) -> None:
    wishes = story.store.wishes
    await wishes.want(PHOTO)
    await wishes.take(1)

    assert await wishes.tell(PHOTO, FOUND)
    assert await wishes.tell(PHOTO, FOUND)
    assert not await wishes.tell(PHOTO, Fetch(FetchState.FOUND, file="1" * 32))
    assert await wishes.fetches(ANNA) == {PHOTO.ref: FOUND}
    story.clock.advance(FETCH_LEASE_MS + 1)
    assert await wishes.take(9) == ()


async def test_wish_of_a_fetcher_who_is_gone_is_due_again(story: Story) -> None:
    await story.store.wishes.want(PHOTO)
    await story.store.wishes.take(1)

    story.clock.advance(FETCH_LEASE_MS - 1)
    early = await story.store.wishes.take(1)
    story.clock.advance(1)

    assert (early, await story.store.wishes.take(1)) == ((), (PHOTO,))


async def test_clock_that_goes_back_does_not_stretch_a_fetch(story: Story) -> None:
    await story.store.wishes.want(PHOTO)
    story.clock.advance(1_000)
    await story.store.wishes.take(1)

    story.clock.advance(-2 * 3_600_000)
    early = await story.store.wishes.take(1)
    story.clock.advance(FETCH_LEASE_MS)

    assert (early, await story.store.wishes.take(1)) == ((), (PHOTO,))


async def test_failed_file_is_fetched_again_only_when_somebody_asks_again(story: Story) -> None:
    wishes = story.store.wishes
    await wishes.want(PHOTO)
    await wishes.take(1)
    await wishes.tell(PHOTO, GONE)

    await wishes.want(PHOTO)
    assert await wishes.take(1) == ()
    assert await wishes.fetches(ANNA) == {PHOTO.ref: GONE}
    await wishes.want(PHOTO, again=True)
    assert await wishes.take(1) == (PHOTO,)


async def test_desks_hear_that_a_file_came(story: Story) -> None:
    case = await story.opens()
    before = await story.store.events.last_id()
    await story.store.wishes.want(PHOTO)
    await story.store.wishes.tell(PHOTO, FOUND)
    await story.store.wishes.tell(PHOTO, FOUND)

    heard = await story.store.events.after(before, wait_ms=0)

    assert [values for _, values in heard or []] == [
        {"kind": "file.fetched", "conversation": ANNA, "case": case.id}
    ]


async def test_wish_knocks_at_the_bot(story: Story) -> None:
    await story.store.wishes.want(PHOTO)

    await asyncio.wait_for(story.store.house.wait_for("files", 30), 10)


async def test_erased_conversation_wants_no_file_and_takes_none(story: Story) -> None:
    await story.hears()
    await story.store.wishes.want(PHOTO)
    await story.store.wishes.want(INVOICE)
    await story.store.wishes.want(Wish(BEN, "his"))
    await story.store.wishes.tell(INVOICE, FOUND)

    await story.store.house.erase(ANNA)

    assert await story.store.wishes.fetches(ANNA) == {}
    assert await story.store.wishes.take(9) == (Wish(BEN, "his"),)
    assert not await story.store.wishes.tell(PHOTO, FOUND)
