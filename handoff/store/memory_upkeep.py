"""Upkeep in a dictionary: how late the agendas are, what sinks were told, notices of the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace

import orjson

from handoff.agenda import Chore
from handoff.conversation import ConversationId
from handoff.state import adopted_state
from handoff.store.memory_records import DAY_MS, Agenda, Memory
from handoff.store.memory_words import put_lane, queue_silently
from handoff.store.records import decode_mail, moment
from handoff.upkeep import AUDIT_KEPT, Audit, Lag, MemoryUse
from handoff.words import Word


class MemoryUpkeep:
    """`handoff.upkeep.Upkeep` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._replays: list[bytes] = []
        self._audits: list[Audit] = []
        self._told: defaultdict[str, dict[str, str]] = defaultdict(dict)

    async def lag(self) -> Lag:
        return Lag(self._late(self._memory.turns), self._late(self._memory.sends))

    def _late(self, agenda: Agenda[ConversationId]) -> float:
        now = self._memory.now()
        return max((now - at for at in agenda.due.values() if at <= now), default=0) / 1000

    async def memory_use(self) -> MemoryUse:
        return MemoryUse(0, 0)

    async def processes(self) -> dict[str, float]:
        since = self._memory.now() - DAY_MS
        return {name: at / 1000 for name, (at, _) in self._memory.reports.items() if at >= since}

    async def totals(self) -> dict[str, float]:
        return dict(self._memory.totals)

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

    async def replay(self, letter_id: str) -> str:
        memory = self._memory
        letter = next((one for one in memory.dead if one["id"] == letter_id), None)
        if letter is None:
            return ""
        raw = letter["raw"].encode()
        if letter["kind"] == "mail":
            lane = memory.lane(ConversationId(letter["conversation"]))
            lane.mail.append(decode_mail(raw))
            memory.put_turn(lane)
        elif letter["kind"] == "chore":
            op, job, *args = orjson.loads(raw)
            memory.chores.append(Chore(op, job, tuple(args)))
            memory.knock("chores")
        else:
            self._replays.append(raw)
            memory.knock("replays")
        memory.dead.remove(letter)
        return letter["kind"]

    async def drop(self, letter_id: str) -> bool:
        kept = [one for one in self._memory.dead if one["id"] != letter_id]
        dropped = len(kept) < len(self._memory.dead)
        self._memory.dead[:] = kept
        return dropped

    async def replays(self) -> list[bytes]:
        return self._replays[:100]

    async def replayed(self, raw: bytes) -> None:
        if raw in self._replays:
            self._replays.remove(raw)

    async def audit(self, entry: Audit) -> None:
        now = self._memory.now()
        line = replace(entry, id=f"{now}-{len(self._audits)}", at=moment(now))
        self._audits.append(line)
        del self._audits[:-AUDIT_KEPT]

    async def audited(self, most: int = 50) -> list[Audit]:
        return self._audits[::-1][:most]

    async def conversations(self) -> AsyncIterator[ConversationId]:
        for conversation in list(self._memory.lanes):
            yield conversation

    async def mend(self, conversation: ConversationId) -> tuple[str, ...]:
        """Each fact stands in one place here, but for what is due."""
        memory, lane = self._memory, self._memory.lane(conversation)
        mended = []
        if (lane.mail or lane.thinking) and conversation not in memory.turns.due:
            lane.thinking = None
            memory.put_turn(lane)
            mended.append("turn_not_due")
        if (lane.words or lane.sending) and conversation not in memory.sends.due:
            lane.sending = None
            put_lane(memory, lane)
            mended.append("words_not_due")
        return tuple(mended)

    async def strays(self) -> tuple[str, ...]:
        return ()

    async def newer_cases(self) -> tuple[str, ...]:
        return ()  # what is kept here never outlives its version

    async def adopt(self, conversation: ConversationId) -> tuple[str, ...]:
        lane = self._memory.lane(conversation)
        if lane.thinking or lane.sending:
            return ("busy",)
        read = adopted_state(lane.state)
        adopted = ("state",) if read != lane.state else ()
        lane.state = read
        return adopted
