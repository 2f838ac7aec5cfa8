import pytest
from msgspec.structs import replace

from handoff.agenda import TURN_LEASE_MS, Chore, CommitResult, Mail, MailKind
from handoff.case import CaseStatus
from handoff.conversation import Author, Holder, Message
from handoff.errors import CaseNotFound
from handoff.packet import Packet, decode_packet, encode_packet
from handoff.state import encode_state
from tests.contracts.story import (
    ANNA,
    BEN,
    K1,
    K2,
    TRUE,
    Story,
    answer,
    new_case,
    notice,
    texts,
)


async def test_lanes_are_taken_in_the_order_they_became_due(story: Story) -> None:
    await story.arrives(story.mail(chat=BEN))
    story.clock.advance(5)
    await story.arrives(story.mail(chat=ANNA))

    (first,) = await story.takes(most=1)
    (second,) = await story.takes(most=1)

    assert (first.conversation, second.conversation) == (BEN, ANNA)


async def test_empty_agenda_says_that_nothing_is_waiting(story: Story) -> None:
    assert (await story.store.turns.take("bot-1", 5)).next_due_ms == -1


async def test_lease_that_ran_out_is_due_again_and_its_old_token_is_stale(story: Story) -> None:
    old = await story.hears()
    story.clock.advance(TURN_LEASE_MS)

    (new,) = await story.takes(owner="bot-2")

    assert (new.takes, new.mail) == (2, old.mail)
    assert not await story.store.turns.renew(old)
    assert not await story.store.turns.interim(old, [notice()])
    assert await story.store.turns.fail(old, retry_ms=0) == 0
    assert (await story.commits(old, answer())).result is CommitResult.STALE
    assert (await story.commits(new, answer())).result is CommitResult.STORED
    assert list(await story.ledger()) == [1]


async def test_lease_that_ran_out_still_commits_while_nobody_took_the_lane(story: Story) -> None:
    turn = await story.hears()
    story.clock.advance(TURN_LEASE_MS * 3)

    assert (await story.commits(turn, answer())).result is CommitResult.STORED
    assert await story.takes() == ()


async def test_renewed_lease_lasts_longer(story: Story) -> None:
    turn = await story.hears()
    story.clock.advance(TURN_LEASE_MS - 1)

    assert await story.store.turns.renew(turn)

    story.clock.advance(TURN_LEASE_MS - 1)
    assert await story.takes() == ()
    story.clock.advance(1)
    assert len(await story.takes()) == 1


async def test_commit_writes_state_rows_and_words_and_clears_the_lane(story: Story) -> None:
    turn = await story.hears()
    heard = Message(Author.CONTACT, "Where is my parcel?", message_id=7)
    state = encode_state({"contact": {"name": "Anna"}, "asked": "parcel"})

    await story.commits(turn, answer("one"), notice("two"), state=state, rows=(heard,))

    seen = await story.store.conversations.conversation(ANNA)
    assert [(row.seq, row.author, row.text, row.word) for row in seen.transcript] == [
        (1, Author.CONTACT, "Where is my parcel?", 0),
        (2, Author.BOT, "one", 1),
        (3, Author.BOT, "two", 2),
    ]
    assert seen.transcript[0].message_id == 7
    assert (seen.state["asked"], seen.contact.name, seen.unread) == ("parcel", "Anna", 0)
    assert (await story.store.turns.take("bot-1", 5)).next_due_ms == -1
    assert (await story.hears()).state == state


async def test_word_numbers_rise_through_all_commits(story: Story) -> None:
    await story.queues(answer(), answer())
    await story.queues(answer())

    assert sorted(await story.ledger()) == [1, 2, 3]


async def test_commit_resets_takes_and_failures(story: Story) -> None:
    turn = await story.hears()
    assert await story.store.turns.fail(turn, retry_ms=100) == 1
    story.clock.advance(100)
    (turn,) = await story.takes()
    assert (turn.takes, turn.failures) == (2, 1)

    await story.commits(turn)

    again = await story.hears()
    assert (again.takes, again.failures) == (1, 0)


async def test_turn_whose_mail_is_not_to_blame_is_due_again_without_a_mark(story: Story) -> None:
    turn = await story.hears("for a later version")

    for _ in range(9):
        assert await story.store.turns.fail(turn, retry_ms=3_000, counts=False) == 0
        assert await story.takes() == ()
        story.clock.advance(3_000)
        (turn,) = await story.takes()

    assert (turn.takes, turn.failures, texts(turn)) == (1, 0, ["for a later version"])


async def test_failed_turn_is_due_again_after_its_wait_with_the_same_mail(story: Story) -> None:
    turn = await story.hears("poison")

    await story.store.turns.fail(turn, retry_ms=500)

    assert (await story.store.turns.take("bot-1", 5)).next_due_ms == 500
    story.clock.advance(500)
    (again,) = await story.takes()
    assert await story.store.turns.fail(again, retry_ms=0) == 2
    (third,) = await story.takes()
    assert (texts(third), third.failures) == (["poison"], 2)


async def test_answer_starts_over_when_the_customer_wrote_on(story: Story) -> None:
    turn = await story.hears("first")
    await story.arrives(story.mail("second"))
    story.clock.advance(TURN_LEASE_MS - 1)

    committed = await story.commits(turn, answer(), may_restart=True)

    assert committed.result is CommitResult.MORE
    assert [one.raw for one in committed.mail] == [b"second"]
    assert await story.ledger() == {}
    story.clock.advance(TURN_LEASE_MS - 1)
    assert await story.takes() == ()
    whole = replace(turn, mail=turn.mail + committed.mail)
    assert (await story.commits(whole, answer(), may_restart=True)).result is CommitResult.STORED
    assert await story.takes() == ()


async def test_what_must_not_wait_is_stored_and_the_rest_is_due(story: Story) -> None:
    turn = await story.hears("first")
    await story.arrives(story.mail("second"))

    assert (await story.commits(turn, notice())).result is CommitResult.STORED

    (following,) = await story.takes()
    assert texts(following) == ["second"]


async def test_mail_of_the_house_does_not_start_an_answer_over(story: Story) -> None:
    turn = await story.hears("first")
    await story.store.turns.post(Mail(0, ANNA, MailKind.NOTICE, b"parcel"), op=story.op())

    assert (await story.commits(turn, answer(), may_restart=True)).result is CommitResult.STORED

    (following,) = await story.takes()
    assert (following.mail[0].kind, texts(following)) == (MailKind.NOTICE, ["parcel"])


async def test_posted_mail_is_due_at_once_also_in_a_pause(story: Story) -> None:
    await story.arrives(replace(story.mail("slow"), pause_ms=1_000, cap_ms=4_000))

    assert await story.store.turns.post(Mail(0, ANNA, MailKind.NOTICE, b"n"), op=story.op())

    (turn,) = await story.takes()
    assert texts(turn) == ["slow", "n"]


async def test_mail_of_the_house_does_not_cost_a_lane_its_place(story: Story) -> None:
    for chat in (BEN, ANNA):
        await story.arrives(story.mail(chat=chat))
        story.clock.advance(5)

    await story.store.turns.post(Mail(0, BEN, MailKind.NOTICE, b"n"), op=story.op())

    (first,) = await story.takes(most=1)
    assert first.conversation == BEN


async def test_dead_letter_keeps_the_mail_and_frees_the_lane(story: Story) -> None:
    turn = await story.hears("poison")
    await story.arrives(story.mail("healthy"))

    await story.commits(turn, notice(), dead_letter="three exceptions")

    (letter,) = await story.store.house.dead_letters()
    assert "poison" in letter["raw"]
    assert letter["reason"] == "three exceptions"
    assert letter["conversation"] == ANNA
    assert await story.store.house.dead_letter_count() == 1
    assert [texts(turn) for turn in await story.takes()] == [["healthy"]]


async def test_due_timer_becomes_mail(story: Story) -> None:
    due = story.clock.ms + 60_000
    await story.commits(await story.hears(), timers={"promise:42": due, "idle": due + 5})

    waiting = await story.store.turns.take("bot-1", 5)
    story.clock.advance(60_000)
    (turn,) = await story.takes()

    assert (waiting.turns, waiting.next_due_ms) == ((), 60_000)
    assert [(one.kind, one.raw) for one in turn.mail] == [(MailKind.TIMER, b"promise:42")]
    await story.commits(turn)
    assert (await story.store.turns.take("bot-1", 5)).next_due_ms == 5


async def test_timer_can_be_moved_and_cancelled(story: Story) -> None:
    now = story.clock.ms
    await story.commits(await story.hears(), timers={"idle": now + 100, "sla": now + 100})
    await story.commits(await story.hears(), timers={"idle": now + 900, "sla": 0})

    story.clock.advance(899)
    early = await story.takes()
    story.clock.advance(1)
    (turn,) = await story.takes()

    assert early == ()
    assert texts(turn) == ["idle"]


async def test_timer_of_a_leased_lane_waits_for_the_commit(story: Story) -> None:
    await story.commits(await story.hears(), timers={"idle": story.clock.ms + 100})
    turn = await story.hears()
    story.clock.advance(100)

    assert await story.takes() == ()
    await story.commits(turn)

    (following,) = await story.takes()
    assert texts(following) == ["idle"]


async def test_release_gives_back_only_what_this_owner_held(story: Story) -> None:
    await story.hears(chat=ANNA)
    await story.arrives(story.mail(chat=BEN))
    await story.takes(owner="bot-2")

    assert await story.store.turns.release("bot-1") == 1

    (turn,) = await story.takes(owner="bot-1")
    assert (turn.conversation, turn.takes) == (ANNA, 2)


async def test_interim_words_are_queued_once_and_the_mail_stays(story: Story) -> None:
    turn = await story.hears()

    assert await story.store.turns.interim(turn, [notice("One moment, please.")])
    assert not await story.store.turns.interim(turn, [notice("Still one moment.")])

    (sending,) = await story.begins()
    assert b"One moment" in sending.word
    assert (await story.store.conversations.conversation(ANNA)).unread == 1
    assert (await story.commits(turn, answer())).result is CommitResult.STORED
    assert sorted(await story.ledger()) == [1, 2]


async def test_interim_under_an_agent_says_nothing(story: Story) -> None:
    await story.opens()
    turn = await story.hears()
    await story.claims()

    assert not await story.store.turns.interim(turn, [notice()])


async def test_chores_stay_until_they_are_done(story: Story) -> None:
    first, second = Chore("op-a", "enrich", ("K1",)), Chore("op-b", "watch", ("x", "y"))
    await story.commits(await story.hears(), chores=(first, second))

    assert await story.store.house.chores(10) == (first, second)
    await story.store.house.chore_done(first)
    await story.store.house.chore_done(first)

    assert await story.store.house.chores(10) == (second,)


async def test_handing_over_opens_the_case_in_the_same_step(story: Story) -> None:
    turn = await story.hears("I am furious")
    case = new_case(head_start_ms=600_000, priority="high")

    await story.commits(turn, notice(), open_case=case)

    opened = await story.store.cases.case(K1)
    seen = await story.store.conversations.conversation(ANNA)
    assert (opened.status, opened.conversation) == (CaseStatus.WAITING, ANNA)
    assert opened.rank == story.clock.ms - 600_000
    assert (opened.reason, opened.priority, opened.why) == ("emotion", "high", "upset")
    assert opened.opened_at.timestamp() * 1000 == story.clock.ms
    assert (seen.holder, seen.epoch, seen.case_id) == (Holder.QUEUE, turn.epoch + 1, K1)
    assert decode_packet(await story.store.cases.packet(K1)).wants == "a refund"
    assert (await story.hears()).epoch == turn.epoch + 1


async def test_conversation_has_one_open_case_and_a_second_one_only_patches_it(
    story: Story,
) -> None:
    await story.opens(K1)
    epoch = (await story.hears()).epoch
    story.clock.advance(TURN_LEASE_MS)
    (turn,) = await story.takes()
    packet = encode_packet(Packet(wants="an exchange"))

    await story.commits(turn, open_case=replace(new_case(K2), packet=packet))

    with pytest.raises(CaseNotFound):
        await story.store.cases.case(K2)
    assert (await story.hears()).epoch == epoch
    assert decode_packet(await story.store.cases.packet(K1)).wants == "an exchange"
    assert (await story.store.cases.case(K1)).packet_version == 2


async def test_turn_in_the_queue_patches_rank_and_packet(story: Story) -> None:
    case = await story.opens()
    packet = encode_packet(Packet(wants="now two refunds"))

    await story.commits(
        await story.hears(),
        patch_rank=case.rank - 5_000,
        patch_reason="angrier",
        patch_priority="urgent",
        patch_packet=packet,
    )

    patched = await story.store.cases.case(K1)
    assert (patched.rank, patched.why, patched.packet_version) == (case.rank - 5_000, "angrier", 2)
    assert patched.priority == "urgent"
    assert decode_packet(await story.store.cases.packet(K1)).wants == "now two refunds"


async def test_commit_begins_the_first_word_of_an_idle_lane(story: Story) -> None:
    committed = await story.commits(await story.hears(), answer("one"), answer("two"), owner="b")

    assert committed.sending
    assert (committed.sending.number, committed.sending.attempt) == (1, 1)
    assert b"one" in committed.sending.word
    assert await story.begins() == ()


async def test_commit_begins_nothing_for_a_process_that_does_not_send(story: Story) -> None:
    committed = await story.commits(await story.hears(), answer(), owner="")

    assert committed.sending is None
    assert len(await story.begins()) == 1


async def test_commit_begins_nothing_where_words_wait_already(story: Story) -> None:
    await story.queues(answer("first"))

    committed = await story.commits(await story.hears(), answer("second"), owner="bot-1")

    assert committed.sending is None
    (sending,) = await story.begins()
    assert b"first" in sending.word


async def test_commit_begins_nothing_over_the_chat_budget(story: Story) -> None:
    for _ in range(3):
        await story.settles(await story.answers(answer(), limits=TRUE), limits=TRUE)

    committed = await story.commits(await story.hears(), answer(), owner="bot-1", limits=TRUE)

    assert committed.sending is None
    assert (await story.store.sends.take("bot-1", 5, TRUE)).next_due_ms == 1_000
