"""A store that is away: the one trouble that cannot be kept in the store.

Each process tells it itself, to its log and to the sinks it has, once when the store has been away
for a while and once when it is back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from handoff.errors import StoreDown
from handoff.ops.telling import Sink, SinkFailed, Told
from handoff.ports import Events

LOOK_SECONDS = 2.0
AWAY_SECONDS = 10.0
STORE_ALERT = "store_down"

log = structlog.get_logger()


class Outage:
    """Asks the store now and then; `is_open` while its absence has been told."""

    def __init__(
        self,
        events: Events,
        sinks: Sequence[Sink],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.is_open = False
        self._events = events
        self._sinks = sinks
        self._clock = clock
        self._answered = clock()
        self._since = ""

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Ask once, and tell what changed."""
        try:
            await self._events.last_id()
        except StoreDown as error:
            if not self.is_open and self._clock() - self._answered >= AWAY_SECONDS:
                self.is_open = True
                self._since = datetime.now(UTC).isoformat(timespec="seconds")
                await self._tell(f"{error}")
            return
        self._answered = self._clock()
        if self.is_open:
            self.is_open = False
            await self._tell("")

    async def _tell(self, detail: str) -> None:
        told = Told(STORE_ALERT, detail, self._since, is_open=self.is_open)
        for sink in self._sinks:
            try:
                await sink.tell(told)
            except (SinkFailed, StoreDown):
                log.warning("alert.not_told", alert=STORE_ALERT, sink=sink.name)
