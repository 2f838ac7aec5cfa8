"""One reader of the desk events in a process, and everybody who listens to it.

It reads ids and kinds from the store and hands each to the subscribers; who may hear what is
decided by the stream that asks (`events.py`). A subscriber who does not keep up is told to start
over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from handoff.case import Case, CaseId
from handoff.errors import CaseNotFound, StoreDown
from handoff.forms import RecordNewer
from handoff.ports import Store

WAIT_MS = 10_000
RETRY_SECONDS = 1.0
_ROOM = 256

_log = structlog.get_logger("desk")


@dataclass(frozen=True, slots=True)
class DeskEvent:
    """Something changed: what (`case.claimed`, `words.sent` …), and the case as it stands now;
    None when it is gone or only a later version can read it.
    """

    id: str
    kind: str
    case: Case | None


@dataclass(eq=False, slots=True)
class Subscriber:
    """One open stream. `reset` asks its page to start over, `closed` ends it."""

    session: str
    events: asyncio.Queue[DeskEvent] = field(default_factory=lambda: asyncio.Queue(_ROOM))
    reset: bool = False
    closed: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, event: DeskEvent) -> None:
        """Hand over an event; with no room left the page has to start over."""
        try:
            self.events.put_nowait(event)
        except asyncio.QueueFull:
            self.reset = True
        self.stirred.set()

    def end(self) -> None:
        """End the stream."""
        self.closed = True
        self.stirred.set()


class Hub:
    """The reader and its subscribers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._subscribers: set[Subscriber] = set()
        self.position = "0-0"

    @asynccontextmanager
    async def listening(self, session: str) -> AsyncIterator[Subscriber]:
        """Listen while the block runs."""
        subscriber = Subscriber(session)
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)

    def close_session(self, session: str) -> None:
        """End the streams of a session at once."""
        for subscriber in self._subscribers:
            if subscriber.session == session:
                subscriber.end()

    def close_all(self) -> None:
        """End every stream: the desk is stopping."""
        for subscriber in self._subscribers:
            subscriber.end()

    async def run(self) -> None:
        """Read on until cancelled; an unreachable store is tried again."""
        started = False
        while True:
            try:
                if not started:
                    self.position = await self._store.events.last_id()
                    started = True
                await self._read_once()
            except StoreDown:
                _log.warning("desk.events_unreachable")
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                # A desk that looks alive and hears nothing is worse than one that says so.
                _log.exception("desk.events_failed")
                await asyncio.sleep(RETRY_SECONDS)

    async def _read_once(self) -> None:
        found = await self._store.events.after(self.position, wait_ms=WAIT_MS)
        if found is None:
            self.position = await self._store.events.last_id()
            for subscriber in self._subscribers:
                subscriber.reset = True
                subscriber.stirred.set()
            return
        for event in await self.resolved(found):
            for subscriber in self._subscribers:
                subscriber.put(event)
            self.position = event.id

    async def resolved(self, found: list[tuple[str, dict[str, str]]]) -> list[DeskEvent]:
        """The events with their cases as they stand; each case is read once."""
        cases: dict[str, Case | None] = {}
        for _, record in found:
            case_id = record.get("case", "")
            if case_id and case_id not in cases:
                cases[case_id] = await self._case(case_id)
        return [
            DeskEvent(event_id, record.get("kind", ""), cases.get(record.get("case", "")))
            for event_id, record in found
        ]

    async def _case(self, case_id: str) -> Case | None:
        try:
            return await self._store.cases.case(CaseId(case_id))
        except (CaseNotFound, RecordNewer):  # the stream goes on for all the others
            return None
