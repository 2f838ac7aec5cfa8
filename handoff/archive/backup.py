"""Put a shop into one file, and bring it back from there.

The file holds lanes, accounts, attachments and, where the archive is SQLite, the archive. Nothing
in it is said by itself after it was brought back: what was still to be said is shown as expired,
an agent's words as failed, and every open case waits in the queue.
"""

from __future__ import annotations

import base64
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from handoff.archive.sql import FILE
from handoff.conversation import ConversationId
from handoff.errors import BackupRefused
from handoff.store.backup import Copier, Dumps

FORM = 1
"""The form of the file; a newer one is refused."""
_HEAD, _LANES, _ACCOUNTS, _FILES = "head.json", "lanes.jsonl", "accounts.jsonl", "files/"


@dataclass(slots=True)
class Copied:
    """What a backup or a restore came to."""

    lanes: int = 0
    files: int = 0
    words_not_said: int = 0
    unread: int = 0
    """Conversations with mail that nobody has read: it is read when they write again."""
    erased: int = 0
    """Conversations left out because they were erased since."""


async def back_up(copier: Copier, target: Path, *, data_dir: Path, files_dir: Path) -> Copied:
    """Write everything to `target`, readable by its owner only; an older file stays until then."""
    copied = Copied()
    with _written_whole(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(_HEAD, orjson.dumps({"form": FORM, "at": datetime.now(UTC).isoformat()}))
        with file.open(_LANES, "w") as lanes:
            async for conversation, dumps in copier.lanes():
                lanes.write(_line(conversation, dumps))
                copied.lanes += 1
        file.writestr(_ACCOUNTS, _line("", await copier.accounts()))
        copied.files = _add_files(file, files_dir)
        _add_archive(file, data_dir / FILE)
    return copied


async def bring_back(
    copier: Copier,
    source: Path,
    *,
    data_dir: Path,
    files_dir: Path,
    erased: Mapping[ConversationId, datetime],
) -> Copied:
    """Fill an empty shop from `source`; raises BackupRefused when it is not empty, or no backup.

    An archive that is there already is newer than the file's and stays. `erased` tells when which
    conversation was erased: one that wrote again before the backup was made comes back.
    """
    if not await copier.is_empty():
        raise BackupRefused("This shop has conversations already; a backup fills an empty one.")
    copied = Copied()
    with _opened(source) as file:
        made_at = datetime.fromisoformat(_head(file)["at"])
        _restore_archive(file, data_dir / FILE)
        for conversation, dumps in _lines(file, _LANES):
            if conversation in erased and erased[conversation] > made_at:
                copied.erased += 1
                continue
            await copier.put(dumps)
            revived = await copier.revive(conversation)
            copied.lanes += 1
            copied.words_not_said += revived.words
            copied.unread += revived.mail > 0
        for _, dumps in _lines(file, _ACCOUNTS):
            await copier.put(dumps)
        copied.files = _restore_files(file, files_dir)
    return copied


@contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place at the end, or goes."""
    handle, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        file = zipfile.ZipFile(source)
    except (OSError, zipfile.BadZipFile):
        raise BackupRefused(f"{source} is no backup of Warmline.") from None
    with file:
        try:
            form = _head(file)["form"]
        except (KeyError, orjson.JSONDecodeError):
            raise BackupRefused(f"{source} is no backup of Warmline.") from None
        if form != FORM:
            raise BackupRefused(f"{source} was made by a version that writes form {form}.")
        yield file


def _head(file: zipfile.ZipFile) -> dict[str, Any]:
    head: dict[str, Any] = orjson.loads(file.read(_HEAD))
    return head


def _line(conversation: str, dumps: Dumps) -> bytes:
    keys = {name: base64.b64encode(value).decode() for name, value in dumps}
    return orjson.dumps([conversation, keys]) + b"\n"


def _lines(file: zipfile.ZipFile, name: str) -> Iterator[tuple[ConversationId, Dumps]]:
    with file.open(name) as lines:
        for line in lines:
            conversation, keys = orjson.loads(line)
            dumps = tuple((key, base64.b64decode(value)) for key, value in keys.items())
            yield ConversationId(conversation), dumps


def _add_files(file: zipfile.ZipFile, folder: Path) -> int:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in paths:
        file.write(path, _FILES + path.relative_to(folder).as_posix())
    return len(paths)


def _restore_files(file: zipfile.ZipFile, folder: Path) -> int:
    names = [name for name in file.namelist() if name.startswith(_FILES)]
    for name in names:
        path = folder / name.removeprefix(_FILES)
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupRefused("The backup names a file outside its folder.")
        _put(path, file.read(name))
    return len(names)


def _add_archive(file: zipfile.ZipFile, path: Path) -> None:
    """A copy as of one moment, also while somebody writes."""
    if not path.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / FILE
        with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(copy)) as other:
            live.backup(other)
        file.write(copy, FILE)


def _restore_archive(file: zipfile.ZipFile, path: Path) -> None:
    if FILE in file.namelist() and not path.exists():
        _put(path, file.read(FILE))


def _put(path: Path, data: bytes) -> None:
    """Customers' words and pictures: for the owner only, as they were."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(0o600)
    path.write_bytes(data)
