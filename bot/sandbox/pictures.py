"""Sample pictures a demo customer can send without having one at hand."""

from __future__ import annotations

import base64
from pathlib import Path

from bot.sandbox.files import FileStore, StoredFile

_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


class Pictures:
    """The JPEG files of a folder, in order of their names; a single dot when there are none."""

    def __init__(self, folder: Path | None) -> None:
        found = sorted(folder.glob("*.jpg")) if folder is not None and folder.is_dir() else []
        self._samples = [(path.name, path.read_bytes()) for path in found]

    def keep(self, store: FileStore, count: int, first: int = 0) -> list[StoredFile]:
        """Put `count` samples into the store, from number `first` on."""
        samples = self._samples or [("dot.png", _DOT)]
        chosen = [samples[(first + n) % len(samples)] for n in range(count)]
        return [store.keep(content, kind="photo", name=name) for name, content in chosen]
