from msgspec.structs import replace

from handoff.agenda import Mail, MailKind
from handoff.conversation import Holder
from tests.contracts.story import ANNA, BEN, Story, texts


def burst(one: Mail) -> Mail:
    return replace(one, pause_ms=1_500, cap_ms=4_000)


async def test_update_that_comes_again_is_written_once(story: Story) -> None:
    one = story.mail()

    first = await story.arrives(one)
    again = await story.arrives(one, one)

    assert (first.new, again.new, again.turns, again.pending) == (1, 0, (), False)
    (turn,) = await story.takes()
    assert len(turn.mail) == 1


async def test_equal_update_ids_of_two_bots_are_two_updates(story: Story) -> None:
    one = story.mail()
    await story.arrives(one)

    accepted = await story.store.turns.accept("other", [one], owner="bot-1", room=0)

    assert accepted.new == 1


async def test_far_apart_update_ids_are_all_new_once(story: Story) -> None:
    ids = (1, 32_767, 32_768, 5_000_000_000, 2**52)
    mail = [replace(story.mail(), update_id=update_id) for update_id in ids]

    assert (await story.arrives(*mail)).new == len(ids)
    assert (await story.arrives(*mail)).new == 0


async def test_idle_lane_is_leased_to_whoever_accepts(story: Story) -> None:
    accepted = await story.arrives(story.mail("first"), story.mail("second"), room=5)

    (turn,) = accepted.turns
    assert (turn.conversation, turn.holder, turn.epoch, turn.takes) == (ANNA, Holder.BOT, 0, 1)
    assert texts(turn) == ["first", "second"]
    assert turn.token
    assert not accepted.pending
    assert await story.takes() == ()


async def test_lane_without_room_waits_on_the_agenda(story: Story) -> None:
    accepted = await story.arrives(story.mail(), story.mail(chat=BEN), room=1)

    assert [turn.conversation for turn in accepted.turns] == [ANNA]
    assert accepted.pending
    assert [turn.conversation for turn in await story.takes()] == [BEN]


async def test_mail_that_waits_already_is_not_leased_by_the_next_accept(story: Story) -> None:
    await story.arrives(story.mail("first"))

    accepted = await story.arrives(story.mail("second"), room=5)

    assert accepted.turns == ()
    assert accepted.pending
    (turn,) = await story.takes()
    assert texts(turn) == ["first", "second"]


async def test_more_words_send_nobody_to_the_back_of_the_line(story: Story) -> None:
    await story.arrives(story.mail("first"))
    story.clock.advance(100)
    await story.arrives(story.mail(chat=BEN))
    story.clock.advance(100)

    await story.arrives(story.mail("second"))

    (turn,) = await story.takes(most=1)
    assert (turn.conversation, texts(turn)) == (ANNA, ["first", "second"])


async def test_mail_during_a_lease_is_only_written_and_found_by_the_commit(story: Story) -> None:
    turn = await story.hears("first")

    accepted = await story.arrives(story.mail("second"), room=5)

    assert (accepted.new, accepted.turns, accepted.pending) == (1, (), False)
    assert await story.takes() == ()
    await story.commits(turn)
    (following,) = await story.takes()
    assert texts(following) == ["second"]


async def test_burst_is_one_turn_after_its_pause(story: Story) -> None:
    await story.arrives(burst(story.mail("one")), room=5)
    story.clock.advance(1_000)
    await story.arrives(burst(story.mail("two")), room=5)
    story.clock.advance(1_499)

    early = await story.store.turns.take("bot-1", 5)
    story.clock.advance(1)
    (turn,) = await story.takes()

    assert (early.turns, early.next_due_ms) == ((), 1)
    assert texts(turn) == ["one", "two"]


async def test_endless_burst_is_due_at_its_cap(story: Story) -> None:
    for _ in range(4):
        await story.arrives(burst(story.mail()))
        story.clock.advance(1_000)

    (turn,) = await story.takes()

    assert len(turn.mail) == 4


async def test_complete_message_is_due_at_once_and_takes_the_burst_along(story: Story) -> None:
    await story.arrives(burst(story.mail("one")))
    press = replace(story.mail("press"), kind=MailKind.BUTTON)

    await story.arrives(press)
    (turn,) = await story.takes()

    assert texts(turn) == ["one", "press"]


async def test_under_an_agent_nothing_pauses(story: Story) -> None:
    await story.opens()
    await story.claims()

    (turn,) = (await story.arrives(burst(story.mail("one")), room=5)).turns

    assert (turn.holder, turn.agent, turn.case_id) == (Holder.AGENT, "mei", "KAAAAAA2")


async def test_edit_takes_the_place_of_unread_mail(story: Story) -> None:
    await story.arrives(replace(story.mail("helo"), message_id=7), story.mail("there"))
    edit = replace(story.mail("hello"), message_id=7, kind=MailKind.EDIT)

    await story.arrives(edit)
    (turn,) = await story.takes()

    assert texts(turn) == ["hello", "there"]
    assert [one.kind for one in turn.mail] == [MailKind.MESSAGE] * 2


async def test_edit_of_mail_that_is_being_read_is_mail_of_its_own(story: Story) -> None:
    (turn,) = (await story.arrives(replace(story.mail("helo"), message_id=7), room=1)).turns
    await story.arrives(replace(story.mail("hello"), message_id=7, kind=MailKind.EDIT))

    await story.commits(turn)
    (following,) = await story.takes()

    assert texts(following) == ["hello"]
    assert following.mail[0].kind is MailKind.EDIT
    assert following.mail[0].message_id == 7


async def test_edit_of_mail_long_read_is_mail_of_its_own(story: Story) -> None:
    await story.commits(await story.hears("helo"))

    (turn,) = (
        await story.arrives(replace(story.mail("hello"), message_id=7, kind=MailKind.EDIT), room=1)
    ).turns

    assert turn.mail[0].kind is MailKind.EDIT


async def test_flood_is_read_in_turns_of_a_hundred(story: Story) -> None:
    await story.arrives(*(story.mail(str(number)) for number in range(150)))

    (first,) = await story.takes()
    await story.commits(first, may_restart=False)
    (second,) = await story.takes()

    assert texts(first) + texts(second) == [str(number) for number in range(150)]
    assert len(first.mail) == 100


async def test_mail_of_any_bytes_comes_back_as_it_was(story: Story) -> None:
    raw = '{"text":"多谢|\\u0000|\x00 \U0001f64f"}|'

    turn = await story.hears(raw)

    assert texts(turn) == [raw]
    assert turn.mail[0].at_ms == story.clock.ms
