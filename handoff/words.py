"""Words: what is to be said to a contact, before it is said.

A turn or an agent makes words; the store numbers them; deliveries say them. Nothing here knows
Telegram.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from handoff.conversation import Attachment, Author


class WordKind(StrEnum):
    """An answer can be withdrawn until it is begun; notices and a person's words cannot."""

    ANSWER = "answer"
    NOTICE = "notice"
    PERSON = "person"


ANSWER_LIFE_MS = 30 * 60_000
"""After this an answer is not said any more; its mail is decided again, with an apology."""
NOTICE_LIFE_MS = 15 * 60_000


class Button(msgspec.Struct, frozen=True):
    """One button: exactly one of `action` (comes back to the bot), `url` or `copy` (a text for the
    clipboard).
    """

    text: str
    action: str = ""
    url: str = ""
    copy: str = ""


class Body(msgspec.Struct, frozen=True):
    """What a word looks like: text, buttons under it, or one request for the contact's own phone
    number.

    `edits` names an earlier message of ours to change in place; `replaces` lets the delivery find
    it. `ask_contact` is the label of the sharing button.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    ask_contact: str = ""
    edits: int = 0
    replaces: str = ""
    """The spot whose message this one takes the place of, where there is one."""
    holds: str = ""
    """The spot this message stands in from now on."""
    fold: tuple[int, int] = (0, 0)
    """From where to where of the text is folded under "more"; nothing is when both are one."""
    attachment: str = ""
    """Id in the attachment store (`handoff/files.py`) of a picture or document sent along."""


class Word(msgspec.Struct, frozen=True):
    """One thing to say. `life_ms` counts from its acceptance by the store; 0 = for ever.
    `attachments` is what its transcript line shows of the body's attachment.
    """

    kind: WordKind
    author: Author
    body: Body
    life_ms: int = 0
    agent: str = ""
    attachments: tuple[Attachment, ...] = ()


class Parting(msgspec.Struct, frozen=True):
    """How an agent leaves a conversation: with a last word or without, having read it up to the
    transcript line `seen` (0: nobody asks).
    """

    word: Word | None = None
    seen: int = 0


WORDLESS = Parting()


class Limits(msgspec.Struct, frozen=True):
    """Telegram's budgets as we keep them (settings `BOT_LIMIT_*`): sends a second in total, a
    second in one chat with a burst, and in any minute in one group.
    """

    total_per_second: float = 30
    chat_per_second: float = 1
    chat_burst: int = 3
    group_per_minute: int = 20
