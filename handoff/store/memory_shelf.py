"""The archive's side of the store in a dictionary."""

from __future__ import annotations

from handoff.case import Case
from handoff.conversation import ConversationId
from handoff.shelf import LINES_FOLDED, Line, Unshelved
from handoff.store.memory_records import Lane, Memory


class MemoryShelf:
    """`handoff.shelf.Shelf` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def walk(self, cursor: str, most: int) -> tuple[str, tuple[ConversationId, ...]]:
        start = int(cursor)
        names = list(self._memory.lanes)
        further = start + most < len(names)
        return str(start + most if further else 0), tuple(names[start : start + most])

    async def unshelved(self, conversations: tuple[ConversationId, ...]) -> tuple[Unshelved, ...]:
        lanes = [self._memory.lanes[each] for each in conversations if each in self._memory.lanes]
        return tuple(
            Unshelved(lane.conversation, lane.shelved, lane.row_count)
            for lane in lanes
            if lane.shelved < lane.row_count
        )

    async def lines(self, conversation: ConversationId, after: int, most: int) -> tuple[Line, ...]:
        lane = self._memory.lanes.get(conversation)
        if lane is None:
            return ()
        pending = {word.number for word in lane.words}
        found: list[Line] = []
        for message in lane.transcript:
            if message.seq > after:
                if message.word in pending or len(found) == most:
                    break
                found.append(Line(message, lane.ledger.get(message.word)))
        return tuple(found)

    async def shelve(self, conversation: ConversationId, upto: int) -> None:
        lane = self._memory.lanes.get(conversation)
        if lane is not None:
            lane.shelved = max(lane.shelved, min(upto, lane.row_count))

    async def cases_of(self, conversation: ConversationId) -> tuple[tuple[Case, bytes], ...]:
        cases = self._memory.cases.values()
        return tuple(
            (case, self._memory.packets.get(case.id, b""))
            for case in cases
            if case.conversation == conversation
        )

    async def fold(self, conversation: ConversationId, *, idle_ms: int) -> bool:
        memory = self._memory
        lane = memory.lanes.get(conversation)
        if lane is None or not self._idle(lane, idle_ms):
            return False
        closed = [case.id for case in memory.cases.values() if case.conversation == conversation]
        if len(lane.transcript) <= LINES_FOLDED and not closed:
            return False
        del lane.transcript[:-LINES_FOLDED]
        stays = {message.word for message in lane.transcript}
        lane.ledger = {n: delivery for n, delivery in lane.ledger.items() if n in stays}
        for case_id in closed:
            del memory.cases[case_id]
            memory.packets.pop(case_id, None)
            memory.case_words.pop(case_id, None)
        return True

    def _idle(self, lane: Lane, idle_ms: int) -> bool:
        at = lane.transcript[-1].at if lane.transcript else None
        if at is None or at.timestamp() * 1000 + idle_ms > self._memory.now():
            return False
        busy = lane.case_id or lane.thinking or lane.sending or lane.mail or lane.words
        return not busy and lane.shelved >= lane.row_count
