"""Route an update on its raw JSON: into which conversation, as what, and how long it may wait.

Pure. It reads a handful of fields and trusts none of them; types, commands and meaning come later,
at the turn. Groups, channels and bots are not customers: their updates are no mail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from bot.telegram.addresses import conversation_of
from bot.telegram.decoding import Update
from bot.telegram.errors import UnreadableUpdate
from bot.telegram.pauses import ALBUM, FRAGMENT, NOW, Pause, pause_of
from handoff.agenda import Mail, MailKind
from handoff.conversation import ConversationId

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "business_connection",
    "business_message",
    "edited_business_message",
)
_AWAITING_TEXT = ("photo", "document", "video", "animation", "sticker", "audio")
"""Often followed by the words that explain them."""

_Fields = Mapping[str, Any]


def mail_of(update: Update, bot_id: int) -> Mail | None:
    """The mail an update becomes; None when it is nothing a customer wrote.

    Raises UnreadableUpdate when it is of no known kind or lacks what routing needs.
    """
    if update.content is None:
        raise UnreadableUpdate(update.reason)
    for kind, route in _ROUTES.items():
        if kind in update.content:
            return route(update, _fields(update.content, kind), bot_id)
    raise UnreadableUpdate(_unknown_kind(update.content))


def press_of(update: Update) -> str:
    """The id of the callback query in this update, which wants an answer at once; empty when there
    is none.
    """
    query = (update.content or {}).get("callback_query")
    press = query.get("id") if isinstance(query, dict) else None
    return press if isinstance(press, str) else ""


CHOSEN = "chosen"
"""What the mark of a pressed button sends when it is pressed itself: nothing comes of it."""


class Press(msgspec.Struct, frozen=True):
    """A pressed button's message, and what stands under it from now on: the mark of what was
    pressed, and those buttons that are still of use, because they copy or lead elsewhere.
    """

    conversation: ConversationId
    message_id: int
    kept: tuple[tuple[Any, ...], ...]


def used_of(update: Update, mail: Mail) -> Press | None:
    """What a press leaves under its message; None when no button was there."""
    if mail.kind is not MailKind.BUTTON or update.content is None:
        return None
    query = _fields(update.content, "callback_query")
    markup = _fields(query, "message").get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list):
        return None
    rows = [row for row in rows if isinstance(row, list)]
    kept = (_marked(rows, query.get("data")), *(tuple(filter(_outlives, row)) for row in rows))
    return Press(mail.conversation, mail.message_id, tuple(filter(None, kept)))


def _marked(rows: Sequence[list[Any]], data: object) -> tuple[Any, ...]:
    """The pressed button as a mark: the chat shows later what was chosen."""
    for button in chain.from_iterable(rows):
        if isinstance(button, dict) and data and button.get("callback_data") == data:
            return ({"text": f"✓ {button.get('text', '')}", "callback_data": CHOSEN},)
    return ()


def _outlives(button: object) -> bool:
    return isinstance(button, dict) and ("url" in button or "copy_text" in button)


def _message(update: Update, message: _Fields, bot_id: int) -> Mail | None:
    return _written(update, message, bot_id, MailKind.MESSAGE)


def _edited(update: Update, message: _Fields, bot_id: int) -> Mail | None:
    return _written(update, message, bot_id, MailKind.EDIT)


def _written(update: Update, message: _Fields, bot_id: int, kind: MailKind) -> Mail | None:
    chat = _fields(message, "chat")
    sender = message.get("from")
    business = _text(message, "business_connection_id")
    if chat.get("type") != "private" or not isinstance(sender, dict) or sender.get("is_bot"):
        return None
    chat_id = _number(chat, "id")
    if business and sender.get("id") != chat_id:
        return None  # the shop's owner writes by hand in their own business chat
    pause = _pause(message)
    return Mail(
        update_id=update.update_id,
        conversation=conversation_of(bot_id, chat_id, business),
        kind=kind,
        raw=update.raw,
        message_id=_number(message, "message_id"),
        pause_ms=pause.wait_ms,
        cap_ms=pause.cap_ms,
    )


def _pause(message: _Fields) -> Pause:
    if message.get("media_group_id"):
        return ALBUM
    text = message.get("text") or message.get("caption")
    if isinstance(text, str):
        return pause_of(text)
    return FRAGMENT if any(message.get(kind) for kind in _AWAITING_TEXT) else NOW


def _pressed(update: Update, query: _Fields, bot_id: int) -> Mail | None:
    message = query.get("message")
    if not isinstance(message, dict) or query.get("data") == CHOSEN:
        return None  # a button under an inline message, of which we have none, or a mark
    chat = _fields(message, "chat")
    if chat.get("type") != "private":
        return None
    return Mail(
        update_id=update.update_id,
        conversation=conversation_of(
            bot_id, _number(chat, "id"), _text(message, "business_connection_id")
        ),
        kind=MailKind.BUTTON,
        raw=update.raw,
        message_id=_number(message, "message_id"),
    )


def _membership(update: Update, change: _Fields, bot_id: int) -> Mail | None:
    chat = _fields(change, "chat")
    if chat.get("type") != "private":
        return None
    return Mail(
        update_id=update.update_id,
        conversation=conversation_of(bot_id, _number(chat, "id")),
        kind=MailKind.MEMBER,
        raw=update.raw,
    )


def _connection(update: Update, connection: _Fields, bot_id: int) -> None:
    """A shop's owner connected or disconnected the bot: nothing a customer did."""


_ROUTES: dict[str, Callable[[Update, _Fields, int], Mail | None]] = {
    "message": _message,
    "callback_query": _pressed,
    "edited_message": _edited,
    "my_chat_member": _membership,
    "business_message": _message,
    "edited_business_message": _edited,
    "business_connection": _connection,
}


def _fields(parent: _Fields, name: str) -> _Fields:
    found = parent.get(name)
    if not isinstance(found, dict):
        raise UnreadableUpdate(f"{name} missing")
    return found


def _number(parent: _Fields, name: str) -> int:
    found = parent.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise UnreadableUpdate(f"{name} missing")
    return found


def _text(parent: _Fields, name: str) -> str:
    found = parent.get(name) or ""
    if not isinstance(found, str):
        raise UnreadableUpdate(f"{name} is no text")
    return found


def _unknown_kind(content: _Fields) -> str:
    kinds = [
        name for name in content if name != "update_id" and name.isascii() and name.isidentifier()
    ]
    return f"unknown kind {kinds[0][:40]}" if kinds else "unknown kind"
