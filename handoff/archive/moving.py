"""Move what is new from the store to the archive, in pieces, as often as one likes.

Everything is written before the store hears that it is archived, so a crash between the two writes
something twice and loses nothing. The chat never waits for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from handoff.archive.sql import Archive
from handoff.conversation import ConversationId
from handoff.forms import NEWER_ALERT, RecordNewer
from handoff.ports import Store
from handoff.shelf import Shelf, Unshelved

WALK_CONVERSATIONS = 500
LINES_AT_ONCE = 500
EVENTS_AT_ONCE = 500
IDLE_MS = 30 * 24 * 3_600_000
"""A conversation in which nothing happened for so long is folded."""


@dataclass(slots=True)
class Moved:
    """What one round came to."""

    conversations: int = 0
    lines: int = 0
    cases: int = 0
    events: int = 0
    folded: int = 0
    events_missed: bool = False
    """The archive was away for longer than the store keeps events. Lines and cases are whole."""


async def move(store: Store, archive: Archive, *, idle_ms: int = IDLE_MS) -> Moved:
    """One round over everything. Raises StoreDown, ArchiveDown; what was moved before stays. What
    only a later version can read waits for it and keeps nothing else waiting.
    """
    moved = Moved()
    await _move_events(store, archive, moved)
    async for names in _walked(store.shelf):
        for mark in await store.shelf.unshelved(names):
            try:
                await _move_conversation(store.shelf, archive, mark, moved)
            except RecordNewer as newer:
                await store.house.alert(NEWER_ALERT, f"{mark.conversation}: {newer}")
        for name in names:
            moved.folded += await store.shelf.fold(name, idle_ms=idle_ms)
    return moved


async def _walked(shelf: Shelf) -> AsyncIterator[tuple[ConversationId, ...]]:
    cursor = "0"
    while True:
        cursor, names = await shelf.walk(cursor, WALK_CONVERSATIONS)
        if names:
            yield names
        if cursor == "0":
            return


async def _move_conversation(shelf: Shelf, archive: Archive, mark: Unshelved, moved: Moved) -> None:
    at = mark.shelved
    while lines := await shelf.lines(mark.conversation, at, LINES_AT_ONCE):
        cases = await shelf.cases_of(mark.conversation)
        await archive.keep(mark.conversation, lines, cases)
        at = lines[-1].message.seq
        await shelf.shelve(mark.conversation, at)
        moved.lines += len(lines)
        moved.cases += len(cases)
    moved.conversations += at > mark.shelved


async def _move_events(store: Store, archive: Archive, moved: Moved) -> None:
    after = await archive.last_event() or "0-0"
    while True:
        events = await store.events.after(after, wait_ms=0, most=EVENTS_AT_ONCE)
        if events is None:
            moved.events_missed = True
            events = await store.events.after("0-0", wait_ms=0, most=EVENTS_AT_ONCE)
        if not events:
            return
        await archive.keep_events(events)
        moved.events += len(events)
        after = events[-1][0]
