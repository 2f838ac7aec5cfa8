"""What happens in the sandbox, in order, for those who watch: the phone page, tests, a replay.

Events are kept as references and put into words only for a reader, so a run that nobody
watches pays almost nothing. Who comes back with an old number gets what was missed, or `reset`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from bot.sandbox.errors import Json

KEPT_EVENTS = 20_000


class Shown(Protocol):
    """Something an event tells of."""

    def view(self) -> Json:
        """Its present state."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: its number, when, in which chat, and what it tells of."""

    number: int
    at: float
    kind: str
    chat_id: int
    shown: Shown | Json

    def view(self) -> Json:
        """The event as JSON, with the state its subject has now."""
        body: Any = self.shown if isinstance(self.shown, dict) else self.shown.view()
        return {"at": self.at, "kind": self.kind, "chat_id": self.chat_id, **body}


class Feed:
    """A numbered list of events. Its generation tells a restarted sandbox from the same one."""

    def __init__(self) -> None:
        self.generation = secrets.token_hex(4)
        self.last_number = 0
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._waiters: set[asyncio.Future[None]] = set()

    def publish(self, at: float, kind: str, chat_id: int, shown: Shown | Json) -> None:
        """Add one event and wake the readers."""
        self.last_number += 1
        self._events.append(Event(self.last_number, at, kind, chat_id, shown))
        if self._waiters:
            waiters, self._waiters = self._waiters, set()
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    def cursor(self) -> str:
        """Where a reader who knows everything so far goes on."""
        return f"{self.generation}-{self.last_number}"

    def cursor_of(self, event: Event) -> str:
        """Where a reader goes on after this event."""
        return f"{self.generation}-{event.number}"

    def since(self, cursor: str) -> list[Event] | None:
        """The events after `cursor`; None when some are no longer known."""
        generation, _, number = cursor.partition("-")
        if generation != self.generation or not number.isdigit():
            return None
        missing = self.last_number - int(number)
        if missing < 0 or missing > len(self._events):
            return None
        return _last(self._events, missing)

    async def wait(self, cursor: str, seconds: float) -> None:
        """Return as soon as there is something after `cursor`, at the latest after `seconds`."""
        if cursor != self.cursor():
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            pass
        finally:
            self._waiters.discard(waiter)


def _last(events: deque[Event], count: int) -> list[Event]:
    newest_first: Iterable[Event] = reversed(events)
    return [event for event, _ in zip(newest_first, range(count), strict=False)][::-1]
