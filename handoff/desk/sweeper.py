"""What a desk process does by itself: give back vanished agents' cases, write down each minute,
delete uploads nobody sent.

One process at a time does it for the shop (the leader called `sweep`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from handoff.agents import AgentId
from handoff.case import Case
from handoff.desk.context import Desk
from handoff.errors import CaseClosed, NotAssignee, StoreDown

EVERY_SECONDS = 5.0
LEASE_MS = 15_000
ABSENT_SECONDS = 60.0
TIDY_SECONDS = 3600.0
LOOSE_SECONDS = 86_400.0
"""An upload that was not sent by then never will be."""
LISTENED_SECONDS = 30.0
"""Whoever is there has told it twice by then."""

_log = structlog.get_logger("desk")


class Sweeper:
    """The sweep of one desk process, known to the others as `owner`."""

    def __init__(self, desk: Desk, owner: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._owner = owner
        self._minute = 0
        self._clock = clock
        self._listens_since = clock()
        self._tidied = clock()

    async def run(self) -> None:
        """Sweep on until cancelled."""
        try:
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                await self._once()
        finally:
            await self._yield()

    async def _once(self) -> None:
        try:
            await self.forget()
            if await self._desk.store.house.lead("sweep", self._owner, lease_ms=LEASE_MS):
                await self.sweep()
                await self.note_minute()
                await self.tidy()
        except StoreDown:
            self._listens_since = self._clock()
            _log.warning("desk.sweep_skipped")
        except Exception:
            _log.exception("desk.sweep_failed")

    async def sweep(self) -> int:
        """Put back every case whose agent is gone; returns how many."""
        returned = 0
        # While the desk or the store was away nobody could tell that they are there.
        if self._clock() - self._listens_since < LISTENED_SECONDS:
            return 0
        now = self._desk.now()
        for case in await self._desk.store.cases.assigned():
            absent = await self._desk.store.presence.absent_since(AgentId(case.agent))
            if min(absent, _held_seconds(case, now)) > ABSENT_SECONDS:
                returned += await self._returned(case)
        return returned

    async def _returned(self, case: Case) -> int:
        try:
            return await self._give_back(case)
        except StoreDown:
            raise
        except Exception:
            # One case that cannot be given back must not keep the others.
            _log.exception("desk.case_not_returned", case=case.id)
            return 0

    async def forget(self) -> None:
        """Drop what this process remembers of cases that are in nobody's hands any more."""
        held = {case.id for case in await self._desk.store.cases.assigned()}
        gone = {read for read in self._desk.read_packets if read[1] not in held}
        self._desk.read_packets.difference_update(gone)

    async def note_minute(self) -> None:
        """Write down the minute that is over, once."""
        minute = int(self._desk.now().timestamp() // 60)
        if minute == self._minute:
            return
        self._minute = minute
        house = self._desk.store.house
        classes = await self._desk.store.cases.figures()
        await house.note_minute(
            {
                "at": float((minute - 1) * 60),
                "depth": float(sum(found.depth for found in classes)),
                "oldest_wait_seconds": max((c.oldest_wait_seconds for c in classes), default=0.0),
                "opened": float(await house.happened("opened", 60)),
                "claimed": float(await house.happened("claims", 60)),
                "resolved": float(await house.happened("resolved", 60)),
            }
        )

    async def tidy(self) -> None:
        """Once an hour, delete uploads that went along with no words."""
        if self._clock() - self._tidied < TIDY_SECONDS:
            return
        self._tidied = self._clock()
        before = self._desk.now().timestamp() - LOOSE_SECONDS
        gone = await asyncio.to_thread(self._desk.files.tidy, before)
        if gone:
            _log.info("files.tidied", gone=gone)

    async def _give_back(self, case: Case) -> int:
        draft = await self._desk.store.drafts.of(case)
        try:
            await self._desk.service.requeue(
                case.id, None, op=f"vanished:{case.id}:{case.epoch}", note=draft
            )
        except (NotAssignee, CaseClosed):
            return 0
        await self._desk.store.drafts.keep(case, "")
        _log.info("case.given_back", case=case.id, agent=case.agent)
        return 1

    async def _yield(self) -> None:
        try:
            await self._desk.store.house.yield_lead("sweep", self._owner)
        except StoreDown:
            _log.warning("desk.lead_not_given_back")


def _held_seconds(case: Case, now: datetime) -> float:
    return (now - case.claimed_at).total_seconds() if case.claimed_at else 0.0
