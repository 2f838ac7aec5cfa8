import pytest
from msgspec.structs import replace

from handoff.agenda import SEND_LEASE_MS, TURN_LEASE_MS, CommitResult
from handoff.conversation import DeliveryState, Holder
from handoff.errors import AlreadyClaimed, CaseClosed
from tests.contracts.story import (
    ANNA,
    BEN,
    K1,
    K2,
    MEI,
    TOM,
    UNKNOWN,
    WIDE,
    Story,
    answer,
    later,
    new_case,
    notice,
    spoken,
    texts,
)

TWO_HOURS_MS = 7_200_000


async def test_commit_after_a_lapse_finds_a_new_turn_and_writes_nothing(story: Story) -> None:
    old = await story.hears("first")
    story.clock.advance(TURN_LEASE_MS)
    (new,) = await story.takes(owner="bot-2")
    await story.commits(new, answer("from the second"), state=b"second")

    late = await story.commits(
        old, answer("from the first"), state=b"first", open_case=new_case(), timers={"idle": 1}
    )

    assert late.result is CommitResult.STALE
    assert await story.store.cases.waiting() == ()
    assert list(await story.ledger()) == [1]
    assert (await story.hears()).state == b"second"


async def test_claim_during_a_turn_makes_its_answer_stale(story: Story) -> None:
    await story.opens()
    turn = await story.hears("and another thing")
    await story.claims()

    committed = await story.commits(turn, answer("too late"), state=b"bot")

    assert committed.result is CommitResult.STALE
    assert await story.ledger() == {}
    (again,) = await story.takes()
    assert (again.holder, again.agent, texts(again)) == (
        Holder.AGENT,
        MEI,
        ["and another thing"],
    )


async def test_claim_between_commit_and_begin_withdraws_the_answer(story: Story) -> None:
    await story.opens()
    await story.queues(answer("Never said."))

    claim = await story.claims()

    assert (claim.in_flight, claim.withdrawn) == (0, ("Never said.",))
    assert await story.begins() == ()
    assert (await story.delivery(1)).state is DeliveryState.WITHDRAWN


async def test_claim_between_begin_and_settle_reports_the_word_in_flight(story: Story) -> None:
    await story.opens()
    sending = await story.answers(answer("on its way"), answer("never said"))

    claim = await story.claims(op="claim-1")

    assert (claim.in_flight, claim.withdrawn) == (1, ("never said",))
    assert await story.settles(sending) is None
    assert await story.ledger() == {1: DeliveryState.SENT, 2: DeliveryState.WITHDRAWN}
    assert (await story.claims(op="claim-1")).in_flight == 0


async def test_word_whose_lease_ran_out_is_not_in_flight(story: Story) -> None:
    await story.opens()
    await story.answers(answer())
    story.clock.advance(SEND_LEASE_MS)

    assert (await story.claims()).in_flight == 0


async def test_answer_of_unknown_outcome_is_not_repeated_under_an_agent(story: Story) -> None:
    await story.opens()
    sending = await story.answers(answer())
    await story.settles(sending, UNKNOWN)

    claim = await story.claims()
    story.clock.advance(2_000)

    assert claim.withdrawn == ()
    assert await story.begins() == ()
    assert (await story.delivery(1)).state is DeliveryState.UNKNOWN


async def test_answer_that_had_to_wait_is_withdrawn_by_a_claim(story: Story) -> None:
    await story.opens()
    await story.settles(await story.answers(answer("waiting for 429")), later(60_000))

    assert (await story.claims()).withdrawn == ("waiting for 429",)


async def test_notice_and_word_of_unknown_outcome_are_repeated_under_an_agent(
    story: Story,
) -> None:
    await story.opens()
    sending = await story.answers(notice())
    await story.settles(sending, UNKNOWN)
    await story.claims()
    story.clock.advance(2_000)

    (again,) = await story.begins()

    assert (again.number, again.attempt) == (1, 2)


async def test_resolve_with_unread_mail_gives_it_to_the_bot_in_order(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.arrives(story.mail("one more question"))

    await story.resolves()

    (turn,) = await story.takes()
    assert turn.holder is Holder.BOT
    assert texts(turn) == ["one more question", "resolved:solved"]


async def test_resolve_during_a_turn_makes_it_stale(story: Story) -> None:
    await story.opens()
    await story.claims()
    turn = await story.hears("under the agent")

    await story.resolves()

    assert (await story.commits(turn)).result is CommitResult.STALE
    (again,) = await story.takes()
    assert texts(again) == ["under the agent", "resolved:solved"]


async def test_requeue_during_a_turn_makes_it_stale(story: Story) -> None:
    await story.opens()
    await story.claims()
    turn = await story.hears("under the agent")

    await story.store.cases.requeue(K1, None, op=story.op())

    assert (await story.commits(turn)).result is CommitResult.STALE
    (again,) = await story.takes()
    assert (again.holder, texts(again)) == (Holder.QUEUE, ["under the agent", "promise"])


async def test_two_takes_get_different_lanes(story: Story) -> None:
    await story.arrives(story.mail(chat=ANNA), story.mail(chat=BEN))

    first = await story.takes(most=1, owner="bot-1")
    second = await story.takes(most=5, owner="bot-2")

    assert {t.conversation for t in first} | {t.conversation for t in second} == {ANNA, BEN}
    assert len(first) == len(second) == 1
    assert first[0].token != second[0].token


async def test_two_claims_of_the_best_get_different_cases(story: Story) -> None:
    await story.opens(K1, ANNA)
    await story.opens(K2, BEN)

    ids = {(await story.claims(None, agent)).case_id for agent in (MEI, TOM)}

    assert ids == {K1, K2}


async def test_agent_who_claims_own_case_again_is_told_so(story: Story) -> None:
    await story.opens()
    await story.claims(agent=MEI)

    with pytest.raises(AlreadyClaimed) as refused:
        await story.claims(agent=MEI)

    assert refused.value.holder == MEI


async def test_nothing_is_said_after_resolve(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.resolves()

    with pytest.raises(CaseClosed):
        await story.says(spoken())
    with pytest.raises(CaseClosed):
        await story.store.cases.note(K1, MEI, "late", op=story.op())
    with pytest.raises(CaseClosed):
        await story.store.cases.requeue(K1, MEI, op=story.op())

    assert await story.ledger() == {}


async def test_words_accepted_before_resolve_are_delivered_after_it(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken("goodbye"))
    await story.resolves()
    turn = (await story.takes())[0]
    await story.commits(turn, answer("the bot again"))

    (first,) = await story.begins()
    following = await story.settles(first)

    assert following
    assert (first.kind, following.kind) == ("person", "answer")


async def test_answer_accepted_before_an_agent_is_said_again_after_none_holds(
    story: Story,
) -> None:
    await story.opens()
    await story.claims()
    await story.resolves()
    (turn,) = await story.takes()
    await story.commits(turn, answer("welcome back"))

    assert [sending.kind for sending in await story.begins()] == ["answer"]


async def test_clock_back_two_hours_keeps_the_rest_of_a_turns_lease(story: Story) -> None:
    await story.store.turns.take("bot-1", 5)
    turn = await story.hears()
    story.clock.advance(-TWO_HOURS_MS)

    assert await story.takes() == ()
    story.clock.advance(TURN_LEASE_MS - 600)
    assert await story.takes() == ()
    story.clock.advance(1_200)
    (again,) = await story.takes()

    assert again.mail == turn.mail


async def test_clock_back_two_hours_keeps_a_renewed_lease(story: Story) -> None:
    turn = await story.hears()
    await story.takes()
    story.clock.advance(-TWO_HOURS_MS)

    assert await story.store.turns.renew(turn)
    assert await story.takes() == ()
    story.clock.advance(TURN_LEASE_MS - 600)

    assert await story.takes() == ()
    assert (await story.commits(turn)).result is CommitResult.STORED


async def test_clock_back_two_hours_lets_new_mail_be_read_at_once(story: Story) -> None:
    await story.takes()
    await story.commits(await story.hears())
    story.clock.advance(-TWO_HOURS_MS)
    await story.arrives(story.mail("now"))

    (turn,) = await story.takes()

    assert texts(turn) == ["now"]


async def test_clock_back_two_hours_does_not_double_a_lease_taken_after_it(story: Story) -> None:
    await story.takes()
    story.clock.advance(-TWO_HOURS_MS)

    await story.hears()

    assert await story.takes() == ()


async def test_clock_back_two_hours_keeps_the_rest_of_a_park(story: Story) -> None:
    sending = await story.answers(answer())
    await story.settles(sending, later(30_000))
    await story.begins()
    story.clock.advance(-TWO_HOURS_MS)

    assert await story.begins() == ()
    story.clock.advance(29_400)
    assert await story.begins() == ()
    story.clock.advance(1_200)

    assert len(await story.begins()) == 1


async def test_clock_back_two_hours_says_nothing_twice(story: Story) -> None:
    await story.begins()
    story.clock.advance(-TWO_HOURS_MS)

    sending = await story.answers(answer("one"), answer("two"))
    assert await story.begins() == ()
    following = await story.settles(sending)

    assert following
    assert await story.begins() == ()


async def test_clock_back_two_hours_does_not_freeze_the_budgets(story: Story) -> None:
    narrow = replace(WIDE, chat_per_second=1, chat_burst=1, total_per_second=1)
    await story.settles(await story.answers(answer(), limits=narrow), limits=narrow)
    story.clock.advance(-TWO_HOURS_MS)
    await story.queues(answer())

    at_once = await story.begins(limits=narrow)
    story.clock.advance(1_000)
    a_second_later = await story.begins(limits=narrow)

    assert len((*at_once, *a_second_later)) == 1
