"""Read a turn's mail: raw updates through aiogram's types and our routers, and mail of the house.
Plain text, which is nearly all of it, takes the short way (`plain.py`).

Touches no network and no store. Albums become one thing heard, an edit of something unread takes
its place. It reads up to the first mail that cannot be read, which the loop sets aside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import CallbackQuery, ChatMemberUpdated, TelegramObject
from aiogram.types import Message as TelegramMessage
from msgspec.structs import replace

from bot.heard import Heard, HeardKind
from bot.telegram.plain import read_plain
from bot.telegram.routers import Context, make_router
from handoff.agenda import Mail, MailKind, Turn, UnreadMail
from handoff.conversation import Author, Message, MessageKind
from handoff.forms import RecordNewer
from handoff.graphemes import clean_text
from handoff.signing import Signer

RESOLVED = "resolved"
EPOCH = datetime.fromtimestamp(0, UTC)
log = structlog.get_logger()
_AS_MESSAGE = {"edited_message": "message", "edited_business_message": "business_message"}
_TYPES: dict[str, type[TelegramObject]] = {
    "message": TelegramMessage,
    "business_message": TelegramMessage,
    "edited_message": TelegramMessage,
    "edited_business_message": TelegramMessage,
    "callback_query": CallbackQuery,
    "my_chat_member": ChatMemberUpdated,
}
_MESSAGE_FIELDS = frozenset(
    (
        *("message_id", "date", "edit_date", "chat", "from", "business_connection_id"),
        *("media_group_id", "forward_origin", "forward_date", "via_bot", "text", "caption"),
        *("photo", "document", "video", "video_note", "voice", "audio", "animation", "sticker"),
        *("contact", "location", "venue", "poll", "dice", "story", "paid_media", "checklist"),
        *("game", "giveaway", "gift", "reply_markup", "pinned_message", "write_access_allowed"),
        *("message_auto_delete_timer_changed", "chat_background_set", "boost_added"),
        *("connected_website", "users_shared", "chat_shared"),
        *("new_chat_title", "new_chat_photo", "delete_chat_photo"),
    )
)
_PRESSED_FIELDS = frozenset(("message_id", "date", "chat", "reply_markup"))


class MailReader:
    """Makes what was heard out of unread mail."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._router = make_router()

    async def read(self, turn: Turn) -> tuple[tuple[Heard, ...], int]:
        """What the turn heard, in order, and how much of its mail that is: the next one cannot be
        read, or there is none. Raises RecordNewer when the first is of a later version.
        """
        heard: list[Heard] = []
        for count, mail in enumerate(turn.mail):
            if mail.kind is MailKind.NEWER:
                if not count:
                    raise RecordNewer("mail", mail.kind)
                return tuple(heard), count
            try:
                found = await self._read(mail, turn)
            except Exception as error:  # whatever a customer sent, one mail at most is set aside
                # Its words may quote the message, so only its type is told on.
                log.warning("mail.unreadable", kind=mail.kind, error=type(error).__name__)
                return tuple(heard), count
            if found is not None:
                _add(heard, found)
        return tuple(heard), len(turn.mail)

    def glimpse(self, turn: Turn) -> tuple[Message, ...]:
        """The words in the first mail, if any can be seen, as a line of the transcript."""
        for mail in turn.mail[:1]:
            try:
                content = orjson.loads(mail.raw)
                sent = next(v for k, v in content.items() if k != "update_id")
                text = clean_text(sent.get("text") or sent.get("caption") or "")
            except Exception:  # there is nothing to see, then
                continue
            kind = MessageKind.TEXT if text else MessageKind.OTHER
            at = datetime.fromtimestamp(mail.at_ms / 1000, UTC)
            return (Message(Author.CONTACT, text, kind, at=at),)
        return ()

    def plain_text(self, mail: Mail) -> str:
        """The text of a plain message that has just come; empty when it is anything else."""
        heard = read_plain(UnreadMail(mail.kind, mail.message_id, 0, mail.raw), EPOCH)
        return heard.message.text if heard is not None and heard.message is not None else ""

    async def _read(self, mail: UnreadMail, turn: Turn) -> Heard | None:
        at = datetime.fromtimestamp(mail.at_ms / 1000, UTC)
        if house := _HOUSE.get(mail.kind):
            return house(mail, at)
        if mail.kind is MailKind.OTHER:
            return None
        return read_plain(mail, at) or await self._routed(mail, turn, at)

    async def _routed(self, mail: UnreadMail, turn: Turn, at: datetime) -> Heard | None:
        number, name, event = _event(mail)
        context = Context(number, at, turn, self._signer)
        # The observer itself: one router needs no walk through middlewares, 30 us on every message.
        heard = await self._router.observers[name].trigger(event, context=context)
        return None if heard is UNHANDLED else heard


def _event(mail: UnreadMail) -> tuple[int, str, TelegramObject]:
    """An update's number, kind and event, without the fields nobody reads: a new kind of quote
    breaks no text, and half of the cost of reading goes.
    """
    content: dict[str, Any] = orjson.loads(mail.raw)
    number = content.pop("update_id")
    name, event = next(iter(content.items()))
    if mail.kind is MailKind.MESSAGE:
        name = _AS_MESSAGE.get(name, name)  # an edit that replaced what nobody had read
    if name == "callback_query":
        if event.get("message"):
            event["message"] = _only(event["message"], _PRESSED_FIELDS)
    elif name != "my_chat_member":
        event = _only(event, _MESSAGE_FIELDS)
    return number, name, _TYPES[name].model_validate(event)


def _only(event: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name in fields}


def _add(heard: list[Heard], new: Heard) -> None:
    """Append, or join what belongs together: an album's items, an edit with its unread message, a
    double press.
    """
    for index, old in enumerate(heard):
        joined = _joined(old, new)
        if joined is not None:
            heard[index] = joined
            return
    heard.append(new)


def _joined(old: Heard, new: Heard) -> Heard | None:
    if old.message is None or new.message is None:
        return None
    if new.kind is HeardKind.EDIT:
        if old.kind is not HeardKind.MESSAGE or old.message.message_id != new.message.revises:
            return None
        kept = old.message.attachments[1:]  # of an album one item was edited
        attachments = (*new.message.attachments, *kept)
        return replace(old, message=replace(new.message, revises=0, attachments=attachments))
    if new.kind is HeardKind.BUTTON:
        return old if old.kind is HeardKind.BUTTON and old.action == new.action else None
    if new.kind is HeardKind.MESSAGE and not new.command and new.payload:
        return _album(old, old.message, new.message) if old.payload == new.payload else None
    return None


def _album(old: Heard, first: Message, item: Message) -> Heard:
    text = "\n".join(part for part in (first.text, item.text) if part)
    attachments = (*first.attachments, *item.attachments)
    return replace(old, message=replace(first, text=text, attachments=attachments))


def _timer(mail: UnreadMail, at: datetime) -> Heard:
    return Heard(HeardKind.TIMER, at, name=mail.raw.decode())


def _expired(mail: UnreadMail, at: datetime) -> Heard:
    return Heard(HeardKind.EXPIRED, at, word=int(mail.raw))


def _undelivered(mail: UnreadMail, at: datetime) -> Heard:
    number, _, fate = mail.raw.decode().partition(":")
    return Heard(HeardKind.UNDELIVERED, at, word=int(number), payload=fate)


def _notice(mail: UnreadMail, at: datetime) -> Heard:
    name, _, payload = mail.raw.decode().partition(":")
    if name == RESOLVED:
        return Heard(HeardKind.RESOLVED, at, payload=payload)
    return Heard(HeardKind.NOTICE, at, name=name, payload=payload)


_HOUSE: dict[MailKind, Callable[[UnreadMail, datetime], Heard]] = {
    MailKind.TIMER: _timer,
    MailKind.EXPIRED: _expired,
    MailKind.UNDELIVERED: _undelivered,
    MailKind.NOTICE: _notice,
}
