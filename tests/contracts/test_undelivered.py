"""Words that did not arrive, or of which nobody knows, end in a decision."""

import pytest

from handoff.agenda import SendResult, Settlement
from handoff.case import CaseStatus, Resolution
from handoff.conversation import DeliveryState, Holder
from handoff.errors import WordsOpen
from handoff.words import Parting
from tests.contracts.story import (
    ANNA,
    BLOCKED,
    K1,
    K2,
    MEI,
    TOM,
    UNKNOWN,
    Story,
    answer,
    notice,
    spoken,
    texts,
)

REFUSED = Settlement(SendResult.FAILED, reason="refused")


async def nobody_knows(story: Story) -> None:
    """The first word in Anna's lane is tried twice, and no answer comes either time."""
    (sending,) = await story.begins()
    await story.settles(sending, UNKNOWN)
    story.clock.advance(3_000)
    (again,) = await story.begins()
    await story.settles(again, UNKNOWN)


async def test_refused_answer_comes_back_as_mail_at_once(story: Story) -> None:
    sending = await story.answers(answer())

    await story.settles(sending, REFUSED)

    (turn,) = await story.takes()
    assert texts(turn) == ["1:failed"]


async def test_answer_nobody_knows_about_comes_back_as_mail_after_its_one_resend(
    story: Story,
) -> None:
    await story.queues(answer())

    await nobody_knows(story)

    (turn,) = await story.takes()
    assert texts(turn) == ["1:unknown"]


async def test_answer_that_two_processes_left_unsettled_comes_back_as_mail(story: Story) -> None:
    await story.queues(answer())
    for _ in range(2):
        await story.begins()
        story.clock.advance(15_000)

    assert await story.begins() == ()
    (turn,) = await story.takes()
    assert texts(turn) == ["1:unknown"]


async def test_agents_words_come_back_to_nobody_while_their_case_is_open(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken())
    (sending,) = await story.begins()

    await story.settles(sending, REFUSED)

    assert await story.takes() == ()
    assert (await story.store.cases.case(K1)).status is CaseStatus.ASSIGNED


async def test_refused_notice_comes_back_to_nobody(story: Story) -> None:
    await story.settles(await story.answers(notice()), REFUSED)

    assert await story.takes() == ()


async def test_customer_who_left_is_not_decided_about_again(story: Story) -> None:
    await story.settles(await story.answers(answer()), BLOCKED)

    assert await story.takes() == ()


async def test_agents_last_words_that_are_refused_reopen_their_case_at_its_old_rank(
    story: Story,
) -> None:
    opened = await story.opens(head_start_ms=60_000)
    await story.claims()
    await story.says(spoken("Goodbye!"))
    resolved = await story.resolves()
    (sending,) = await story.begins()

    await story.settles(sending, REFUSED)

    case = await story.store.cases.case(K1)
    conversation = await story.store.conversations.conversation(ANNA)
    assert (case.status, case.rank, case.agent) == (CaseStatus.WAITING, opened.rank, "")
    assert (case.resolved_at, case.resolution) == (None, "")
    assert [found.id for found in await story.store.cases.waiting()] == [K1]
    assert (conversation.holder, conversation.case_id) == (Holder.QUEUE, K1)
    assert conversation.epoch == case.epoch == resolved.epoch + 1
    assert conversation.transcript[-1].text == "reopened"
    assert (await story.claims(agent=TOM)).agent == TOM


async def test_who_takes_the_case_next_settles_what_the_one_before_left(story: Story) -> None:
    await story.opens()
    await story.claims()
    (number,) = await story.says(spoken("Goodbye!"))
    await story.resolves()
    (sending,) = await story.begins()
    await story.settles(sending, REFUSED)
    await story.claims(agent=TOM)

    with pytest.raises(WordsOpen):
        await story.resolves(agent=TOM)
    await story.store.cases.retract(K1, TOM, number)
    await story.resolves(agent=TOM)

    assert (await story.store.cases.case(K1)).status is CaseStatus.RESOLVED


async def test_farewell_that_is_refused_reopens_the_case_it_ended(story: Story) -> None:
    await story.opens()
    await story.claims()
    farewell = spoken("All the best!")
    await story.store.cases.resolve(K1, MEI, Resolution.SOLVED, op="r", parting=Parting(farewell))
    (sending,) = await story.begins()

    await story.settles(sending, REFUSED)

    assert (await story.store.cases.case(K1)).status is CaseStatus.WAITING


async def test_agents_last_words_nobody_knows_about_reopen_their_case(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken("Goodbye!"))
    await story.resolves()

    await nobody_knows(story)

    assert (await story.store.cases.case(K1)).status is CaseStatus.WAITING
    assert await story.ledger() == {1: DeliveryState.UNKNOWN}


async def test_case_is_not_reopened_beside_a_newer_one(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken("Goodbye!"))
    await story.resolves()
    (sending,) = await story.begins()
    (turn,) = await story.takes()
    await story.commits(turn)
    await story.opens(K2)

    await story.settles(sending, REFUSED)

    assert [case.id for case in await story.store.cases.waiting()] == [K2]
    assert (await story.store.cases.case(K1)).status is CaseStatus.RESOLVED


async def test_turn_that_was_thinking_when_the_case_came_back_is_stale(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken("Goodbye!"))
    await story.resolves()
    (sending,) = await story.begins()
    (turn,) = await story.takes()
    await story.settles(sending, REFUSED)

    assert (await story.commits(turn, answer("I am back."))).result == "stale"
