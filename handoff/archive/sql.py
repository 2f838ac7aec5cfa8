"""The archive in SQL: write in batches what may be written twice, forget on request.

SQLite in `DATA_DIR` by default, PostgreSQL by `DATABASE_URL`. It knows no Redis; `moving.py` brings
what is to be kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import alembic.migration
import alembic.script
import sqlalchemy as sql
from sqlalchemy import make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from handoff.archive.tables import CASES, ERASED, EVENTS, MARKS, MESSAGES
from handoff.case import Case
from handoff.conversation import ConversationId
from handoff.errors import ArchiveDown, StartRefused
from handoff.shelf import Line

MIGRATIONS = Path(__file__).parent / "migrations"
FILE = "archive.sqlite3"
EVENTS_MARK = "events"
_WRITERS_LOCK = 7_410_853  # any number that nobody else locks by in this database
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
Row = Mapping[str, Any]


def archive_url(database_url: str, data_dir: Path) -> str:
    """The archive's address with its driver; raises StartRefused for a database it cannot use."""
    if not database_url:
        return f"sqlite+aiosqlite:///{data_dir.absolute() / FILE}"
    scheme, _, rest = database_url.partition("://")
    name = {"postgres": "postgresql"}.get(scheme.partition("+")[0], scheme.partition("+")[0])
    if name not in _DRIVERS:
        raise StartRefused("DATABASE_URL is sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    return f"{_DRIVERS[name]}://{rest}"


class Archive:
    """One archive. Every method raises ArchiveDown when the database does not answer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert: Any = (
            postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        )

    async def migrate(self) -> None:
        """Bring the tables to the newest form."""
        async with self._begin() as connection:
            await connection.run_sync(_upgrade)

    async def is_current(self) -> bool:
        """Whether the tables have the form this code writes."""
        async with self._begin() as connection:
            return await connection.run_sync(_current) == _head()

    async def keep(
        self,
        conversation: ConversationId,
        lines: Sequence[Line],
        cases: Sequence[tuple[Case, bytes]] = (),
    ) -> None:
        """Keep lines of a transcript, and its cases as they stand, each with its packet. What is
        there already is written over; what was forgotten since it was read stays forgotten.
        """
        async with self._writing() as connection:
            await self._upsert(
                connection, MESSAGES, [_message_row(conversation, line) for line in lines]
            )
            await self._upsert(connection, CASES, [_case_row(*case) for case in cases])
            forgotten = await self._forgotten(connection, {conversation})
            for at in forgotten.values():
                for table, when in ((MESSAGES, MESSAGES.c.at), (CASES, CASES.c.opened_at)):
                    old = sql.and_(table.c.conversation == conversation, when <= at)
                    await connection.execute(sql.delete(table).where(old))

    async def keep_events(self, events: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """Keep events and, in the same step, how far the stream is read; those of a conversation
        that was forgotten since are left out.
        """
        if not events:
            return
        rows = [
            {
                "id": event_id,
                "kind": values["kind"],
                "conversation": values["conversation"],
                "case_id": values["case"],
            }
            for event_id, values in events
        ]
        mark = [{"name": EVENTS_MARK, "value": events[-1][0]}]
        async with self._writing() as connection:
            await self._upsert(connection, MARKS, mark)
            names = {ConversationId(row["conversation"]) for row in rows}
            forgotten = await self._forgotten(connection, names)
            kept = [row for row in rows if not _is_forgotten(row, forgotten)]
            await self._upsert(connection, EVENTS, kept)

    async def last_event(self) -> str:
        """The id of the last event kept; empty when there is none."""
        chosen = sql.select(MARKS.c.value).where(MARKS.c.name == EVENTS_MARK)
        async with self._begin() as connection:
            return await connection.scalar(chosen) or ""

    async def transcript(self, conversation: ConversationId) -> list[dict[str, Any]]:
        """Every line that is kept of a conversation, in order."""
        chosen = (
            sql.select(MESSAGES)
            .where(MESSAGES.c.conversation == conversation)
            .order_by(MESSAGES.c.seq)
        )
        async with self._begin() as connection:
            return [dict(row) for row in (await connection.execute(chosen)).mappings()]

    async def figures(self) -> dict[str, int]:
        """How many rows each table holds."""
        tables = (MESSAGES, CASES, EVENTS, ERASED)
        async with self._begin() as connection:
            counts = [
                await connection.scalar(sql.select(sql.func.count()).select_from(table))
                for table in tables
            ]
        return {table.name: count or 0 for table, count in zip(tables, counts, strict=True)}

    async def forget(self, conversation: ConversationId, at: datetime) -> int:
        """Forget a conversation as it was until `at`, for good, and remember only that; returns how
        many lines went.
        """
        async with self._writing() as connection:
            gone = await connection.execute(
                sql.delete(MESSAGES).where(MESSAGES.c.conversation == conversation)
            )
            for table in (CASES, EVENTS):
                await connection.execute(
                    sql.delete(table).where(table.c.conversation == conversation)
                )
            stone = {"conversation": conversation, "at": at}
            await self._upsert(connection, ERASED, [stone])
            return gone.rowcount

    async def erased(self) -> dict[ConversationId, datetime]:
        """Conversations that were forgotten, and when: what is older must not come back."""
        async with self._begin() as connection:
            return await self._forgotten(connection)

    async def _forgotten(
        self, connection: AsyncConnection, among: Collection[ConversationId] | None = None
    ) -> dict[ConversationId, datetime]:
        chosen = sql.select(ERASED)
        if among is not None:
            chosen = chosen.where(ERASED.c.conversation.in_(among))
        rows = await connection.execute(chosen)
        return {ConversationId(row.conversation): _aware(row.at) for row in rows}

    async def _upsert(
        self, connection: AsyncConnection, table: sql.Table, rows: Sequence[Row]
    ) -> None:
        if not rows:
            return
        insert = self._insert(table)
        keys = [column.name for column in table.primary_key]
        others = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
        await connection.execute(
            insert.on_conflict_do_update(index_elements=keys, set_=others), list(rows)
        )

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that no other one which writes overlaps, so that nothing is written back
        while it is forgotten. It begins with a write: from then on SQLite keeps others out.
        """
        async with self._begin() as connection:
            if self._engine.dialect.name == "postgresql":
                await connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_WRITERS_LOCK)))
            yield connection

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        """One transaction."""
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (OperationalError, OSError) as error:
            raise ArchiveDown(type(error).__name__) from None
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            raise ArchiveDown(type(error).__name__) from None


@asynccontextmanager
async def open_archive(url: str) -> AsyncIterator[Archive]:
    """The archive at `url`; nothing is connected before the first call. Raises StartRefused without
    the driver.
    """
    lite = url.startswith("sqlite")
    if lite and (file := make_url(url).database):
        _make_room(Path(file))
    engine = _engine(url, lite=lite)
    try:
        yield Archive(engine)
    finally:
        await engine.dispose()


def _engine(url: str, *, lite: bool) -> AsyncEngine:
    try:
        return create_async_engine(
            url,
            hide_parameters=True,  # an error's text must not quote a customer
            pool_pre_ping=not lite,
            connect_args={"timeout": 5.0},
        )
    except ModuleNotFoundError:
        raise StartRefused(
            "DATABASE_URL names PostgreSQL, whose driver is missing: "
            "pip install 'warmline[postgres]'"
        ) from None


def _make_room(file: Path) -> None:
    """A place for the file, which only its owner may read; SQLite gives what it puts beside it the
    same rights. What cannot be made is told by the first call.
    """
    with suppress(OSError):
        file.absolute().parent.mkdir(parents=True, exist_ok=True)
        file.touch(0o600)


def _config(connection: sql.Connection) -> alembic.config.Config:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: sql.Connection) -> None:
    alembic.command.upgrade(_config(connection), "head")


def _current(connection: sql.Connection) -> str | None:
    return alembic.migration.MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    return alembic.script.ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _aware(at: datetime) -> datetime:
    """SQLite forgets the zone, which is UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _is_forgotten(event: Row, forgotten: Mapping[ConversationId, datetime]) -> bool:
    at = forgotten.get(event["conversation"])
    return at is not None and int(event["id"].partition("-")[0]) <= at.timestamp() * 1000


def _message_row(conversation: ConversationId, line: Line) -> Row:
    message = line.message
    return {
        "conversation": conversation,
        "seq": message.seq,
        "at": message.at or datetime.fromtimestamp(0, UTC),
        "author": str(message.author),
        "kind": str(message.kind),
        "agent": message.agent,
        "text": message.text.replace("\0", ""),  # PostgreSQL refuses it
        "message_id": message.message_id,
        "revises": message.revises,
        "delivery": str(line.delivery.state) if line.delivery else "",
        "attachments": [
            {"kind": str(each.kind), "ref": each.ref, "name": each.name, "file": each.file}
            for each in message.attachments
        ],
    }


def _case_row(case: Case, packet: bytes) -> Row:
    return {
        "id": case.id,
        "conversation": case.conversation,
        "status": str(case.status),
        "reason": case.reason,
        "priority": case.priority,
        "skill": case.skill,
        "language": case.language,
        "agent": case.agent,
        "resolution": case.resolution,
        "opened_at": case.opened_at,
        "claimed_at": case.claimed_at,
        "answered_at": case.answered_at,
        "resolved_at": case.resolved_at,
        "packet": packet,
    }
