"""The live stream of a desk page: server-sent events with resume.

A page takes the last event's id, then its snapshot, then streams from that id. A gap, or a reader
who cannot keep up, gives `reset`. What is told are names of fragments to fetch again, never any
text.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import suppress

from aiohttp import web

from handoff.access import Action
from handoff.case import CaseStatus
from handoff.desk.context import VISITOR, Desk, Visitor, desk_of
from handoff.desk.hub import DeskEvent, Subscriber
from handoff.desk.sessions import visitor_of_session
from handoff.errors import StoreDown
from handoff.ports import Events

_EVENT_ID = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
"""Of a stream: two numbers of 64 bits. Others were never given out, and the store refuses them."""


def frame(name: str, event_id: str = "") -> bytes:
    """One server-sent event; its name tells all."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: \n\n".encode()


def heard(event: DeskEvent, visitor: Visitor) -> tuple[str, ...]:
    """Which fragments of a visitor's page an event concerns, as far as they may know of it."""
    if not visitor.may(Action.SEE_QUEUE):
        return ("figures",) if event.kind.startswith("case.") else ()
    return tuple(_concerned(event, visitor))


def _concerned(event: DeskEvent, visitor: Visitor) -> Iterator[str]:
    moved = event.kind.startswith("case.")
    if moved:
        yield "queue"
        yield "figures"
    if event.case is None:
        return
    # That a case changed hands is told to all, so that an open page never shows an old holder.
    if moved or visitor.may(Action.READ_CASE, event.case):
        yield f"case-{event.case.id}"
    mine = event.case.agent == visitor.agent.id
    if not moved and (mine or event.case.status is CaseStatus.WAITING):
        yield "queue"


async def listen(request: web.Request) -> web.StreamResponse:
    """GET /desk/events: stream until the page leaves, the session ends or the desk stops."""
    desk, visitor = desk_of(request), request[VISITOR]
    after = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    response = web.StreamResponse(
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    response.content_type = "text/event-stream"
    await response.prepare(request)
    async with desk.hub.listening(visitor.session) as subscriber:
        stream = _Stream(response, desk, visitor)
        # No other answer can follow what has begun: it ends, and the page comes back.
        with suppress(ConnectionResetError, StoreDown):
            await stream.catch_up(desk.store.events, after)
            await _follow(request, stream, subscriber)
            await stream.say_goodbye()
    return response


async def _follow(request: web.Request, stream: _Stream, subscriber: Subscriber) -> None:
    desk, checked = desk_of(request), time.monotonic()
    while not subscriber.closed and not _is_gone(request):
        await stream.forward(subscriber)
        if time.monotonic() - checked >= desk.pace.check_seconds:
            checked = time.monotonic()
            if await visitor_of_session(desk, subscriber.session) is None:
                return
        await stream.beat()


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


class _Stream:
    """One page's stream: what it was told last, and when."""

    def __init__(self, response: web.StreamResponse, desk: Desk, visitor: Visitor) -> None:
        self._response = response
        self._hub = desk.hub
        self._pace = desk.pace
        self._visitor = visitor
        self._last = (0, 0)
        self._beat_at = time.monotonic()

    async def catch_up(self, events: Events, after: str) -> None:
        """Tell what happened since the page's snapshot; `reset` when that is no longer known."""
        if _parsed(after) is None:
            await self._reset(await events.last_id())
            return
        self._last = _parsed(after) or (0, 0)
        while True:
            found = await events.after(after, wait_ms=0)
            if found is None:
                await self._reset(await events.last_id())
                return
            if not found:
                return
            for event in await self._hub.resolved(found):
                await self._tell(event)
            after = found[-1][0]

    async def forward(self, subscriber: Subscriber) -> None:
        """Tell what came in, or wait a moment for it."""
        try:
            async with asyncio.timeout(self._pace.check_seconds):
                await subscriber.stirred.wait()
        except TimeoutError:
            return
        subscriber.stirred.clear()
        if subscriber.reset:
            subscriber.reset = False
            while not subscriber.events.empty():
                subscriber.events.get_nowait()
            await self._reset(self._hub.position)
        while not subscriber.events.empty() and not subscriber.closed:
            await self._tell(subscriber.events.get_nowait())

    async def beat(self) -> None:
        """Show now and then that the stream lives."""
        if time.monotonic() - self._beat_at >= self._pace.beat_seconds:
            await self._write(b": beat\n\n" + frame("beat"))

    async def say_goodbye(self) -> None:
        """Tell the page that this stream ended on purpose."""
        await self._write(frame("bye"))

    async def _reset(self, event_id: str) -> None:
        self._last = _parsed(event_id) or (0, 0)
        await self._write(frame("reset", event_id))

    async def _tell(self, event: DeskEvent) -> None:
        place = _parsed(event.id) or (0, 0)
        if place <= self._last:
            return
        self._last = place
        names = heard(event, self._visitor)
        await self._write(b"".join(frame(name, event.id) for name in names))

    async def _write(self, data: bytes) -> None:
        if data:
            self._beat_at = time.monotonic()
            await self._response.write(data)


def _parsed(event_id: str) -> tuple[int, int] | None:
    found = _EVENT_ID.fullmatch(event_id)
    return (int(found[1]), int(found[2])) if found else None
