"""Which message stands in which slot of a chat, in Redis: plain commands that may be repeated."""

from __future__ import annotations

from collections.abc import Callable

from handoff.conversation import ConversationId
from handoff.slots import SLOT_LIFE_MS, Slot
from handoff.store.calls import Calls
from handoff.store.keys import Keys

KEPT_SECONDS = max(SLOT_LIFE_MS.values()) // 1000


class RedisSlots:
    """`handoff.slots.Slots`."""

    def __init__(self, calls: Calls, keys: Keys, now: Callable[[], int]) -> None:
        self._calls = calls
        self._keys = keys
        self._now = now

    async def message_in(self, conversation: ConversationId, slot: str) -> int:
        found = await self._calls.one("HGET", self._keys.slots(conversation), slot)
        if not found:
            return 0
        message_id, at = map(int, found.split(b"|"))
        return message_id if self._now() - at < SLOT_LIFE_MS[Slot(slot)] else 0

    async def put(self, conversation: ConversationId, slot: str, message_id: int) -> None:
        key = self._keys.slots(conversation)
        if not message_id:
            await self._calls.one("HDEL", key, slot)
            return
        await self._calls.both(
            ("HSET", key, slot, f"{message_id}|{self._now()}"), ("EXPIRE", key, KEPT_SECONDS)
        )
