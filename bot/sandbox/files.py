"""Files that travel through the sandbox: what bots and customers sent, kept by an opaque id."""

from __future__ import annotations

import mimetypes
import secrets
import struct
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.errors import Json
from bot.sandbox.journal import Journal

DOWNLOAD_BYTES = 20 * 1024 * 1024
UPLOAD_BYTES = 50 * 1024 * 1024
PHOTO_BYTES = 10 * 1024 * 1024
_FOLDERS = {"photo": "photos", "voice": "voice", "sticker": "stickers", "video": "videos"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of one file. `path` is what `getFile` answers."""

    file_id: str
    unique_id: str
    name: str
    mime_type: str
    size: int
    path: str

    def record(self) -> Json:
        """What the journal keeps."""
        return {
            "file_id": self.file_id,
            "unique_id": self.unique_id,
            "name": self.name,
            "mime_type": self.mime_type,
            "size": self.size,
            "path": self.path,
        }

    def wire(self) -> Json:
        """The fields that every file object of the Bot API has."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}


class FileStore:
    """Files by id, in `folder`, or in memory when there is none."""

    def __init__(self, folder: Path | None, journal: Journal) -> None:
        self._folder = folder
        self._journal = journal
        self._files: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._contents: dict[str, bytes] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def restore(self, stored: StoredFile) -> None:
        """Take back what the journal kept."""
        self._files[stored.file_id] = stored
        self._by_path[stored.path] = stored

    def keep(self, content: bytes, *, kind: str, name: str = "", mime_type: str = "") -> StoredFile:
        """Keep a file and give it its ids."""
        mime_type = mime_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        ending = Path(name).suffix or mimetypes.guess_extension(mime_type) or ""
        number = len(self._files) + 1
        stored = StoredFile(
            file_id=f"SANDBOX{secrets.token_urlsafe(24)}",
            unique_id=secrets.token_urlsafe(9),
            name=name,
            mime_type=mime_type,
            size=len(content),
            path=f"{_FOLDERS.get(kind, 'documents')}/file_{number}{ending}",
        )
        if self._folder is None:
            self._contents[stored.file_id] = content
        else:
            (self._folder / stored.file_id).write_bytes(content)
        self.restore(stored)
        self._journal.put(f"file/{stored.file_id}", stored)
        return stored

    def find(self, file_id: str) -> StoredFile | None:
        """The file with this id."""
        return self._files.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """The file that `getFile` gave this path for."""
        return self._by_path.get(path)

    def read(self, stored: StoredFile) -> bytes:
        """What is in it."""
        if self._folder is None:
            return self._contents[stored.file_id]
        return (self._folder / stored.file_id).read_bytes()


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, GIF, JPEG or WebP; a square for anything else."""
    if content.startswith(b"\x89PNG") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
    elif content[:3] == b"GIF" and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
    elif content[:2] == b"\xff\xd8":
        width, height = _jpeg_size(content)
    elif content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        width = 1 + int.from_bytes(content[24:27], "little")
        height = 1 + int.from_bytes(content[27:30], "little")
    else:
        width, height = 512, 512
    return int(width), int(height)


def _jpeg_size(content: bytes) -> tuple[int, int]:
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return 512, 512
