from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.flood import FLOOD_TIMER, QUIET_MS
from bot.heard import Heard, HeardKind
from bot.state import State
from handoff.agenda import MailKind, Outcome, Turn, UnreadMail
from handoff.conversation import (
    Attachment,
    Author,
    ConversationId,
    Holder,
    Message,
    MessageKind,
)
from tests.chat import NOON, Chat, answerer, text_of

PHOTO = (Attachment(MessageKind.PHOTO, "f"),)


def at(ms: int) -> datetime:
    return NOON + timedelta(milliseconds=ms)


def heard(*ms: int, files: tuple[Attachment, ...] = (), kind: HeardKind = HeardKind.MESSAGE):  # type: ignore[no-untyped-def]
    return [
        Heard(kind, at(n), message=Message(Author.CONTACT, f"line {n}", attachments=files))
        for n in ms
    ]


def turn(found: Sequence[Heard], holder: Holder = Holder.BOT) -> Turn:
    mail = tuple(
        UnreadMail(MailKind.MESSAGE, 0, int(one.at.timestamp() * 1000), b"{}") for one in found
    )
    return Turn(ConversationId("tg-1-7"), "t", 0, holder, b"", mail)


def decided(
    found: Sequence[Heard], state: State | None = None, holder: Holder = Holder.BOT
) -> Outcome | None:
    now = found[-1].at
    return answerer().flood_outcome(state or State(tongue="en"), turn(found, holder), found, now)


@pytest.mark.parametrize(
    ("times", "flood"),
    [
        (range(0, 9_500, 500), False),
        (range(0, 10_000, 500), True),
        (range(0, 20_000, 1_000), False),
        ([*range(0, 60_000, 3_000), *range(60_000, 64_000, 200)], True),
    ],
    ids=["19 in 10 s", "20 in 10 s", "20 in 20 s", "fast at the end"],
)
def test_twenty_messages_in_ten_seconds_are_a_flood(times: Sequence[int], flood: bool) -> None:
    assert (decided(heard(*times)) is not None) is flood


def test_flood_is_kept_whole_told_once_and_comes_back_when_it_is_quiet() -> None:
    first = decided(heard(*range(0, 6_000, 200)))
    assert first is not None
    state = State.decode(first.state)
    second = decided(heard(8_000), state)

    assert len(first.rows) == 30
    assert "within 10 seconds" in text_of(first)
    assert first.timers == {FLOOD_TIMER: int(at(5_800).timestamp() * 1000) + QUIET_MS}
    assert second is not None
    assert (len(second.rows), second.words) == (1, ())
    assert second.timers[FLOOD_TIMER] == int(at(8_000).timestamp() * 1000) + QUIET_MS
    assert State.decode(second.state).unanswered.endswith("line 8000")


def test_message_after_the_flood_is_a_message_like_any_other() -> None:
    first = decided(heard(*range(0, 6_000, 200)))
    assert first is not None

    assert decided(heard(11_000), State.decode(first.state)) is None


@pytest.mark.parametrize("kind", [HeardKind.BUTTON, HeardKind.COMMAND, HeardKind.TIMER])
def test_what_is_pressed_or_rings_in_a_flood_is_thought_about(kind: HeardKind) -> None:
    found = [*heard(*range(0, 6_000, 200)), *heard(6_000, kind=kind)]

    assert decided(found) is None


def test_under_an_agent_nothing_is_held_back() -> None:
    assert decided(heard(*range(0, 6_000, 200)), holder=Holder.AGENT) is None


async def test_flood_an_agent_took_over_keeps_no_later_words_from_being_remembered(
    chat: Chat,
) -> None:
    first = decided(heard(*range(0, 6_000, 200)))
    assert first is not None
    chat.raw = first.state

    chat.holder = Holder.AGENT
    await chat.says("I sent all of that already")
    chat.holder = Holder.BOT
    await chat.says("thank you")

    assert chat.state.unanswered == "thank you"


def test_sixth_picture_in_a_minute_is_a_flood_and_an_album_is_one() -> None:
    five = State(tongue="en").changed(
        media_at=tuple(int(at(n * 1_000).timestamp() * 1000) for n in range(5))
    )

    assert decided(heard(59_000, files=PHOTO), five) is not None
    assert decided(heard(61_000, files=PHOTO), five) is None
    assert decided(heard(0, files=PHOTO * 10)) is None


async def test_flood_is_answered_once_when_it_is_over(chat: Chat) -> None:
    chat.remember(unanswered="Do you ship abroad?")

    outcome = await chat.hears(chat.heard(HeardKind.TIMER, name=FLOOD_TIMER))

    assert len(outcome.words) == 1
    assert "Sorry" not in text_of(outcome)


@pytest.mark.parametrize("kind", [HeardKind.BUTTON, HeardKind.MESSAGE])
async def test_what_is_answered_meanwhile_leaves_a_floods_words_to_be_answered(
    chat: Chat, kind: HeardKind
) -> None:
    first = decided(heard(*range(0, 6_000, 200)))
    assert first is not None
    chat.raw = first.state

    await (chat.presses("menu") if kind is HeardKind.BUTTON else chat.says("and a gift card?"))
    kept = chat.state.unanswered
    over = await chat.hears(chat.heard(HeardKind.TIMER, name=FLOOD_TIMER))
    await chat.says("thank you")

    assert "line 200" in kept
    assert over.words
    assert chat.state.unanswered == "thank you"


@pytest.fixture
def chat() -> Chat:
    return Chat(tongue="en", now=NOON.astimezone(UTC))
