"""Which message stands in which spot of a chat, in Redis: plain commands that may be repeated."""

from __future__ import annotations

from collections.abc import Callable

from handoff.conversation import ConversationId
from handoff.spots import SPOT_LIFE_MS, Spot
from handoff.store.calls import Calls
from handoff.store.keys import Keys

KEPT_SECONDS = max(SPOT_LIFE_MS.values()) // 1000


class RedisSpots:
    """`handoff.spots.Spots`."""

    def __init__(self, calls: Calls, keys: Keys, now: Callable[[], int]) -> None:
        self._calls = calls
        self._keys = keys
        self._now = now

    async def message_in(self, conversation: ConversationId, spot: str) -> int:
        found = await self._calls.one("HGET", self._keys.spots(conversation), spot)
        if not found:
            return 0
        message_id, at = map(int, found.split(b"|"))
        return message_id if self._now() - at < SPOT_LIFE_MS[Spot(spot)] else 0

    async def put(self, conversation: ConversationId, spot: str, message_id: int) -> None:
        key = self._keys.spots(conversation)
        if not message_id:
            await self._calls.one("HDEL", key, spot)
            return
        await self._calls.both(
            ("HSET", key, spot, f"{message_id}|{self._now()}"), ("EXPIRE", key, KEPT_SECONDS)
        )
