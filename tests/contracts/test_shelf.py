from handoff.case import CaseStatus
from handoff.conversation import DeliveryState
from handoff.shelf import LINES_FOLDED, LINES_KEPT, Unshelved
from tests.contracts.story import ANNA, BEN, K1, Story, answer

HOUR_MS = 3_600_000


async def walked(story: Story) -> set[str]:
    shelf, cursor, found = story.store.shelf, "0", set()
    while True:
        cursor, names = await shelf.walk(cursor, 10)
        found |= set(names)
        if cursor == "0":
            return found


async def test_walk_comes_by_every_conversation(story: Story) -> None:
    for number in range(25):
        await story.queues(answer(), chat=type(ANNA)(f"tg-1-{number}"))

    assert await walked(story) == {f"tg-1-{number}" for number in range(25)}


async def test_only_conversations_with_new_lines_are_unshelved(story: Story) -> None:
    shelf = story.store.shelf
    await story.settles(await story.answers(answer("one")))
    await story.settles(await story.answers(answer("two"), chat=BEN))

    await shelf.shelve(ANNA, 1)

    assert await shelf.unshelved((ANNA, BEN)) == (Unshelved(BEN, 0, 1),)


async def test_shelved_mark_never_goes_back_nor_beyond_the_last_line(story: Story) -> None:
    shelf = story.store.shelf
    for text in ("one", "two", "three"):
        await story.settles(await story.answers(answer(text)))

    await shelf.shelve(ANNA, 2)
    await shelf.shelve(ANNA, 1)
    before = await shelf.unshelved((ANNA,))
    await shelf.shelve(ANNA, 99)

    assert before == (Unshelved(ANNA, 2, 3),)
    assert await shelf.unshelved((ANNA,)) == ()
    await story.settles(await story.answers(answer("four")))
    assert await shelf.unshelved((ANNA,)) == (Unshelved(ANNA, 3, 4),)


async def test_shelving_brings_no_erased_conversation_back(story: Story) -> None:
    await story.settles(await story.answers(answer()))
    await story.store.house.erase(ANNA)

    await story.store.shelf.shelve(ANNA, 1)

    assert await walked(story) == set()


async def test_lines_stop_before_words_that_are_still_to_be_said(story: Story) -> None:
    shelf = story.store.shelf
    await story.settles(await story.answers(answer("said")))
    await story.queues(answer("waits"))

    (line,) = await shelf.lines(ANNA, 0, 100)

    assert line.message.text == "said"
    assert line.delivery is not None
    assert line.delivery.state is DeliveryState.SENT
    assert await shelf.lines(ANNA, 1, 100) == ()


async def test_lines_go_on_after_what_was_read_in_pieces(story: Story) -> None:
    shelf = story.store.shelf
    for text in ("one", "two", "three", "four"):
        await story.settles(await story.answers(answer(text)))

    first = await shelf.lines(ANNA, 1, 2)
    rest = await shelf.lines(ANNA, 3, 2)

    assert [line.message.text for line in (*first, *rest)] == ["two", "three", "four"]


async def test_lines_the_archive_lacks_outlive_the_usual_number(story: Story) -> None:
    shelf = story.store.shelf
    for number in range(LINES_KEPT + 60):
        await story.settles(await story.answers(answer(str(number))))

    first = await shelf.lines(ANNA, 0, 1)
    await shelf.shelve(ANNA, LINES_KEPT + 60)
    await story.settles(await story.answers(answer("one more")))

    assert [line.message.seq for line in first] == [1]
    assert len(await shelf.lines(ANNA, 0, 1000)) == LINES_KEPT


async def test_closed_case_is_read_with_its_packet(story: Story) -> None:
    await story.opens(K1)

    ((case, packet),) = await story.store.shelf.cases_of(ANNA)

    assert (case.id, case.status) == (K1, CaseStatus.WAITING)
    assert packet == await story.store.cases.packet(K1)


async def test_idle_and_archived_conversation_is_folded(story: Story) -> None:
    shelf = story.store.shelf
    for number in range(20):
        await story.settles(await story.answers(answer(str(number))))
    await shelf.shelve(ANNA, 20)
    early = await shelf.fold(ANNA, idle_ms=HOUR_MS)
    story.clock.advance(HOUR_MS)

    assert not early
    assert await shelf.fold(ANNA, idle_ms=HOUR_MS)
    conversation = await story.store.conversations.conversation(ANNA)
    assert [line.text for line in conversation.transcript] == [str(n) for n in range(14, 20)]
    assert len(conversation.deliveries) == LINES_FOLDED
    assert not await shelf.fold(ANNA, idle_ms=HOUR_MS)


async def test_folding_waits_for_the_archive_and_for_an_open_case(story: Story) -> None:
    shelf = story.store.shelf
    for number in range(20):
        await story.settles(await story.answers(answer(str(number)), chat=BEN))
    await story.opens(K1)
    await shelf.shelve(ANNA, 99)
    story.clock.advance(HOUR_MS)

    assert not await shelf.fold(BEN, idle_ms=HOUR_MS)
    assert not await shelf.fold(ANNA, idle_ms=HOUR_MS)
    assert (await story.store.cases.case(K1)).id == K1
