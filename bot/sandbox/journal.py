"""What must survive a restart, or a `kill -9`: records by name, in one SQLite file.

A record is noted at once and written a moment later, many in one transaction, in a thread of its
own. Whoever must not speak before the record is safe waits for `written`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import orjson
import structlog

from bot.sandbox.errors import Json
from handoff.errors import HandoffError

WRITE_AFTER_SECONDS = 0.05
# Exclusive, because two sandboxes over one file would hand out the same ids twice.
_SCHEMA = """
PRAGMA locking_mode=EXCLUSIVE;
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS records (name TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID;
"""
log = structlog.get_logger(__name__)


class JournalTaken(HandoffError):
    """Another sandbox has this journal open."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is in use: another sandbox is running here. Stop it, or set DATA_DIR."
        )


class Recorded(Protocol):
    """Something the journal can keep."""

    def record(self) -> Json:
        """Everything needed to bring it back."""
        ...


class Journal(Protocol):
    """What the world needs of a journal."""

    def put(self, name: str, recorded: Recorded) -> None:
        """Note the present state of this record, to be written soon."""
        ...

    def drop(self, name: str) -> None:
        """Note that this record is gone."""
        ...

    async def written(self) -> None:
        """Return once everything noted so far is safe."""
        ...

    def load(self) -> dict[str, Json]:
        """Every record, by name."""
        ...

    async def close(self) -> None:
        """Write what is left and let go of the file."""
        ...


class NoJournal:
    """Keeps nothing: for tests and measurements."""

    def put(self, name: str, recorded: Recorded) -> None:
        """Forget it."""

    def drop(self, name: str) -> None:
        """Nothing to drop."""

    async def written(self) -> None:
        """Nothing is ever owed."""

    def load(self) -> dict[str, Json]:
        """Always a fresh world."""
        return {}

    async def close(self) -> None:
        """Nothing to let go of."""


class SqliteJournal:
    """Records in `path`, in WAL mode: a kill between two writes leaves the earlier one whole."""

    def __init__(self, path: Path, *, wait_seconds: float = 3.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None, timeout=wait_seconds
        )
        try:
            self._database.executescript(_SCHEMA)
        except sqlite3.OperationalError:
            self._database.close()
            raise JournalTaken(path) from None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-journal")
        self._noted: dict[str, Recorded | None] = {}
        self._batch = 1
        self._written_batch = 0
        self._writing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def put(self, name: str, recorded: Recorded) -> None:
        """Note the present state of this record, to be written soon."""
        self._note(name, recorded)

    def drop(self, name: str) -> None:
        """Note that this record is gone."""
        self._note(name, None)

    def load(self) -> dict[str, Json]:
        """Every record, by name."""
        rows = self._database.execute("SELECT name, body FROM records")
        return {name: orjson.loads(body) for name, body in rows}

    async def written(self) -> None:
        """Return once everything noted so far is safe; raise sqlite3.Error if it cannot be."""
        wanted = self._batch if self._noted else self._batch - 1
        while self._written_batch < wanted:
            if self._writing is None:
                self._writing = asyncio.create_task(self._write())
            await asyncio.shield(self._writing)

    async def close(self) -> None:
        """Write what is left and let go of the file."""
        await self.written()
        if self._timer is not None:
            self._timer.cancel()
        self._thread.shutdown(wait=True)
        self._database.close()

    def _note(self, name: str, recorded: Recorded | None) -> None:
        self._noted[name] = recorded
        if self._timer is None:
            self._arm()

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(WRITE_AFTER_SECONDS, self._write_soon)

    def _write_soon(self) -> None:
        self._timer = None
        if self._noted and self._writing is None:
            self._writing = asyncio.create_task(self._write())
            self._writing.add_done_callback(_tell_failure)
        elif self._noted:
            self._arm()

    async def _write(self) -> None:
        noted, self._noted = self._noted, {}
        batch, self._batch = self._batch, self._batch + 1
        rows = [
            (name, None if recorded is None else orjson.dumps(recorded.record()))
            for name, recorded in noted.items()
        ]
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._write_rows, rows)
        except BaseException:
            # A full disk must not turn into forgotten records: what was noted is noted again.
            self._noted = noted | self._noted
            self._batch = batch
            raise
        finally:
            self._writing = None
        self._written_batch = batch

    def _write_rows(self, rows: list[tuple[str, bytes | None]]) -> None:
        gone = [(name,) for name, body in rows if body is None]
        kept = [(name, body) for name, body in rows if body is not None]
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self._database.executemany("DELETE FROM records WHERE name = ?", gone)
            self._database.executemany("REPLACE INTO records VALUES (?, ?)", kept)
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def _tell_failure(writing: asyncio.Task[None]) -> None:
    if not writing.cancelled() and (error := writing.exception()) is not None:
        log.error("sandbox.journal_failed", error=repr(error))
