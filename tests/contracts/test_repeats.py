"""A client repeats what it asked when a reply is lost: the second time must change nothing."""

from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from handoff.agenda import Chore, Mail, MailKind, Outcome
from handoff.case import Resolution
from handoff.conversation import Author, Conversation, Message
from handoff.words import Parting
from tests.contracts.story import (
    ANNA,
    BEN,
    BLOCKED,
    K1,
    K2,
    MEI,
    SENT,
    TOM,
    TRUE,
    UNKNOWN,
    WIDE,
    Story,
    answer,
    later,
    new_case,
    notice,
    spoken,
)


async def look(story: Story) -> Conversation:
    return await story.store.conversations.conversation(ANNA)


async def assigned(story: Story) -> None:
    await story.opens()
    await story.claims()


async def test_commit_that_is_repeated_gives_the_same_word_again(story: Story) -> None:
    turn = await story.hears()
    outcome = Outcome(
        b"",
        (answer("one"), answer("two")),
        rows=(Message(Author.CONTACT, "hello"),),
        open_case=new_case(),
        chores=(Chore("c", "enrich", ("K1",)),),
    )

    first = await story.store.turns.commit(turn, outcome, owner="bot-1", limits=TRUE)
    before = await look(story)
    story.clock.advance(50)
    again = await story.store.turns.commit(turn, outcome, owner="bot-1", limits=TRUE)

    assert first.sending
    assert again == first
    assert await look(story) == before
    assert len(await story.store.house.chores(10)) == 1
    assert await story.settles(first.sending) is not None


async def test_commit_repeated_after_its_word_was_settled_hands_out_nothing(
    story: Story,
) -> None:
    turn = await story.hears()
    first = await story.commits(turn, answer(), owner="bot-1")
    assert first.sending
    await story.settles(first.sending)

    again = await story.commits(turn, answer(), owner="bot-1")

    assert (again.result, again.sending) == (first.result, None)
    assert list(await story.ledger()) == [1]


async def test_dead_letter_is_buried_once(story: Story) -> None:
    turn = await story.hears()
    for _ in range(2):
        await story.commits(turn, dead_letter="poison")

    assert await story.store.house.dead_letter_count() == 1


async def test_post_is_done_once(story: Story) -> None:
    mail = Mail(0, ANNA, MailKind.NOTICE, b"parcel arrived")

    assert await story.store.turns.post(mail, op="parcel-1")
    assert not await story.store.turns.post(mail, op="parcel-1")

    (turn,) = await story.takes()
    assert len(turn.mail) == 1


async def test_fail_counts_once(story: Story) -> None:
    turn = await story.hears()
    await story.store.turns.fail(turn, retry_ms=0)
    await story.store.turns.fail(turn, retry_ms=0)

    (again,) = await story.takes()
    assert again.failures == 1


@pytest.mark.parametrize("what", [SENT, BLOCKED])
async def test_settle_that_is_repeated_hands_out_the_same_word_again(
    story: Story, what: object
) -> None:
    sending = await story.answers(answer("one"), answer("two"), answer("three"))

    first = await story.settles(sending, what)
    before = await look(story)
    again = await story.settles(sending, what)

    assert first
    assert again == first
    assert await look(story) == before


@pytest.mark.parametrize("what", [later(5_000), UNKNOWN])
async def test_park_that_is_repeated_changes_nothing(story: Story, what: object) -> None:
    sending = await story.answers(answer())
    await story.settles(sending, what)
    before = await story.store.sends.take("bot-1", 5, WIDE)
    story.clock.advance(1_000)

    assert await story.settles(sending, what) is None

    after = await story.store.sends.take("bot-1", 5, WIDE)
    assert after.next_due_ms == before.next_due_ms - 1_000


async def test_settle_of_the_last_word_is_repeated_without_harm(story: Story) -> None:
    sending = await story.answers(answer())
    await story.settles(sending)
    following = await story.answers(answer("next"))

    assert await story.settles(sending) is None

    assert await story.settles(following) is None
    assert len(await story.ledger()) == 2


async def test_claim_of_the_best_is_repeated_without_taking_a_second_case(story: Story) -> None:
    await story.opens(K1, ANNA)
    await story.queues(answer("never said"))
    await story.opens(K2, BEN)

    first = await story.claims(None, op="claim-1")
    story.clock.advance(5_000)
    again = await story.claims(None, op="claim-1")

    assert again == first
    assert first.withdrawn == ("never said",)
    assert [case.id for case in await story.store.cases.waiting()] == [K2]


async def test_say_is_repeated_without_saying_it_twice(story: Story) -> None:
    await assigned(story)

    first = await story.store.cases.say(K1, MEI, [spoken("a"), spoken("b")], op="say-1")
    again = await story.store.cases.say(K1, MEI, [spoken("a"), spoken("b")], op="say-1")

    assert first == again == (1, 2)
    assert [row.text for row in (await look(story)).transcript if row.word] == ["a", "b"]


async def test_say_repeated_after_resolve_still_returns_its_numbers(story: Story) -> None:
    await assigned(story)
    first = await story.store.cases.say(K1, MEI, [spoken()], op="say-1")
    await story.resolves()

    assert await story.store.cases.say(K1, MEI, [spoken()], op="say-1") == first


async def test_note_is_repeated_without_a_second_row(story: Story) -> None:
    await assigned(story)

    seqs = [await story.store.cases.note(K1, MEI, "x", op="note-1") for _ in range(2)]

    assert seqs[0] == seqs[1]
    assert [row.text for row in (await look(story)).transcript].count("x") == 1


async def repeat_resolve(story: Story) -> object:
    await story.store.cases.resolve(
        K1, MEI, Resolution.SOLVED, op="resolve-1", parting=Parting(notice("bye"))
    )
    return await story.store.cases.case(K1)


async def repeat_requeue(story: Story) -> object:
    return await story.puts_back(MEI, op="requeue-1", note="draft")


async def repeat_house_requeue(story: Story) -> object:
    return await story.puts_back(None, op="requeue-1", note="draft")


@pytest.mark.parametrize("act", [repeat_resolve, repeat_requeue, repeat_house_requeue])
async def test_ending_an_assignment_is_repeated_without_a_second_effect(
    story: Story, act: Callable[[Story], Awaitable[object]]
) -> None:
    await assigned(story)

    first = await act(story)
    before = await look(story)
    story.clock.advance(5_000)
    again = await act(story)

    assert again == first
    assert await look(story) == before


async def test_requeue_repeated_after_the_next_claim_takes_nothing_away(story: Story) -> None:
    await assigned(story)
    await story.store.cases.requeue(K1, MEI, op="requeue-1")
    await story.claims(K1, TOM)

    case = await story.puts_back(MEI, op="requeue-1")

    assert case.agent == TOM
    assert (await look(story)).agent == TOM


async def test_retract_is_repeated_with_the_same_answer(story: Story) -> None:
    await assigned(story)
    numbers = await story.says(spoken("one"), spoken("two"))
    await story.begins()

    states = [await story.store.cases.retract(K1, MEI, numbers[1]) for _ in range(2)]

    assert states[0] == states[1] == "withdrawn"


async def test_failed_proof_counts_once(story: Story) -> None:
    for _ in range(2):
        figures = await story.store.gate.failed("anna", "W1", op="try-1")

    assert figures == (1, 1)


async def test_operations_of_different_names_are_different(story: Story) -> None:
    await assigned(story)

    first = await story.store.cases.say(K1, MEI, [spoken()], op="say-1")
    second = await story.store.cases.say(K1, MEI, [spoken()], op="say-2")

    assert first != second


async def test_refused_operation_may_be_tried_again(story: Story) -> None:
    await story.opens()
    with pytest.raises(Exception, match="held"):
        await story.store.cases.say(K1, MEI, [spoken()], op="say-1")
    await story.claims()

    assert await story.store.cases.say(K1, MEI, [spoken()], op="say-1") == (1,)


async def test_take_repeated_after_a_lost_reply_loses_nothing(story: Story) -> None:
    await story.arrives(story.mail("first"))
    await story.takes()  # Nobody heard this reply.
    story.clock.advance(3_000)

    (turn,) = await story.takes()

    assert replace(turn, token="", mail=()).takes == 2
    assert turn.mail[0].raw == b"first"
