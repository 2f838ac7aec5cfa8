"""Tell alerts on: what is open and not told yet, and what is over.

A sink (log, chat, webhook) is told of every opening and of every end, whichever process raised it
and however often processes start anew: what a sink knows is kept in the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from handoff.alerts import alert_of
from handoff.errors import HandoffError, StoreDown
from handoff.ports import Store

LOOK_SECONDS = 2.0
LEASE_MS = 10_000
UNTOLD_ALERT = "alerts_untold"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell: an alert that opened (`is_open`) or is over."""

    name: str
    detail: str
    since: str
    is_open: bool

    @property
    def op(self) -> str:
        """The same for the same opening or end, however often it is told."""
        return f"alert:{self.name}:{self.since}:{int(self.is_open)}"

    def text(self) -> str:
        """A few lines for people."""
        meaning = alert_of(self.name)
        if not self.is_open:
            return f"✅ {self.name} is over."
        detail = f" ({self.detail})" if self.detail else ""
        return f"⚠️ {self.name}{detail}\n{meaning.cause}\n{meaning.remedy}"


def untold_alert(sink: str) -> str:
    """The alert that a sink, by its name, could not be told."""
    return f"{UNTOLD_ALERT}:{sink}"


class SinkFailed(HandoffError):
    """A sink could not be told; it is tried again."""


class Sink(Protocol):
    """Where alerts are told."""

    name: str

    async def tell(self, told: Told) -> None:
        """Tell it; raises SinkFailed, StoreDown."""


class LogSink:
    """The process's own log."""

    name = "log"

    async def tell(self, told: Told) -> None:
        meaning = alert_of(told.name)
        if told.is_open:
            log.error(
                "alert.opened",
                alert=told.name,
                detail=told.detail,
                cause=meaning.cause,
                remedy=meaning.remedy,
            )
        else:
            log.info("alert.closed", alert=told.name)


class Telling:
    """Keeps one sink up to date; of all processes with it one speaks."""

    def __init__(
        self,
        store: Store,
        owner: str,
        sink: Sink,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._owner = owner
        self._sink = sink
        self._sleep = sleep

    async def run(self) -> None:
        """Tell until cancelled; survives a store that is away and a sink that fails."""
        while True:
            try:
                if await self._leads():
                    await self.tell_on()
            except StoreDown:
                pass  # told by `handoff/ops/outage.py`
            except Exception:  # one odd alert must not silence the others for good
                log.exception("alerts.telling_failed")
            await self._sleep(LOOK_SECONDS)

    async def _leads(self) -> bool:
        name = f"tell:{self._sink.name}"
        return await self._store.house.lead(name, self._owner, lease_ms=LEASE_MS)

    async def tell_on(self) -> None:
        """Tell what changed since the sink was told last. Raises StoreDown."""
        found = await self._store.house.alerts()
        known = await self._store.upkeep.told(self._sink.name)
        over = [Told(name, "", since, False) for name, since in known.items() if name not in found]
        opened = [
            Told(name, values["detail"], values["since"], True)
            for name, values in found.items()
            if known.get(name) != values["since"]
        ]
        for told in (*over, *opened):
            await self._tell(told)

    async def _tell(self, told: Told) -> None:
        untold = untold_alert(self._sink.name)
        try:
            if told.name != untold:  # a sink that fails is no place to tell so
                await self._sink.tell(told)
        except SinkFailed:
            await self._store.house.alert(untold, told.name)
            return
        since = told.since if told.is_open else ""
        await self._store.upkeep.tell(self._sink.name, told.name, since)
