"""Read a plain text message straight from its JSON: what nearly every update is.

It hears exactly what aiogram's type and our router hear, at a tenth of their cost, and leaves
everything else (commands, edits, media, anything of an odd type) to them.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from bot.heard import Heard, HeardKind
from bot.telegram.routers import full_name
from handoff.agenda import MailKind, UnreadMail
from handoff.conversation import Author, Contact, Message, MessageKind
from handoff.graphemes import clean_text


class _Person(msgspec.Struct, frozen=True):
    id: int
    is_bot: bool
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None


class _Chat(msgspec.Struct, frozen=True):
    id: int
    type: str


class _Written(msgspec.Struct, frozen=True, rename={"person": "from"}):
    message_id: int
    date: int
    chat: _Chat
    person: _Person
    text: str
    edit_date: int | None = None


class _Update(msgspec.Struct, frozen=True):
    update_id: int
    message: _Written


_UPDATES = msgspec.json.Decoder(_Update)


def read_plain(mail: UnreadMail, at: datetime) -> Heard | None:
    """What was heard; None when this is no plain text message."""
    if mail.kind is not MailKind.MESSAGE:
        return None
    try:
        update = _UPDATES.decode(mail.raw)
    except msgspec.MsgspecError:
        return None
    written = update.message
    text = clean_text(written.text)
    if text.startswith("/") or written.edit_date:
        return None
    person = written.person
    return Heard(
        kind=HeardKind.MESSAGE,
        at=at,
        update_id=update.update_id,
        message=Message(
            Author.CONTACT,
            text,
            MessageKind.TEXT,
            datetime.fromtimestamp(written.date, UTC),
            message_id=written.message_id,
        ),
        contact=Contact(
            full_name(person.first_name, person.last_name),
            person.username or "",
            person.language_code or "",
        ),
    )
