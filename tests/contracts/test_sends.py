from msgspec.structs import replace

from handoff.agenda import SEND_LEASE_MS, MailKind, SendResult, Settlement
from handoff.conversation import ConversationId, Delivery, DeliveryState
from handoff.words import ANSWER_LIFE_MS, NOTICE_LIFE_MS, Limits
from tests.contracts.story import (
    ANNA,
    BEN,
    BLOCKED,
    GROUP,
    K1,
    SENT,
    TRUE,
    UNKNOWN,
    WIDE,
    Story,
    answer,
    later,
    notice,
    spoken,
    texts,
)


async def test_words_are_said_in_the_order_they_were_accepted(story: Story) -> None:
    sending = await story.answers(answer("one"), notice("two"), answer("three"))

    said = []
    while sending:
        said.append(sending.number)
        sending = await story.settles(sending)

    assert said == [1, 2, 3]
    assert (await story.store.sends.take("bot-1", 5, WIDE)).next_due_ms == -1
    assert set((await story.ledger()).values()) == {DeliveryState.SENT}


async def test_sent_word_keeps_the_message_id(story: Story) -> None:
    await story.settles(await story.answers(answer()), Settlement(SendResult.SENT, message_id=4711))

    assert await story.delivery(1) == Delivery(DeliveryState.SENT, message_id=4711)


async def test_ledger_tells_queued_from_sending(story: Story) -> None:
    await story.answers(answer(), answer())

    assert await story.ledger() == {1: DeliveryState.SENDING, 2: DeliveryState.QUEUED}


async def test_chat_gets_three_at_once_and_then_one_a_second(story: Story) -> None:
    sending = await story.answers(*(answer() for _ in range(5)), limits=TRUE)
    for _ in range(2):
        sending = await story.settles(sending, limits=TRUE)
        assert sending

    assert await story.settles(sending, limits=TRUE) is None

    waiting = await story.store.sends.take("bot-1", 5, TRUE)
    assert (waiting.sendings, waiting.next_due_ms) == ((), 1_000)
    story.clock.advance(1_000)
    (fourth,) = await story.begins(limits=TRUE)
    assert await story.settles(fourth, limits=TRUE) is None
    story.clock.advance(1_000)
    (fifth,) = await story.begins(limits=TRUE)
    assert (fourth.number, fifth.number) == (4, 5)


async def test_quiet_chat_earns_its_burst_back_and_no_more(story: Story) -> None:
    sending = await story.answers(answer(), limits=TRUE)
    await story.settles(sending, limits=TRUE)
    story.clock.advance(3_600_000)

    sending = await story.answers(*(answer() for _ in range(4)), limits=TRUE)
    for _ in range(2):
        sending = await story.settles(sending, limits=TRUE)
        assert sending

    assert await story.settles(sending, limits=TRUE) is None


async def test_total_budget_serves_people_first_then_answers_then_notices(story: Story) -> None:
    narrow = replace(WIDE, total_per_second=1)
    chats = [ConversationId(f"tg-1-{number}") for number in (31, 32, 33)]
    await story.queues(notice(), chat=chats[0])
    story.clock.advance(10)
    await story.queues(answer(), chat=chats[1])
    story.clock.advance(10)
    await story.opens(chat=chats[2])
    await story.claims()
    await story.says(spoken())

    order = []
    for _ in range(3):
        (sending,) = await story.begins(limits=narrow)
        order.append(sending.kind)
        assert await story.begins(limits=narrow) == ()
        story.clock.advance(1_000)

    assert order == ["person", "answer", "notice"]


async def test_parked_lane_stands_in_its_class_again(story: Story) -> None:
    narrow = replace(WIDE, total_per_second=1)
    sending = await story.answers(answer(), chat=ANNA)
    await story.settles(sending, later(5_000))
    story.clock.advance(4_000)
    await story.queues(notice(), chat=BEN)
    story.clock.advance(1_000)

    (first,) = await story.begins(limits=narrow)

    assert first.kind == "answer"


async def test_total_budget_allows_a_burst_of_one_second(story: Story) -> None:
    limits = replace(WIDE, total_per_second=5)
    for number in range(8):
        await story.queues(answer(), chat=ConversationId(f"tg-1-{number}"))

    taken = await story.store.sends.take("bot-1", 10, limits)

    assert len(taken.sendings) == 5
    assert taken.next_due_ms == 200
    story.clock.advance(200)
    assert len(await story.begins(limits=limits)) == 1


async def test_group_gets_twenty_in_any_minute(story: Story) -> None:
    limits = Limits(total_per_second=1000, chat_per_second=1000, chat_burst=1000)
    start = story.clock.ms
    sending = await story.answers(*(notice() for _ in range(21)), chat=GROUP, limits=limits)
    for _ in range(19):
        story.clock.advance(100)
        sending = await story.settles(sending, limits=limits)
        assert sending

    assert await story.settles(sending, limits=limits) is None

    waiting = await story.store.sends.take("bot-1", 5, limits)
    assert story.clock.ms + waiting.next_due_ms == start + 60_200
    story.clock.advance(waiting.next_due_ms - 1)
    assert await story.begins(limits=limits) == ()
    story.clock.advance(1)
    (last,) = await story.begins(limits=limits)
    assert last.number == 21


async def test_expired_answer_comes_back_as_mail(story: Story) -> None:
    await story.queues(answer("too late"), notice("too late too"))
    story.clock.advance(ANSWER_LIFE_MS + 1)

    assert await story.begins() == ()

    assert await story.ledger() == {1: DeliveryState.EXPIRED, 2: DeliveryState.EXPIRED}
    (turn,) = await story.takes()
    assert [(one.kind, one.raw) for one in turn.mail] == [(MailKind.EXPIRED, b"1")]


async def test_expired_notice_is_only_written_down(story: Story) -> None:
    await story.queues(notice(), answer("still good"))
    story.clock.advance(NOTICE_LIFE_MS + 1)

    (sending,) = await story.begins()

    assert sending.number == 2
    assert (await story.delivery(1)).state is DeliveryState.EXPIRED
    assert await story.takes() == ()


async def test_word_is_still_good_in_its_last_moment(story: Story) -> None:
    await story.queues(answer())
    story.clock.advance(ANSWER_LIFE_MS)

    assert len(await story.begins()) == 1


async def test_words_of_a_person_never_expire(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken())
    story.clock.advance(7 * 24 * 3_600_000)

    (sending,) = await story.begins()

    assert sending.kind == "person"


async def test_word_of_unknown_outcome_is_said_once_more(story: Story) -> None:
    sending = await story.answers(answer("one"), answer("two"))

    assert await story.settles(sending, UNKNOWN) is None

    assert (await story.store.sends.take("bot-1", 5, WIDE)).next_due_ms == 2_000
    story.clock.advance(2_000)
    (again,) = await story.begins()
    assert (again.number, again.attempt, again.word) == (1, 2, sending.word)
    assert await story.settles(again) is not None
    assert (await story.delivery(1)).state is DeliveryState.SENT


async def test_word_of_twice_unknown_outcome_is_given_up_and_the_lane_moves_on(
    story: Story,
) -> None:
    sending = await story.answers(answer("one"), answer("two"))
    await story.settles(sending, UNKNOWN)
    story.clock.advance(2_000)
    (again,) = await story.begins()

    following = await story.settles(again, UNKNOWN)

    assert following
    assert (following.number, following.attempt) == (2, 1)
    assert (await story.delivery(1)).state is DeliveryState.UNKNOWN


async def test_word_whose_lease_ran_out_twice_is_never_said_a_third_time(story: Story) -> None:
    await story.answers(answer("one"), answer("two"))
    story.clock.advance(SEND_LEASE_MS)
    (second,) = await story.begins(owner="bot-2")
    story.clock.advance(SEND_LEASE_MS)

    (following,) = await story.begins(owner="bot-3")

    assert (second.number, second.attempt) == (1, 2)
    assert (following.number, following.attempt) == (2, 1)
    assert (await story.delivery(1)).state is DeliveryState.UNKNOWN


async def test_being_asked_to_wait_parks_the_lane_and_is_no_attempt(story: Story) -> None:
    sending = await story.answers(answer())
    for _ in range(5):
        assert await story.settles(sending, later(30_000)) is None
        story.clock.advance(29_999)
        assert await story.begins() == ()
        story.clock.advance(1)
        (sending,) = await story.begins()
        assert (sending.number, sending.attempt) == (1, 1)

    await story.settles(sending)

    assert (await story.delivery(1)).state is DeliveryState.SENT


async def test_new_words_do_not_cut_a_park_short(story: Story) -> None:
    await story.opens(words=(notice(),))
    await story.claims()
    (sending,) = await story.begins()
    await story.settles(sending, later(60_000))

    await story.says(spoken())
    await story.queues(answer())

    assert await story.begins() == ()
    story.clock.advance(60_000)
    assert [sending.number for sending in await story.begins()] == [1]


async def test_park_outlives_the_words_it_was_made_for(story: Story) -> None:
    await story.opens()
    await story.settles(await story.answers(answer()), later(60_000))
    await story.claims()
    await story.store.cases.requeue(K1, None, op=story.op())
    (turn,) = await story.takes()

    committed = await story.commits(turn, notice(), owner="bot-1")

    assert committed.sending is None
    assert await story.begins() == ()
    story.clock.advance(60_000)
    assert [sending.number for sending in await story.begins()] == [2]


async def test_refused_word_is_written_down_and_the_next_one_begun(story: Story) -> None:
    sending = await story.answers(answer("one"), answer("two"))

    following = await story.settles(sending, Settlement(SendResult.FAILED, reason="400"))

    assert following
    assert following.number == 2
    assert await story.delivery(1) == Delivery(DeliveryState.FAILED, reason="400")


async def test_contact_is_unreachable_until_a_word_arrives_again(story: Story) -> None:
    await story.settles(await story.answers(answer()), BLOCKED)
    blocked = (await story.store.conversations.conversation(ANNA)).contact.reachable

    await story.settles(await story.answers(answer()))
    again = (await story.store.conversations.conversation(ANNA)).contact.reachable

    assert (blocked, again) == (False, True)


async def test_old_token_still_tells_that_a_word_was_sent_and_gets_no_more_words(
    story: Story,
) -> None:
    old = await story.answers(answer("one"), answer("two"))
    story.clock.advance(SEND_LEASE_MS)
    (new,) = await story.begins(owner="bot-2")

    assert await story.settles(old) is None

    assert (await story.delivery(1)).state is DeliveryState.SENT
    following = await story.settles(new)
    assert following
    assert following.number == 2


async def test_old_token_does_not_give_up_a_word_that_is_being_tried(story: Story) -> None:
    old = await story.answers(answer())
    story.clock.advance(SEND_LEASE_MS)
    (new,) = await story.begins(owner="bot-2")

    await story.settles(old, UNKNOWN)
    await story.settles(old, later(60_000))

    assert (await story.ledger()) == {1: DeliveryState.SENDING}
    await story.settles(new, later(1_000))
    story.clock.advance(1_000)
    (again,) = await story.begins()
    assert (again.number, again.attempt) == (1, 2)


async def test_leased_lane_is_taken_by_nobody_else(story: Story) -> None:
    await story.queues(answer(), chat=ANNA)
    await story.queues(answer(), chat=BEN)

    first = await story.begins(most=1)
    second = await story.begins(most=10, owner="bot-2")

    assert [s.conversation for s in (*first, *second)] == [ANNA, BEN]
    story.clock.advance(SEND_LEASE_MS - 1)
    assert await story.begins() == ()


async def test_release_lets_a_begun_word_be_said_once_more(story: Story) -> None:
    sending = await story.answers(answer())
    await story.answers(answer(), chat=BEN)
    (other,) = (await story.queues(answer(), chat=GROUP), await story.begins(owner="bot-2"))[1]

    assert await story.store.sends.release("bot-1") == 2

    again = {s.conversation: s for s in await story.begins()}
    assert set(again) == {ANNA, BEN}
    assert (again[ANNA].number, again[ANNA].attempt) == (sending.number, 2)
    assert other.conversation == GROUP


async def test_following_word_is_held_by_the_same_owner(story: Story) -> None:
    sending = await story.answers(answer("one"), answer("two"))
    await story.settles(sending)

    assert await story.store.sends.release("bot-1") == 1


async def test_body_of_a_word_survives_as_it_was_written(story: Story) -> None:
    await story.queues(answer("包裹|在\n路上 \U0001f4e6|1|2"))

    (sending,) = await story.begins()

    assert "包裹|在\\n路上 \U0001f4e6|1|2" in sending.word.decode()
    seen = await story.store.conversations.conversation(ANNA)
    assert seen.transcript[-1].text == "包裹|在\n路上 \U0001f4e6|1|2"


async def test_interim_line_is_said_before_the_answer(story: Story) -> None:
    turn = await story.hears()
    await story.store.turns.interim(turn, [notice("one moment")])
    await story.commits(turn, answer("here it is"))

    (first,) = await story.begins()
    following = await story.settles(first, SENT)

    assert following
    assert (first.kind, following.kind) == ("notice", "answer")
    assert texts(turn) == ["Where is my parcel?"]
