"""From an aiogram update to what was heard, kind by kind: the routers.

Plain text comes first and has one cheap filter, because nearly every update is one. Filters are
coroutines: aiogram runs anything else, its own `F` too, in a thread. No handler answers, calls or
decides anything; each returns a Heard.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from aiogram import Router
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, User
from aiogram.types import Contact as SharedContact

from bot.heard import Heard, HeardKind
from bot.telegram.attachments import attachment_of, is_service
from handoff.agenda import Turn
from handoff.conversation import Attachment, Author, Contact, MessageKind
from handoff.conversation import Message as Line
from handoff.graphemes import clean_text
from handoff.language import has_han
from handoff.signing import Signer

COMMANDS = frozenset({"start", "help", "language", "human", "privacy"})
NAME_CHARS = 64
_GONE = frozenset({"kicked", "left"})


class Context(msgspec.Struct, frozen=True):
    """What a handler knows besides the event: its number, when it came, its turn, and who signs
    buttons.
    """

    update_id: int
    at: datetime
    turn: Turn
    signer: Signer
    edited: bool = False


def make_router() -> Router:
    """A router for everything intake lets through."""
    router = Router(name="updates")
    for observer in (router.message, router.business_message):
        observer.register(_text, _is_text)
        observer.register(_phone, _is_contact)
        observer.register(_anything)
    router.callback_query.register(_press)
    router.edited_message.register(_edit)
    router.edited_business_message.register(_edit)
    router.my_chat_member.register(_member)
    return router


async def _is_text(message: Message) -> bool:
    return message.text is not None


async def _is_contact(message: Message) -> bool:
    return message.contact is not None


async def _text(message: Message, context: Context) -> Heard:
    text = clean_text(message.text or "")
    line = _line(message, text, MessageKind.TEXT)
    if not text.startswith("/"):
        return _heard(HeardKind.MESSAGE, context, message.from_user, line)
    word, _, payload = text[1:].partition(" ")
    command = word.partition("@")[0].lower()
    kind = HeardKind.COMMAND if command in COMMANDS else HeardKind.MESSAGE
    payload = payload.strip()
    if command == "start":
        payload = context.signer.read_order_link(payload, context.at) or ""
    return _heard(kind, context, message.from_user, line, command=command, payload=payload)


async def _phone(message: Message, context: Context) -> Heard:
    shared = message.contact
    assert shared is not None
    name = full_name(shared.first_name, shared.last_name)
    attachment = Attachment(MessageKind.CONTACT, name=name, detail=shared.phone_number)
    line = _line(message, "", MessageKind.CONTACT, (attachment,))
    phone = _e164(shared) if _is_own(message, shared) else ""
    return _heard(HeardKind.PHONE, context, message.from_user, line, phone=phone)


async def _anything(message: Message, context: Context) -> Heard | None:
    if is_service(message):
        return None
    attachment, text = attachment_of(message)
    line = _line(message, clean_text(message.caption or text), attachment.kind, (attachment,))
    group = message.media_group_id or ""
    return _heard(HeardKind.MESSAGE, context, message.from_user, line, payload=group)


async def _edit(message: Message, context: Context) -> Heard | None:
    if message.location is not None:
        return None  # a live location moves all the time; its first place is known
    if message.text is not None:
        line = _line(
            message, clean_text(message.text), MessageKind.TEXT, revises=message.message_id
        )
    else:
        attachment, text = attachment_of(message)
        line = _line(
            message,
            clean_text(message.caption or text),
            attachment.kind,
            (attachment,),
            revises=message.message_id,
        )
    return _heard(HeardKind.EDIT, context, message.from_user, line)


async def _press(query: CallbackQuery, context: Context) -> Heard:
    data, turn = query.data or "", context.turn
    action = context.signer.read_action(turn.conversation, turn.epoch, data)
    label = _label(query, data)
    line = Line(Author.CONTACT, clean_text(label), MessageKind.BUTTON, context.at)
    if action is None:
        return _heard(HeardKind.OUTDATED, context, query.from_user, line)
    return _heard(HeardKind.BUTTON, context, query.from_user, line, action=action)


async def _member(change: ChatMemberUpdated, context: Context) -> Heard:
    gone = change.new_chat_member.status in _GONE
    kind = HeardKind.UNREACHABLE if gone else HeardKind.REACHABLE
    return _heard(kind, context, change.from_user, None)


def _heard(
    kind: HeardKind, context: Context, user: User | None, line: Line | None, **more: str
) -> Heard:
    return Heard(
        kind=kind,
        at=context.at,
        update_id=context.update_id,
        message=line,
        contact=_contact(user),
        **more,  # type: ignore[arg-type]
    )


def _line(
    message: Message,
    text: str,
    kind: MessageKind,
    attachments: tuple[Attachment, ...] = (),
    *,
    revises: int = 0,
) -> Line:
    written = message.date.astimezone(UTC)
    if message.edit_date:
        written = datetime.fromtimestamp(message.edit_date, UTC)
    return Line(
        author=Author.CONTACT,
        text=text,
        kind=kind,
        at=written,
        message_id=message.message_id,
        revises=revises,
        attachments=attachments,
    )


def _contact(user: User | None) -> Contact:
    if user is None:
        return Contact()
    return Contact(
        name=full_name(user.first_name, user.last_name),
        username=user.username or "",
        language=user.language_code or "",
    )


def full_name(first: str, last: str | None) -> str:
    """A name as people say it: 王建国 has the family name in front and no space."""
    if last and all(has_han(part) for part in (first, last)):
        first, last = last.strip() + first.strip(), ""
    return " ".join(clean_text(f"{first} {last or ''}").split())[:NAME_CHARS]


def _is_own(message: Message, shared: SharedContact) -> bool:
    """Only Telegram itself sets the user id of a shared contact; a forwarded card is somebody's
    word.
    """
    if message.forward_origin is not None or message.forward_date is not None:
        return False
    if message.via_bot is not None or message.from_user is None:
        return False
    return shared.user_id is not None and shared.user_id == message.from_user.id


def _e164(shared: SharedContact) -> str:
    digits = "".join(char for char in shared.phone_number if char.isascii() and char.isdigit())
    return f"+{digits}" if digits else ""


def _label(query: CallbackQuery, data: str) -> str:
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    for row in markup.inline_keyboard if markup else ():
        for button in row:
            if button.callback_data == data:
                return button.text
    return ""
