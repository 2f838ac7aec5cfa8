import math

import pytest

from handoff.agenda import MailKind
from handoff.case import CaseId, CaseStatus, QueueFigures, Resolution
from handoff.conversation import (
    Author,
    Conversation,
    ConversationId,
    DeliveryState,
    Holder,
    Message,
    MessageKind,
)
from handoff.errors import (
    AlreadyClaimed,
    CaseClosed,
    CaseNotFound,
    CustomerWrote,
    NotAssignee,
    WordsOpen,
)
from handoff.packet import Packet, decode_packet, encode_packet
from handoff.words import Parting
from tests.contracts.story import (
    ANNA,
    BEN,
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


async def test_best_of_the_queue_is_the_lowest_rank_not_the_longest_wait(story: Story) -> None:
    await story.opens(K1, ANNA)
    story.clock.advance(60_000)
    await story.opens(K2, BEN, head_start_ms=600_000)

    waiting = await story.store.cases.waiting()
    first = await story.claims(None)
    second = await story.claims(None)

    assert [case.id for case in waiting] == [K2, K1]
    assert (first.case_id, second.case_id) == (K2, K1)
    assert await story.store.cases.claim(None, MEI, op=story.op()) is None


async def test_claim_hands_the_conversation_to_the_agent(story: Story) -> None:
    opened = await story.opens()
    story.clock.advance(30_000)

    claim = await story.claims()

    seen = await story.store.conversations.conversation(ANNA)
    case = await story.store.cases.case(K1)
    assert (claim.case_id, claim.agent, case.status, case.agent) == (
        K1,
        MEI,
        CaseStatus.ASSIGNED,
        MEI,
    )
    assert case.claimed_at
    assert case.claimed_at.timestamp() * 1000 == story.clock.ms
    assert (seen.holder, seen.agent, seen.epoch) == (Holder.AGENT, MEI, opened.epoch + 1)
    assert claim.epoch == case.epoch == seen.epoch
    assert seen.transcript[-1].kind is MessageKind.EVENT
    assert seen.transcript[-1].agent == MEI
    assert await story.store.cases.assigned() == (case,)
    assert await story.store.cases.waiting() == ()


async def test_second_agent_learns_who_claimed_first(story: Story) -> None:
    await story.opens()
    await story.claims(agent=MEI)

    with pytest.raises(AlreadyClaimed) as refused:
        await story.claims(agent=TOM)

    assert refused.value.holder == MEI


async def test_unknown_and_closed_cases_are_told_apart(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.resolves()

    with pytest.raises(CaseClosed):
        await story.claims(K1, TOM)
    with pytest.raises(CaseNotFound):
        await story.claims(CaseId("NOSUCH22"))
    with pytest.raises(CaseNotFound):
        await story.store.cases.case(CaseId("NOSUCH22"))


async def test_claim_withdraws_answers_nobody_has_begun_and_lists_them(story: Story) -> None:
    await story.opens(words=(notice("A colleague comes."), answer("Try again.")))
    await story.queues(answer("Or wait."))

    claim = await story.claims()

    assert claim.withdrawn == ("Try again.", "Or wait.")
    assert decode_packet(await story.store.cases.packet(K1)).withdrawn == claim.withdrawn
    assert await story.ledger() == {
        1: DeliveryState.QUEUED,
        2: DeliveryState.WITHDRAWN,
        3: DeliveryState.WITHDRAWN,
    }
    assert [sending.number for sending in await story.begins()] == [1]


async def test_words_of_an_agent_are_queued_and_stand_in_the_transcript(story: Story) -> None:
    await story.opens()
    await story.claims()

    numbers = await story.says(spoken("Hello, this is Mei."), spoken("One moment."))

    seen = await story.store.conversations.conversation(ANNA)
    said = [(row.author, row.agent, row.text, row.word) for row in seen.transcript[-2:]]
    assert numbers == (1, 2)
    assert said == [
        (Author.AGENT, MEI, "Hello, this is Mei.", 1),
        (Author.AGENT, MEI, "One moment.", 2),
    ]
    (sending,) = await story.begins()
    assert (sending.number, sending.kind) == (1, "person")


async def test_first_words_set_the_time_of_the_answer(story: Story) -> None:
    await story.opens()
    await story.claims()
    story.clock.advance(5_000)
    first_ms = story.clock.ms
    await story.says(spoken())
    story.clock.advance(5_000)
    await story.says(spoken())

    answered_at = (await story.store.cases.case(K1)).answered_at

    assert answered_at
    assert answered_at.timestamp() * 1000 == first_ms


async def test_only_the_assignee_speaks(story: Story) -> None:
    await story.opens()
    with pytest.raises(NotAssignee) as while_waiting:
        await story.says(spoken())
    await story.claims(agent=MEI)
    with pytest.raises(NotAssignee) as foreign:
        await story.says(spoken(), agent=TOM)

    assert (while_waiting.value.holder, foreign.value.holder) == ("", MEI)
    assert await story.ledger() == {}
    with pytest.raises(CaseNotFound):
        await story.says(spoken(), case_id=CaseId("NOSUCH22"))


async def test_note_is_seen_by_agents_only(story: Story) -> None:
    await story.opens()
    await story.claims(agent=MEI)

    seq = await story.store.cases.note(K1, TOM, "Known customer.", op=story.op())

    row = (await story.store.conversations.conversation(ANNA)).transcript[-1]
    assert (row.seq, row.kind, row.agent, row.word) == (seq, MessageKind.NOTE, TOM, 0)
    assert row.text == "Known customer."
    assert await story.begins() == ()


async def test_case_is_not_ended_over_words_its_agent_has_not_read(story: Story) -> None:
    await story.opens()
    await story.claims()
    await hears_more(story, "Hello?")
    (read,) = [row.seq for row in (await look(story)).transcript if row.text == "Hello?"]
    await story.store.cases.note(K1, MEI, "A calm one.", op=story.op())
    await hears_more(story, "One more thing!")

    with pytest.raises(CustomerWrote):
        await story.store.cases.resolve(
            K1, MEI, Resolution.SOLVED, op="r", parting=Parting(seen=read)
        )
    await story.store.cases.resolve(
        K1, MEI, Resolution.SOLVED, op="r", parting=Parting(seen=read + 2)
    )

    assert (await story.store.cases.case(K1)).status is CaseStatus.RESOLVED


async def hears_more(story: Story, text: str) -> None:
    turn = await story.hears(text)
    await story.commits(turn, rows=(Message(Author.CONTACT, text, message_id=77),))


async def look(story: Story) -> Conversation:
    return await story.store.conversations.conversation(ANNA)


async def test_resolving_gives_the_conversation_back_to_the_bot_and_tells_it(
    story: Story,
) -> None:
    await story.opens()
    claim = await story.claims()
    story.clock.advance(60_000)

    await story.store.cases.resolve(
        K1, MEI, Resolution.SOLVED, op=story.op(), parting=Parting(notice("The bot is back."))
    )
    case = await story.store.cases.case(K1)

    seen = await story.store.conversations.conversation(ANNA)
    assert (case.status, case.resolution, case.agent) == (CaseStatus.RESOLVED, "solved", MEI)
    assert case.resolved_at
    assert case.resolved_at.timestamp() * 1000 == story.clock.ms
    assert (seen.holder, seen.epoch, seen.case_id) == (Holder.BOT, claim.epoch + 1, "")
    assert seen.agent == ""
    (turn,) = await story.takes()
    assert (turn.mail[0].kind, texts(turn)) == (MailKind.NOTICE, ["resolved:solved"])
    (sending,) = await story.begins()
    assert b"The bot is back." in sending.word
    assert await story.store.cases.assigned() == ()


async def test_resolving_is_the_assignees_business(story: Story) -> None:
    await story.opens()
    await story.claims(agent=MEI)

    with pytest.raises(NotAssignee) as refused:
        await story.resolves(agent=TOM)
    await story.resolves(agent=MEI)
    with pytest.raises(CaseClosed):
        await story.resolves(agent=MEI)

    assert refused.value.holder == MEI


async def test_case_stays_open_while_the_agents_words_failed_or_are_unknown(
    story: Story,
) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken("one"), spoken("two"))
    (sending,) = await story.begins()
    following = await story.settles(sending, BLOCKED)
    assert following
    await story.settles(following, UNKNOWN)
    story.clock.advance(2_000)
    (again,) = await story.begins()
    await story.settles(again, UNKNOWN)

    with pytest.raises(WordsOpen) as refused:
        await story.resolves()
    given_up = await story.resolves(how=Resolution.UNREACHABLE)

    assert refused.value.numbers == (1, 2)
    assert given_up.resolution == "unreachable"


async def test_queued_and_foreign_words_do_not_keep_a_case_open(story: Story) -> None:
    await story.settles(await story.answers(answer()), BLOCKED)
    await story.opens()
    await story.claims()
    await story.says(spoken())

    case = await story.resolves()

    assert case.status is CaseStatus.RESOLVED
    assert [sending.kind for sending in await story.begins()] == ["person"]


async def test_failed_word_that_is_taken_back_lets_the_case_end(story: Story) -> None:
    await story.opens()
    await story.claims()
    (number,) = await story.says(spoken())
    (sending,) = await story.begins()
    await story.settles(sending, BLOCKED)

    state = await story.store.cases.retract(K1, MEI, number)

    assert state is DeliveryState.FAILED
    assert (await story.resolves()).status is CaseStatus.RESOLVED


async def test_word_is_taken_back_until_it_is_begun(story: Story) -> None:
    await story.opens()
    await story.claims()
    first, second = await story.says(spoken("one"), spoken("two"))
    await story.begins()

    states = [await story.store.cases.retract(K1, MEI, number) for number in (first, second)]

    assert states == [DeliveryState.SENDING, DeliveryState.WITHDRAWN]
    assert (await story.delivery(second)).state is DeliveryState.WITHDRAWN
    with pytest.raises(NotAssignee):
        await story.store.cases.retract(K1, TOM, first)


async def test_case_put_back_stands_at_its_old_rank(story: Story) -> None:
    first = await story.opens(K1, ANNA)
    claim = await story.claims(K1)
    story.clock.advance(60_000)
    await story.opens(K2, BEN)
    story.clock.advance(60_000)

    back = await story.puts_back(MEI, note="draft: dear Anna")

    seen = await story.store.conversations.conversation(ANNA)
    assert (back.status, back.rank, back.agent) == (CaseStatus.WAITING, first.rank, "")
    assert [case.id for case in await story.store.cases.waiting()] == [K1, K2]
    assert (seen.holder, seen.epoch, seen.agent) == (Holder.QUEUE, claim.epoch + 1, "")
    notes = [row.text for row in seen.transcript if row.kind is MessageKind.NOTE]
    assert notes == ["draft: dear Anna"]
    assert await story.store.cases.assigned() == ()


async def test_house_puts_back_the_case_of_an_agent_who_left(story: Story) -> None:
    await story.opens()
    await story.claims(agent=MEI)
    with pytest.raises(NotAssignee):
        await story.store.cases.requeue(K1, TOM, op=story.op())

    await story.store.cases.requeue(K1, None, op=story.op())

    assert (await story.claims(None, TOM)).agent == TOM
    with pytest.raises(NotAssignee) as refused:
        await story.says(spoken(), agent=MEI)
    assert refused.value.holder == TOM


async def test_only_a_newer_packet_is_stored(story: Story) -> None:
    await story.opens()
    second = encode_packet(Packet(version=2, wants="second"))
    late = encode_packet(Packet(version=2, wants="late"))

    stored = [await story.store.cases.enrich(K1, raw, 2) for raw in (second, late)]

    assert stored == [True, False]
    assert decode_packet(await story.store.cases.packet(K1)).wants == "second"
    assert (await story.store.cases.case(K1)).packet_version == 2
    assert not await story.store.cases.enrich(CaseId("NOSUCH22"), second, 9)
    assert await story.store.cases.packet(CaseId("NOSUCH22")) == b""


async def test_figures_count_by_class_and_tell_the_oldest_wait(story: Story) -> None:
    await story.opens(K1, ANNA, priority="high")
    story.clock.advance(30_000)
    await story.opens(K2, BEN, priority="high")
    await story.opens(CaseId("KCCCCCC2"), chat=ConversationId("tg-1-301"))
    story.clock.advance(10_000)

    assert await story.store.cases.figures() == (
        QueueFigures("high", "general", 2, 40.0),
        QueueFigures("normal", "general", 1, 10.0),
    )


async def test_place_in_the_queue_counts_better_ranks(story: Story) -> None:
    first = await story.opens(K1, ANNA)
    story.clock.advance(1_000)
    second = await story.opens(K2, BEN)

    ranks = [await story.store.cases.ahead(rank) for rank in (first.rank, second.rank)]

    assert ranks == [0, 1]
    assert await story.store.cases.ahead(second.rank + 1) == 2
    assert await story.store.cases.ahead(math.inf) == 2


async def test_measured_service_rate_is_the_claims_of_late(story: Story) -> None:
    await story.opens(K1, ANNA)
    story.clock.advance(20_000)
    await story.claims(K1)
    first_at = story.clock.ms / 1000
    await story.opens(K2, BEN)
    story.clock.advance(40_000)
    await story.claims(K2)

    assert await story.store.cases.claimed_within(600) == (
        (first_at, 20.0),
        (first_at + 40, 40.0),
    )
    assert len(await story.store.cases.claimed_within(30)) == 1


async def test_resolved_conversation_can_be_handed_over_again(story: Story) -> None:
    await story.opens(K1)
    await story.claims(K1)
    await story.resolves(K1)
    (turn,) = await story.takes()
    await story.commits(turn)

    await story.opens(K2)

    assert [case.id for case in await story.store.cases.waiting()] == [K2]
