"""Upkeep in a dictionary: how late the agendas are, what sinks were told, notices of the house."""

from __future__ import annotations

from collections import defaultdict

from handoff.conversation import ConversationId
from handoff.store.memory_records import DAY_MS, Agenda, Memory
from handoff.store.memory_words import put_lane, queue_silently
from handoff.upkeep import Lag
from handoff.words import Word


class MemoryUpkeep:
    """`handoff.upkeep.Upkeep` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._told: defaultdict[str, dict[str, str]] = defaultdict(dict)

    async def lag(self) -> Lag:
        return Lag(self._late(self._memory.turns), self._late(self._memory.sends))

    def _late(self, agenda: Agenda[ConversationId]) -> float:
        now = self._memory.now()
        return max((now - at for at in agenda.due.values() if at <= now), default=0) / 1000

    async def processes(self) -> dict[str, float]:
        since = self._memory.now() - DAY_MS
        return {name: at / 1000 for name, (at, _) in self._memory.reports.items() if at >= since}

    async def leave(self, process: str) -> None:
        self._memory.reports.pop(process, None)

    async def told(self, sink: str) -> dict[str, str]:
        return dict(self._told[sink])

    async def tell(self, sink: str, name: str, since: str) -> None:
        if since:
            self._told[sink][name] = since
        else:
            self._told[sink].pop(name, None)

    async def notify(self, conversation: ConversationId, word: Word, *, op: str) -> bool:
        memory = self._memory
        if memory.done(op):
            return False
        memory.remember(op, True)
        lane = memory.lane(conversation)
        queue_silently(memory, lane, word)
        put_lane(memory, lane)
        return True
