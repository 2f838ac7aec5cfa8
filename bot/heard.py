"""What a turn heard: the domain's view of an update, made by `bot.telegram.updates` and read by the
dialogue.

Nothing here knows Telegram's types. One piece of mail becomes one `Heard`; mail that cannot be
decoded never gets here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from handoff.conversation import Contact, Message


class HeardKind(StrEnum):
    """What happened in the conversation."""

    MESSAGE = "message"
    """The customer wrote or sent something: text, photo, voice, sticker, location, poll …"""
    COMMAND = "command"
    """`/start`, `/help`, `/language`, `/human` …: `command` without the slash, `payload` behind it;
    behind `start` the order number that a signed link preselects, or nothing.
    """
    BUTTON = "button"
    """A button of ours, signature and epoch checked: `action`. Outdated or foreign presses come as
    `OUTDATED`.
    """
    OUTDATED = "outdated"
    EDIT = "edit"
    """The customer changed message `message.revises`, which a turn has read before."""
    PHONE = "phone"
    """A contact was shared; `phone` is set only when the channel proves that it is the sender's own
    and not forwarded.
    """
    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"
    TIMER = "timer"
    """A due timer: `name`."""
    EXPIRED = "expired"
    """An answer grew too old before it could be said: word number `word`. The question is to be
    decided again.
    """
    UNDELIVERED = "undelivered"
    """An answer did not arrive, or nobody knows: word number `word`; `payload` is `failed` (refused
    for good) or `unknown`.
    """
    NOTICE = "notice"
    """News from a job (parcel moved …): `name`, `payload`."""
    RESOLVED = "resolved"
    """An agent closed the case and gave the conversation back; `payload` is the resolution."""


class Heard(msgspec.Struct, frozen=True):
    """One thing that happened, in order. `message` is its transcript line, None when it leaves
    none.
    """

    kind: HeardKind
    at: datetime
    update_id: int = 0
    message: Message | None = None
    contact: Contact = Contact()
    """Name, username and interface language as this update shows them; empty for mail of the house.
    """
    command: str = ""
    action: str = ""
    payload: str = ""
    name: str = ""
    phone: str = ""
    word: int = 0
