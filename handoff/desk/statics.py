"""The desk's few files for the browser, read once and named by their content.

Only what is in the folder when the desk starts can be asked for: no path ever reaches the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is served."""

    body: bytes
    content_type: str
    version: str


class Statics:
    """The files by name."""

    def __init__(self) -> None:
        self._files = {
            path.relative_to(_FOLDER).as_posix(): _read(path)
            for path in sorted(_FOLDER.rglob("*"))
            if path.suffix in _TYPES
        }

    def get(self, name: str) -> StaticFile | None:
        """The file called `name`, None when there is none."""
        return self._files.get(name)

    def url(self, name: str) -> str:
        """Where the file is; changes with its content, so browsers may keep it for good."""
        return f"/static/{name}?v={self._files[name].version}"


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    return StaticFile(body, _TYPES[path.suffix], sha256(body).hexdigest()[:12])
