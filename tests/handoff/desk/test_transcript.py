"""How a conversation reads: edits in place, days, authors, and what became of each word."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from handoff.case import Case, CaseId, CaseStatus
from handoff.conversation import (
    Attachment,
    Author,
    Contact,
    Conversation,
    ConversationId,
    Delivery,
    DeliveryState,
    Holder,
    Message,
    MessageKind,
)
from handoff.desk.transcript import Line, last_heard, lines_of, waits_for_bot

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))


def conversation(*rows: Message, deliveries: dict[int, Delivery] | None = None) -> Conversation:
    return Conversation(
        id=ConversationId("tg-1-1"),
        holder=Holder.AGENT,
        epoch=2,
        state={},
        contact=Contact(),
        transcript=rows,
        deliveries=deliveries or {},
    )


def said(author: Author, text: str, minutes: float = 0, **more: object) -> Message:
    return Message(author, text, at=NOON + timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


def read(found: Conversation, reader: str = "sam") -> tuple[Line, ...]:
    return lines_of(found, {"sam": "Sam Lee"}, reader=reader, zone=UTC)


def test_edit_takes_the_place_of_what_it_corrects_and_keeps_it() -> None:
    lines = read(
        conversation(
            said(Author.CONTACT, "My number is 1", message_id=7),
            said(Author.BOT, "Thank you", 1),
            said(Author.CONTACT, "My number is 2", 2, message_id=7, revises=7),
            said(Author.CONTACT, "My number is 3", 3, message_id=7, revises=7),
        )
    )

    assert [line.text for line in lines] == ["My number is 3", "Thank you"]
    assert lines[0].earlier == ("My number is 1", "My number is 2")
    assert lines[0].edited_at == NOON + timedelta(minutes=3)


def test_picture_stays_when_its_caption_is_edited() -> None:
    picture = (Attachment(MessageKind.PHOTO, ref="p1"),)
    lines = read(
        conversation(
            said(Author.CONTACT, "brocken", message_id=7, attachments=picture),
            said(Author.CONTACT, "broken", 1, message_id=7, revises=7),
        )
    )

    assert [(line.text, line.attachments) for line in lines] == [("broken", picture)]


def test_edit_of_a_line_that_is_no_longer_kept_is_a_line_of_its_own() -> None:
    lines = read(conversation(said(Author.CONTACT, "Corrected", revises=99)))

    assert [line.text for line in lines] == ["Corrected"]


def test_days_are_those_of_the_reader() -> None:
    rows = (said(Author.CONTACT, "late", 3 * 60), said(Author.CONTACT, "later", 5 * 60))

    here = lines_of(conversation(*rows), {}, reader="sam", zone=UTC)
    there = lines_of(conversation(*rows), {}, reader="sam", zone=SHANGHAI)

    assert [line.day and line.day.day for line in here] == [21, None]
    assert [line.day and line.day.day for line in there] == [21, 22]


def test_author_stands_above_the_first_of_what_was_said_in_one_breath() -> None:
    lines = read(
        conversation(
            said(Author.CONTACT, "a"),
            said(Author.CONTACT, "b", 1),
            said(Author.CONTACT, "c", 9),
            said(Author.AGENT, "d", 9.5, agent="sam"),
        )
    )

    assert [line.opens for line in lines] == [True, False, True, True]
    assert lines[3].mine
    assert lines[3].name == "Sam Lee"


@pytest.mark.parametrize(
    ("message", "voice"),
    [
        (said(Author.AGENT, "careful", kind=MessageKind.NOTE, agent="sam"), "note"),
        (said(Author.SYSTEM, "draft", kind=MessageKind.NOTE), "note"),
        (said(Author.SYSTEM, "claimed", kind=MessageKind.EVENT), "event"),
        (said(Author.SYSTEM, "anything"), "event"),
        (said(Author.BOT, "Hello"), "bot"),
    ],
)
def test_notes_and_events_never_look_like_messages(message: Message, voice: str) -> None:
    assert read(conversation(message))[0].voice == voice


def test_word_the_ledger_does_not_know_is_still_queued() -> None:
    rows = (said(Author.BOT, "one", word=1), said(Author.BOT, "two", word=2))
    ledger = {1: Delivery(DeliveryState.FAILED, reason="blocked")}

    lines = read(conversation(*rows, deliveries=ledger))

    assert [line.delivery for line in lines] == [DeliveryState.FAILED, DeliveryState.QUEUED]
    assert lines[0].reason == "blocked"


@pytest.mark.parametrize(
    ("seconds", "state", "waits"),
    [
        (1, DeliveryState.SENDING, True),
        (1, DeliveryState.SENT, False),
        (1, DeliveryState.WITHDRAWN, False),
        (6, DeliveryState.SENDING, False),
    ],
)
def test_composer_waits_for_a_word_on_its_way_and_five_seconds_at_most(
    seconds: float, state: DeliveryState, waits: bool
) -> None:
    case = Case(
        id=CaseId("CASE0001"),
        conversation=ConversationId("tg-1-1"),
        status=CaseStatus.ASSIGNED,
        reason="",
        priority="",
        skill="",
        why="",
        rank=0,
        contact="",
        language="",
        opened_at=NOON,
        agent="sam",
        claimed_at=NOON,
    )
    found = conversation(said(Author.BOT, "One moment", word=4), deliveries={4: Delivery(state)})

    assert waits_for_bot(case, found, NOON + timedelta(seconds=seconds)) is waits


def test_last_heard_is_the_customers_own_line() -> None:
    rows = (said(Author.CONTACT, "a", seq=4), said(Author.BOT, "b", seq=5))

    assert last_heard(conversation(*rows)) == 4
    assert last_heard(conversation()) == 0
