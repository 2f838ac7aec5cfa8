"""What belongs to the shop in a dictionary: leaders, dead letters, chores, alerts, figures."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from msgspec.structs import replace

from handoff.agenda import Chore
from handoff.alerts import alert_of
from handoff.conversation import ConversationId
from handoff.errors import CaseOpen
from handoff.store.memory_records import DAY_MS, Memory
from handoff.store.records import iso_seconds
from handoff.upkeep import STARTED

REPORT_MS = 60_000


@dataclass(slots=True)
class _Alert:
    since_ms: int
    detail: str = ""
    until_ms: int = 0
    count: int = 0


class MemoryHouse:
    """`handoff.ports.House` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._leaders: dict[str, tuple[str, int]] = {}
        self._alerts: dict[str, _Alert] = {}
        self._minutes: dict[int, dict[str, float]] = {}

    async def erase(self, conversation_id: ConversationId) -> bool:
        memory = self._memory
        lane = memory.lanes.get(conversation_id)
        if lane is None:
            return False
        if lane.case_id:
            raise CaseOpen(lane.case_id)
        for case in [c for c in memory.cases.values() if c.conversation == conversation_id]:
            memory.cases[case.id] = replace(case, contact="", why="")
            memory.packets.pop(case.id, None)
            memory.withdrawn.pop(case.id, None)
            memory.case_words.pop(case.id, None)
        memory.dead[:] = [d for d in memory.dead if d["conversation"] != conversation_id]
        for timer in [t for t in memory.timers if t[0] == conversation_id]:
            del memory.timers[timer]
        for place in [p for p in memory.fetches if p[0] == conversation_id]:
            del memory.fetches[place]
            memory.files.due.pop(place, None)
        for spot in [s for s in memory.spots if s[0] == conversation_id]:
            del memory.spots[spot]
        memory.turns.due.pop(conversation_id, None)
        memory.sends.due.pop(conversation_id, None)
        memory.event("conversation.erased", lane, "")
        del memory.lanes[conversation_id]
        return True

    async def lead(self, name: str, owner: str, *, lease_ms: int) -> bool:
        leader, until_ms = self._leaders.get(name, ("", 0))
        if leader not in ("", owner) and self._memory.now() < until_ms:
            return False
        self._leaders[name] = (owner, self._memory.now() + lease_ms)
        return True

    async def yield_lead(self, name: str, owner: str) -> None:
        if self._leaders.get(name, ("", 0))[0] == owner:
            del self._leaders[name]

    async def bury(self, kind: str, reason: str, raw: bytes, *, conversation: str = "") -> None:
        self._memory.bury(kind, reason, raw, conversation)

    async def dead_letters(self, most: int = 100) -> list[dict[str, str]]:
        return self._memory.dead[::-1][:most]

    async def dead_letter_count(self) -> int:
        return len(self._memory.dead)

    async def chores(self, most: int) -> tuple[Chore, ...]:
        return tuple(self._memory.chores[:most])

    async def chore_done(self, chore: Chore) -> None:
        if chore in self._memory.chores:
            self._memory.chores.remove(chore)

    async def alert(self, name: str, detail: str, *, seconds: float | None = None) -> None:
        now = self._memory.now()
        alert = self._alerts.get(name)
        if alert is None or alert.until_ms <= now:
            alert = self._alerts[name] = _Alert(now)
        lasts_seconds = alert_of(name).lasts_seconds if seconds is None else seconds
        alert.until_ms = max(alert.until_ms, now + int(lasts_seconds * 1000))
        alert.detail = detail
        alert.count += 1

    async def clear_alert(self, name: str) -> None:
        self._alerts.pop(name, None)

    async def alerts(self) -> dict[str, dict[str, str]]:
        now = self._memory.now()
        return {
            name: {
                "since": iso_seconds(alert.since_ms),
                "detail": alert.detail,
                "count": str(alert.count),
            }
            for name, alert in self._alerts.items()
            if alert.until_ms > now
        }

    async def report(self, process: str, figures: dict[str, float]) -> None:
        memory, start = self._memory, f"={STARTED}"
        had = memory.counted.get(process, {})
        if had.get(start) != figures.get(start):
            had = {}  # a new life of this name counts from zero
        for name, count in figures.items():
            if not name.startswith("="):
                memory.totals[name] = memory.totals.get(name, 0) + count - had.get(name, 0)
        memory.counted[process] = dict(figures)
        memory.reports[process] = (memory.now(), dict(figures))

    async def reports(self) -> dict[str, dict[str, float]]:
        since = self._memory.now() - REPORT_MS
        return {name: figures for name, (at, figures) in self._memory.reports.items() if at > since}

    async def history(self, minutes: int) -> list[dict[str, float]]:
        since = self._memory.now() // 60_000 - minutes
        kept = sorted(minute for minute in self._minutes if minute > since)
        return [{"at": minute * 60.0, **self._minutes[minute]} for minute in kept]

    async def note_minute(self, row: dict[str, float]) -> None:
        self._minutes[self._memory.now() // 60_000] = dict(row)

    async def happened(self, what: str, seconds: int) -> int:
        now, times = self._memory.now(), self._memory.happened[what]
        times[:] = [at for at in times if at > now - DAY_MS]
        return sum(at >= now - seconds * 1000 for at in times)

    async def wait_for(self, what: str, timeout_seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._memory.knocks(what).get()
