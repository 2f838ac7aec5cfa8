"""Which message stands in which slot of a chat, in a dictionary: the twin of `redis_slots.py`."""

from __future__ import annotations

from handoff.conversation import ConversationId
from handoff.slots import SLOT_LIFE_MS, Slot
from handoff.store.memory_records import Memory


class MemorySlots:
    """`handoff.slots.Slots` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def message_in(self, conversation: ConversationId, slot: str) -> int:
        message_id, at = self._memory.slots.get((conversation, slot), (0, 0))
        return message_id if self._memory.now() - at < SLOT_LIFE_MS[Slot(slot)] else 0

    async def put(self, conversation: ConversationId, slot: str, message_id: int) -> None:
        if message_id:
            self._memory.slots[conversation, slot] = (message_id, self._memory.now())
        else:
            self._memory.slots.pop((conversation, slot), None)
