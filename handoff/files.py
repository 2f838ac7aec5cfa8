"""Keep what customers and agents send each other: one file and one line of facts about it each.

It decides what a file is (by its first bytes, never by its name), what it may be called, and
whether a browser may show it. A file is found by its random id only; no path comes from outside.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import orjson

from handoff.conversation import Attachment, ConversationId, MessageKind
from handoff.errors import FileTooBig

MOST_BYTES = 20 * 1024 * 1024
"""What Telegram gives a bot, too."""
PHOTO_BYTES = 10 * 1024 * 1024
"""The largest photo Telegram takes, and the most an agent may send."""
MOST_PIXELS = 40_000_000
"""A browser needs four bytes for each, whatever the file weighs."""
NAME_CHARS = 120
FETCH_LEASE_MS = 60_000
"""A wish nobody told about for so long is fetched by somebody else."""
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
OCTETS = "application/octet-stream"

_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "video/mp4": ".mp4",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "text/plain": ".txt",
}
LOOSE = ".loose"
"""Beside a file that nobody has sent yet."""
_ID_CHARS = frozenset(string.hexdigits.lower())
_FORBIDDEN = frozenset('<>:"|?*')
_PLAIN_CONTROLS = frozenset("\t\n\r\f")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a file; `conversation` is the one it was sent in."""

    id: str
    mime: str
    name: str
    size_bytes: int
    sha256: str
    width: int = 0
    height: int = 0
    conversation: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether a page may show it: one of four kinds of image, of a known and bounded size."""
        return self.mime in PICTURES and 0 < self.width * self.height <= MOST_PIXELS

    @property
    def is_photo(self) -> bool:
        """Whether it goes out as a photo; the messenger makes films of GIFs."""
        return self.is_picture and self.mime != "image/gif" and self.size_bytes <= PHOTO_BYTES

    @property
    def attachment(self) -> Attachment:
        """What the line of a message shows that it goes along with."""
        kind = MessageKind.PHOTO if self.is_photo else MessageKind.DOCUMENT
        return Attachment(kind, name=self.name, size_bytes=self.size_bytes, file=self.id)


class FetchState(StrEnum):
    """How far the fetching of a customer's file has come."""

    WANTED = "wanted"
    FOUND = "found"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fetch:
    """What became of a wish: `file` is the id of what was found, `reason` why it failed."""

    state: FetchState
    file: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A file somebody wants to see: the channel's id for it, and what the customer called it."""

    conversation: ConversationId
    ref: str
    name: str = ""


class Wishes(Protocol):
    """Files customers sent: wanted by a desk, fetched by the bot, one fetch for each."""

    async def want(self, wish: Wish, *, again: bool = False) -> None:
        """Ask for a file nobody asked for yet; `again` also when it failed or was lost since."""

    async def take(self, most: int) -> tuple[Wish, ...]:
        """Lease up to `most` wishes for `FETCH_LEASE_MS`, the longest wanted first."""

    async def tell(self, wish: Wish, fetch: Fetch) -> bool:
        """Write down what became of a wish and tell the desks; True again for a repeat. False when
        it is not wanted any more: somebody else told, or the conversation was erased.
        """

    async def fetches(self, conversation_id: ConversationId) -> dict[str, Fetch]:
        """What became of a conversation's wishes, by the channel's file id."""


class Files:
    """The attachment store: a folder of files, shared by bot and desk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(
        self, data: bytes, name: str = "", *, conversation: str = "", loose: bool = False
    ) -> StoredFile:
        """Keep `data`, whole or not at all; raises FileTooBig. What is `loose` goes with the next
        `tidy` unless it is kept before.
        """
        if len(data) > MOST_BYTES:
            raise FileTooBig(len(data))
        mime = sniffed(data)
        width, height = pixels(data, mime)
        file = StoredFile(
            id=secrets.token_hex(16),
            mime=mime,
            name=clean_name(name, mime),
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            width=width,
            height=height,
            conversation=conversation,
        )
        place = self._place(file.id)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if loose:
            place.with_suffix(LOOSE).touch(0o600)
        _write(place, data)
        _write(place.with_suffix(".json"), orjson.dumps(asdict(file)))  # from here on it exists
        return file

    def get(self, file_id: str) -> StoredFile | None:
        """What is known of a file; None when there is none of this id."""
        if len(file_id) != 32 or not _ID_CHARS.issuperset(file_id):
            return None
        return _read_facts(self._place(file_id).with_suffix(".json"))

    def read(self, file: StoredFile) -> bytes | None:
        """What is in it; None when it is gone or not what was put in."""
        try:
            data = self._place(file.id).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == file.sha256 else None

    def drop(self, file: StoredFile) -> None:
        """Delete one file."""
        place = self._place(file.id)
        place.unlink(missing_ok=True)
        self.keep(file)
        place.with_suffix(".json").unlink(missing_ok=True)  # last: a second try finds it again

    def keep(self, file: StoredFile) -> None:
        """A loose file belongs to words from now on."""
        self._place(file.id).with_suffix(LOOSE).unlink(missing_ok=True)

    def tidy(self, before_seconds: float) -> int:
        """Delete what was put loosely before then (epoch seconds) and not kept, and what a crash
        left half written; returns how many.
        """
        loose, torn = (
            [path for path in self._folder.glob(what) if _changed_at(path) < before_seconds]
            for what in (f"??/*{LOOSE}", "??/.*.part")
        )
        for path in loose:
            path.with_suffix(".json").unlink(missing_ok=True)  # first: from here on it is not there
            path.with_suffix("").unlink(missing_ok=True)
        for path in (*loose, *torn):
            path.unlink(missing_ok=True)
        return len(loose) + len(torn)

    def forget(self, conversation: str) -> int:
        """Delete every file of a conversation; returns how many there were."""
        found = [file for file in self._all() if file.conversation == conversation]
        for file in found:
            self.drop(file)
        return len(found)

    def _all(self) -> Iterator[StoredFile]:
        for path in self._folder.glob("??/*.json"):
            file = _read_facts(path)
            if file is not None:
                yield file

    def _place(self, file_id: str) -> Path:
        return self._folder / file_id[:2] / file_id


def sniffed(data: bytes) -> str:
    """The type of a file by its first bytes; markup and all that is unknown are plain octets."""
    for magic, mime in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"OggS", "audio/ogg"),
    ):
        if data.startswith(magic):
            return mime
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return "audio/mp4" if data[8:11] == b"M4A" else "video/mp4"
    return "text/plain" if _is_plain(data) else OCTETS


def _is_plain(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if not text or text.lstrip("\ufeff \t\r\n").startswith("<"):
        return False
    controls = set(map(chr, (*range(32), 127))) - _PLAIN_CONTROLS
    return controls.isdisjoint(text)


def pixels(data: bytes, mime: str) -> tuple[int, int]:
    """Width and height as the header of a picture tells; zeros when it does not."""
    if mime == "image/png" and data[12:16] == b"IHDR":
        return _big(data[16:20]), _big(data[20:24])
    if mime == "image/gif":
        return _little(data[6:8]), _little(data[8:10])
    if mime == "image/jpeg":
        return _jpeg_pixels(data)
    return _webp_pixels(data) if mime == "image/webp" else (0, 0)


def _jpeg_pixels(data: bytes) -> tuple[int, int]:
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return _big(data[place + 7 : place + 9]), _big(data[place + 5 : place + 7])
        elif marker in (0xD9, 0xDA):
            break
        else:
            place += 2 + max(2, _big(data[place + 2 : place + 4]))
    return 0, 0


def _webp_pixels(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        return 1 + _little(data[24:27]), 1 + _little(data[27:30])
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF
    if kind == b"VP8L" and data[20:21] == b"\x2f":
        bits = _little(data[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return 0, 0


def clean_name(name: str, mime: str) -> str:
    """A name that is only a name: no folder, nothing unseen, not too long, never empty."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        "_" if char in _FORBIDDEN else char
        for char in unicodedata.normalize("NFC", last)
        if unicodedata.category(char)[0] != "C"
    )
    stem, dot, ending = seen.strip(" .").rpartition(".")
    if not dot or len(ending) > 12:
        stem, ending = seen.strip(" ."), ""
    ending = f".{ending}" if ending else _ENDINGS.get(mime, "")
    return (stem[: NAME_CHARS - len(ending)].strip() or "file") + ending


def _big(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def _little(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def _write(place: Path, data: bytes) -> None:
    """Write beside it, then put it in its place: nobody ever reads half a file."""
    beside = place.with_name(f".{place.name}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)


def _changed_at(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except OSError:  # somebody else was faster
        return float("inf")


def _read_facts(place: Path) -> StoredFile | None:
    try:
        return StoredFile(**orjson.loads(place.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
