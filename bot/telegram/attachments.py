"""What a message without text is made of, and which messages nobody wrote.

An attachment keeps the channel's file id, never a link: links to files hold the token.
"""

from __future__ import annotations

from aiogram.types import (
    Animation,
    Audio,
    Document,
    Location,
    Message,
    PhotoSize,
    Sticker,
    Video,
    VideoNote,
    Voice,
)

from handoff.conversation import Attachment, MessageKind
from handoff.graphemes import clean_text

NAME_CHARS = 120
_FILES: tuple[tuple[str, MessageKind], ...] = (
    ("photo", MessageKind.PHOTO),
    ("voice", MessageKind.VOICE),
    ("audio", MessageKind.VOICE),
    ("video", MessageKind.VIDEO),
    ("video_note", MessageKind.VIDEO),
    ("animation", MessageKind.VIDEO),  # before the document that Telegram adds for old programs
    ("document", MessageKind.DOCUMENT),
    ("sticker", MessageKind.STICKER),
)
_REPORTED = ("poll", "dice", "story", "paid_media", "checklist", "game", "giveaway", "gift")
_SERVICE = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "chat_background_set",
    "boost_added",
    "connected_website",
    "users_shared",
    "chat_shared",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
)
_File = Animation | Audio | Document | PhotoSize | Sticker | Video | VideoNote | Voice


def is_service(message: Message) -> bool:
    """Whether Telegram wrote this about the chat, and not the customer."""
    return any(getattr(message, name, None) for name in _SERVICE)


def attachment_of(message: Message) -> tuple[Attachment, str]:
    """What came, and the text it stands for when there is no caption."""
    for name, kind in _FILES:
        found = getattr(message, name)
        if found:
            return _file(found[-1] if isinstance(found, list) else found, name, kind)
    if message.venue is not None:
        title = f"{message.venue.title}, {message.venue.address}"
        return _place(message.venue.location, title), ""
    if message.location is not None:
        return _place(message.location, ""), ""
    for name in _REPORTED:
        if getattr(message, name, None) is not None:
            return _reported(message, name), ""
    return Attachment(MessageKind.OTHER), ""


def _file(file: _File, detail: str, kind: MessageKind) -> tuple[Attachment, str]:
    name = _short(getattr(file, "file_name", None) or "")
    emoji = file.emoji or "" if isinstance(file, Sticker) else ""
    size = file.file_size or 0
    return Attachment(kind, file.file_id, name, size, detail), emoji


def _place(location: Location, title: str) -> Attachment:
    where = f"{location.latitude:.5f},{location.longitude:.5f}"
    return Attachment(MessageKind.LOCATION, name=_short(title), detail=where)


def _reported(message: Message, name: str) -> Attachment:
    title = message.poll.question if message.poll is not None else ""
    if message.dice is not None:
        title = message.dice.emoji
    return Attachment(MessageKind.OTHER, name=_short(title), detail=name)


def _short(text: str) -> str:
    return clean_text(text)[:NAME_CHARS]
