"""Turn a conversation into the lines an agent reads: days, authors, edits, what became of words.

Pure: no store, no web. Texts stay texts here; the templates escape them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from handoff.case import Case
from handoff.conversation import (
    Attachment,
    Author,
    Conversation,
    Delivery,
    DeliveryState,
    Message,
    MessageKind,
)

COMPOSER_WAIT = timedelta(seconds=5)
_SAME_BREATH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript. `voice` says how it looks: contact, bot, agent, note, event."""

    voice: str
    name: str
    text: str
    at: datetime | None
    seq: int
    attachments: tuple[Attachment, ...] = ()
    earlier: tuple[str, ...] = ()
    """What it said before the contact edited it, oldest first."""
    edited_at: datetime | None = None
    word: int = 0
    delivery: DeliveryState | None = None
    reason: str = ""
    day: date | None = None
    """Set on the first line of a day."""
    opens: bool = True
    """Whether author and time stand above it: somebody new speaks, or after a pause."""
    mine: bool = False


def lines_of(
    conversation: Conversation, names: Mapping[str, str], *, reader: str, zone: tzinfo
) -> tuple[Line, ...]:
    """The transcript as `reader` sees it."""
    lines: list[Line] = []
    places: dict[int, int] = {}
    for message in conversation.transcript:
        if message.revises in places:
            place = places[message.revises]
            lines[place] = _revised(lines[place], message)
            continue
        if message.message_id and message.author is Author.CONTACT:
            places[message.message_id] = len(lines)
        lines.append(_line(message, conversation.deliveries, names, reader))
    return tuple(_spaced(lines, zone))


def last_heard(conversation: Conversation) -> int:
    """The seq of the contact's newest line, 0 when they said nothing."""
    heard = (m.seq for m in conversation.transcript if m.author is Author.CONTACT)
    return max(heard, default=0)


def waits_for_bot(case: Case, conversation: Conversation, now: datetime) -> bool:
    """Whether a word of the bot is still on its way after a claim, so that an agent should hold on.

    At most five seconds: an answer still in flight then may arrive after the agent's first word,
    but none is begun any more.
    """
    if case.claimed_at is None or now - case.claimed_at >= COMPOSER_WAIT:
        return False
    return any(
        message.author is Author.BOT and _state(message, conversation.deliveries) in _ON_ITS_WAY
        for message in conversation.transcript
    )


_ON_ITS_WAY = frozenset({DeliveryState.SENDING})
_VOICES = {Author.CONTACT: "contact", Author.BOT: "bot", Author.AGENT: "agent"}


def _line(
    message: Message, deliveries: Mapping[int, Delivery], names: Mapping[str, str], reader: str
) -> Line:
    delivery = deliveries.get(message.word) if message.word else None
    return Line(
        voice=_voice(message),
        name=names.get(message.agent, message.agent),
        text=message.text,
        at=message.at,
        seq=message.seq,
        attachments=message.attachments,
        word=message.word,
        delivery=_state(message, deliveries),
        reason=delivery.reason if delivery else "",
        mine=bool(message.agent) and message.agent == reader,
    )


def _voice(message: Message) -> str:
    if message.kind is MessageKind.NOTE:
        return "note"
    return "event" if message.kind is MessageKind.EVENT else _VOICES.get(message.author, "event")


def _state(message: Message, deliveries: Mapping[int, Delivery]) -> DeliveryState | None:
    if not message.word:
        return None
    delivery = deliveries.get(message.word)
    return delivery.state if delivery else DeliveryState.QUEUED


def _revised(line: Line, message: Message) -> Line:
    return replace(
        line,
        text=message.text,
        earlier=(*line.earlier, line.text),
        edited_at=message.at,
        attachments=message.attachments or line.attachments,
    )


def _spaced(lines: list[Line], zone: tzinfo) -> list[Line]:
    spaced: list[Line] = []
    before: Line | None = None
    for line in lines:
        day = line.at.astimezone(zone).date() if line.at else None
        new_day = day is not None and (before is None or _day(before, zone) != day)
        opens = new_day or before is None or _breaks(before, line)
        spaced.append(replace(line, day=day if new_day else None, opens=opens))
        before = line
    return spaced


def _day(line: Line, zone: tzinfo) -> date | None:
    return line.at.astimezone(zone).date() if line.at else None


def _breaks(before: Line, line: Line) -> bool:
    if (before.voice, before.name) != (line.voice, line.name):
        return True
    return before.at is None or line.at is None or line.at - before.at > _SAME_BREATH
