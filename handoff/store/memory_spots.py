"""Which message stands in which spot of a chat, in a dictionary: the twin of `redis_spots.py`."""

from __future__ import annotations

from handoff.conversation import ConversationId
from handoff.spots import SPOT_LIFE_MS, Spot
from handoff.store.memory_records import Memory


class MemorySpots:
    """`handoff.spots.Spots` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def message_in(self, conversation: ConversationId, spot: str) -> int:
        message_id, at = self._memory.spots.get((conversation, spot), (0, 0))
        return message_id if self._memory.now() - at < SPOT_LIFE_MS[Spot(spot)] else 0

    async def put(self, conversation: ConversationId, spot: str, message_id: int) -> None:
        if message_id:
            self._memory.spots[conversation, spot] = (message_id, self._memory.now())
        else:
            self._memory.spots.pop((conversation, spot), None)
