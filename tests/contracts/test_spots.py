from handoff.spots import SPOT_LIFE_MS, Spot
from tests.contracts.story import ANNA, BEN, Story


async def test_the_newest_message_in_a_spot_counts_for_its_chat_alone(story: Story) -> None:
    spots = story.store.spots
    await spots.put(ANNA, Spot.QUEUE, 7)
    await spots.put(ANNA, Spot.QUEUE, 9)
    await spots.put(ANNA, Spot.INTERIM, 11)

    assert await spots.message_in(ANNA, Spot.QUEUE) == 9
    assert await spots.message_in(ANNA, Spot.INTERIM) == 11
    assert await spots.message_in(BEN, Spot.QUEUE) == 0

    await spots.put(ANNA, Spot.QUEUE, 0)
    assert await spots.message_in(ANNA, Spot.QUEUE) == 0
    assert await spots.message_in(ANNA, Spot.INTERIM) == 11


async def test_what_has_scrolled_away_is_in_no_spot_any_more(story: Story) -> None:
    spots = story.store.spots
    await spots.put(ANNA, Spot.INTERIM, 11)
    await spots.put(ANNA, Spot.QUEUE, 7)

    story.clock.advance(SPOT_LIFE_MS[Spot.INTERIM] - 1)
    assert await spots.message_in(ANNA, Spot.INTERIM) == 11
    story.clock.advance(1)

    assert await spots.message_in(ANNA, Spot.INTERIM) == 0
    assert await spots.message_in(ANNA, Spot.QUEUE) == 7


async def test_an_erased_conversation_has_no_spots(story: Story) -> None:
    await story.hears()
    await story.store.spots.put(ANNA, Spot.QUEUE, 7)

    await story.store.house.erase(ANNA)

    assert await story.store.spots.message_in(ANNA, Spot.QUEUE) == 0
