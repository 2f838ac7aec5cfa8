from handoff.slots import SLOT_LIFE_MS, Slot
from tests.contracts.story import ANNA, BEN, Story


async def test_the_newest_message_in_a_slot_counts_for_its_chat_alone(story: Story) -> None:
    slots = story.store.slots
    await slots.put(ANNA, Slot.QUEUE, 7)
    await slots.put(ANNA, Slot.QUEUE, 9)
    await slots.put(ANNA, Slot.INTERIM, 11)

    assert await slots.message_in(ANNA, Slot.QUEUE) == 9
    assert await slots.message_in(ANNA, Slot.INTERIM) == 11
    assert await slots.message_in(BEN, Slot.QUEUE) == 0

    await slots.put(ANNA, Slot.QUEUE, 0)
    assert await slots.message_in(ANNA, Slot.QUEUE) == 0
    assert await slots.message_in(ANNA, Slot.INTERIM) == 11


async def test_what_has_scrolled_away_is_in_no_slot_any_more(story: Story) -> None:
    slots = story.store.slots
    await slots.put(ANNA, Slot.INTERIM, 11)
    await slots.put(ANNA, Slot.QUEUE, 7)

    story.clock.advance(SLOT_LIFE_MS[Slot.INTERIM] - 1)
    assert await slots.message_in(ANNA, Slot.INTERIM) == 11
    story.clock.advance(1)

    assert await slots.message_in(ANNA, Slot.INTERIM) == 0
    assert await slots.message_in(ANNA, Slot.QUEUE) == 7


async def test_an_erased_conversation_has_no_slots(story: Story) -> None:
    await story.hears()
    await story.store.slots.put(ANNA, Slot.QUEUE, 7)

    await story.store.house.erase(ANNA)

    assert await story.store.slots.message_in(ANNA, Slot.QUEUE) == 0
