"""The acts of customers by the name they have in the control API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.acting import Phone
from bot.sandbox.errors import ControlError, Json
from bot.sandbox.files import StoredFile
from bot.sandbox.pictures import Pictures

# Enough to travel like the real thing; nobody plays or draws them.
PLACEHOLDERS = {
    "voice": ("voice.ogg", b"OggS" + bytes(60)),
    "sticker": ("sticker.webp", b"RIFF\x1a\x00\x00\x00WEBPVP8 " + bytes(20)),
    "document": ("note.txt", b"A note.\n"),
    "video": ("video.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(20)),
    "audio": ("audio.mp3", b"ID3" + bytes(20)),
    "animation": ("animation.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(20)),
}
FILE_KINDS = frozenset({"photo", "document", "voice", "video", "audio", "sticker", "animation"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for an act: whose phone, and the body of the request."""

    phone: Phone
    pictures: Pictures
    body: dict[str, Any]

    def text(self, name: str = "text") -> str:
        """A text of the body."""
        value = self.body.get(name, "")
        if not isinstance(value, str):
            raise ControlError(422, f"'{name}' must be a text.")
        return value

    def number(self, name: str = "message_id") -> int:
        """A number of the body."""
        value = self.body.get(name)
        if not isinstance(value, int):
            raise ControlError(422, f"'{name}' must be a number.")
        return value

    def files(self) -> list[StoredFile]:
        """The files named by `file_ids` or `file_id`; else `count` sample pictures."""
        store = self.phone.exchange.files
        ids = self.body.get("file_ids") or [
            one for one in [self.body.get("file_id")] if one is not None
        ]
        found = [store.find(str(file_id)) for file_id in ids]
        if None in found:
            raise ControlError(404, "There is no such file: upload it first.")
        given = [stored for stored in found if stored is not None]
        if given:
            return given
        if self.body.get("kind") in PLACEHOLDERS:
            name, content = PLACEHOLDERS[self.body["kind"]]
            return [store.keep(content, kind=self.body["kind"], name=name)]
        count, first = int(self.body.get("count", 1)), int(self.body.get("sample", 0))
        return self.pictures.keep(store, count, first)


def _say(asked: Asked) -> Json:
    reply_to = asked.body.get("reply_to")
    return asked.phone.say(asked.text(), reply_to=reply_to).view()


def _start(asked: Asked) -> Json:
    return asked.phone.say(f"/start {asked.text('payload')}".strip()).view()


def _send(asked: Asked) -> Json:
    kind = asked.text("kind")
    if kind not in FILE_KINDS:
        raise ControlError(422, f"'kind' must be one of {', '.join(sorted(FILE_KINDS))}.")
    extra = {name: asked.body[name] for name in ("caption", "emoji") if asked.body.get(name)}
    return asked.phone.send_file(kind, asked.files()[0], extra).view()


def _album(asked: Asked) -> Json:
    files = asked.files()
    if not 2 <= len(files) <= 10:
        raise ControlError(422, "An album has 2 to 10 pictures.")
    acts = asked.phone.send_album(files, asked.text("caption"))
    return {"message_ids": [act.message_id for act in acts], **acts[-1].view()}


def _contact(asked: Asked) -> Json:
    return asked.phone.share_contact(asked.body.get("contact")).view()


def _location(asked: Asked) -> Json:
    place: Json = {
        name: asked.body[name] for name in ("latitude", "longitude") if name in asked.body
    }
    return asked.phone.share_location(place or None).view()


def _poll(asked: Asked) -> Json:
    options = asked.body.get("options") or ["A", "B"]
    return asked.phone.send_poll(asked.text("question"), options).view()


def _forward(asked: Asked) -> Json:
    return asked.phone.forward(asked.text(), asked.text("sender") or "Somebody").view()


def _edit(asked: Asked) -> Json:
    return asked.phone.edit(asked.number(), asked.text()).view()


def _press(asked: Asked) -> Json:
    if asked.body.get("message_id") is None:
        return asked.phone.press_key(asked.text()).view()
    data = asked.body.get("data")
    if asked.body.get("unseen"):
        return asked.phone.press_unseen(asked.number(), str(data))
    return asked.phone.press(asked.number(), data=data, text=asked.body.get("text"))


def _react(asked: Asked) -> Json:
    return asked.phone.react(asked.number(), asked.text("emoji")).view()


def _block(asked: Asked) -> Json:
    return asked.phone.block(bool(asked.body.get("blocked", True))).view()


def _read(asked: Asked) -> Json:
    asked.phone.read(asked.number())
    return {}


def _raw(asked: Asked) -> Json:
    return asked.phone.send(dict(asked.body.get("content") or {})).view()


ACTS: dict[str, Callable[[Asked], Json]] = {
    "say": _say,
    "start": _start,
    "send": _send,
    "album": _album,
    "contact": _contact,
    "location": _location,
    "poll": _poll,
    "forward": _forward,
    "edit": _edit,
    "press": _press,
    "react": _react,
    "block": _block,
    "read": _read,
    "raw": _raw,
}
