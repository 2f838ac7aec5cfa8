"""A conversation with one contact: who holds it, and what was said in it.

Values only; stores write them down, turns and desks change them through scripts.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

import msgspec

ConversationId = NewType("ConversationId", str)
"""`tg-<bot>-<chat>`, with `-<business connection>` behind it where there is one; a group's chat id
is negative.
"""


class Holder(StrEnum):
    """Who is expected to speak."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"


class Author(StrEnum):
    """Who wrote a message."""

    CONTACT = "contact"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class MessageKind(StrEnum):
    """What a message is made of; `EVENT` and `NOTE` are never seen by the contact."""

    TEXT = "text"
    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    BUTTON = "button"
    OTHER = "other"
    NOTE = "note"
    EVENT = "event"


class Attachment(msgspec.Struct, frozen=True):
    """What came with a message; `ref` is the channel's own file id, never a link. `file` is set on
    what we sent ourselves: its id in the attachment store.
    """

    kind: MessageKind
    ref: str = ""
    name: str = ""
    size_bytes: int = 0
    detail: str = ""
    file: str = ""


class Message(msgspec.Struct, frozen=True):
    """One line of a transcript.

    `seq` counts the lines of a conversation from 1 and is given by the store (0 = not stored yet).
    `word` is the number of the words it stands for, whose delivery the ledger tells. `revises` is
    the message id that an edit replaces.
    """

    author: Author
    text: str
    kind: MessageKind = MessageKind.TEXT
    at: datetime | None = None
    seq: int = 0
    message_id: int = 0
    word: int = 0
    agent: str = ""
    revises: int = 0
    attachments: tuple[Attachment, ...] = ()


class Contact(msgspec.Struct, frozen=True):
    """Who writes to the shop, as far as the channel and the customer told us."""

    name: str = ""
    username: str = ""
    language: str = ""
    phone: str = ""
    """E.164, only when the channel itself proved it (shared contact of the sender)."""
    reachable: bool = True


class Conversation(msgspec.Struct, frozen=True):
    """A conversation as it stands: control values, what the bot remembers, its latest transcript
    and its words.
    """

    id: ConversationId
    holder: Holder
    epoch: int
    state: dict[str, Any]
    contact: Contact
    transcript: tuple[Message, ...]
    deliveries: dict[int, Delivery]
    case_id: str = ""
    agent: str = ""
    unread: int = 0
    """Mail that no turn has read yet."""


class DeliveryState(StrEnum):
    """What became of words. A number the ledger does not know is still queued."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Delivery(msgspec.Struct, frozen=True):
    """One row of the ledger; `message_id` when sent, `reason` when failed."""

    state: DeliveryState
    message_id: int = 0
    reason: str = ""
