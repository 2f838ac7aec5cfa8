"""Send files: photos, documents, voice and the rest, one by one or as an album; and read them."""

from __future__ import annotations

import secrets
from typing import Any

from bot.sandbox.errors import ApiError, Json, bad_request
from bot.sandbox.files import DOWNLOAD_BYTES, PHOTO_BYTES, StoredFile, picture_size
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.sending import CAPTION_UNITS, place, post
from bot.sandbox.params import Params

ALBUM_KINDS = frozenset({"photo", "video", "document", "audio"})
_SIZED = frozenset({"photo", "video", "sticker", "animation"})


def send_photo(call: Call) -> Json:
    """Send a picture."""
    return _send(call, "photo")


def send_document(call: Call) -> Json:
    """Send a file."""
    return _send(call, "document")


def send_voice(call: Call) -> Json:
    """Send a voice message."""
    return _send(call, "voice")


def send_video(call: Call) -> Json:
    """Send a video."""
    return _send(call, "video")


def send_audio(call: Call) -> Json:
    """Send a piece of music."""
    return _send(call, "audio")


def send_animation(call: Call) -> Json:
    """Send a short film without sound."""
    return _send(call, "animation")


def send_sticker(call: Call) -> Json:
    """Send a sticker."""
    return _send(call, "sticker")


def send_media_group(call: Call) -> list[Json]:
    """Send an album of 2 to 10 files; each becomes a message of its own with one group id."""
    items: Any = call.params.json("media")
    if not isinstance(items, list) or len(items) < 2:
        raise bad_request("too few messages to send as an album")
    if len(items) > 10:
        raise bad_request("too many messages to send as an album")
    contents = [_album_item(call, item) for item in items]
    chat = call.writable_chat()
    reply = call.replied(chat)
    call.spend(chat, len(contents))
    group = str(secrets.randbelow(10**17))
    if reply is not None:
        contents[0]["reply_to_message"] = reply
    return [place(call, chat, {"media_group_id": group, **content}) for content in contents]


def get_file(call: Call) -> Json:
    """Tell where a file can be fetched, for files up to 20 MB."""
    stored = call.exchange.files.find(call.params.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {**stored.wire(), "file_path": stored.path}


def media_object(kind: str, stored: StoredFile, size: tuple[int, int]) -> Any:
    """The object, for a photo the list of sizes, that a message carries for this file."""
    wire = stored.wire()
    if kind in _SIZED:
        wire |= {"width": size[0], "height": size[1]}
    if kind == "photo":
        return [wire]
    if kind == "sticker":
        return {**wire, "type": "regular", "is_animated": False, "is_video": False}
    if kind in {"voice", "video", "audio", "animation"}:
        wire["duration"] = 4
    if kind != "voice" and stored.name:
        wire["file_name"] = stored.name
    return {**wire, "mime_type": stored.mime_type}


def _send(call: Call, kind: str) -> Json:
    chat = call.writable_chat()
    stored = _file(call, kind, call.params.text(kind), kind)
    content = _media_content(call, kind, stored)
    if kind != "sticker":
        content |= _caption(call)
    return post(call, chat, content)


def _media_content(call: Call, kind: str, stored: StoredFile) -> Json:
    size = picture_size(call.exchange.files.read(stored)) if kind in _SIZED else (0, 0)
    return {kind: media_object(kind, stored, size)}


def _caption(call: Call) -> Json:
    caption, entities = call.formatted("caption", CAPTION_UNITS)
    content: Json = {"caption": caption} if caption else {}
    if caption and entities:
        content["caption_entities"] = entities
    return content


def _album_item(call: Call, item: Any) -> Json:
    if not isinstance(item, dict) or item.get("type") not in ALBUM_KINDS:
        raise bad_request("can't parse InputMedia: type must be one of the supported ones")
    kind = str(item["type"])
    stored = _file(call, kind, str(item.get("media", "")), kind)
    alone = Call(call.exchange, call.bot, call.method, Params(item))
    return _media_content(call, kind, stored) | _caption(alone)


def _file(call: Call, kind: str, given: str, field_name: str) -> StoredFile:
    upload = call.params.uploads.get(given.removeprefix("attach://") or field_name)
    if upload is not None:
        if kind == "photo" and len(upload.content) > PHOTO_BYTES:
            raise ApiError(413, "Request Entity Too Large")
        if not upload.content:
            raise bad_request("file must be non-empty")
        return call.exchange.files.keep(
            upload.content, kind=kind, name=upload.name, mime_type=upload.mime_type
        )
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    if given.startswith(("http://", "https://")):
        # The sandbox reaches nothing outside the machine, so a link can never be fetched.
        raise bad_request("failed to get HTTP URL content")
    stored = call.exchange.files.find(given)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return stored
