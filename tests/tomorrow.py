"""A later version at work on the same server: it writes forms and kinds ours does not know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import orjson
from redis.asyncio import Redis

from handoff.case import CaseId
from handoff.conversation import ConversationId
from handoff.state import decode_state, encode_state
from handoff.store.keys import Keys

MOOD = {"sunny": 0.7}


@dataclass(frozen=True)
class Tomorrow:
    """What the later version's scripts do to our keys."""

    redis: Redis
    keys: Keys

    def _of(self, *parts: str) -> str:
        return self.keys.of(":".join(parts))

    async def remembers(self, conversation: ConversationId) -> None:
        """The memory of a conversation gets form 2, where `misses` is no number any more."""
        values = await self.memory(conversation)
        values |= {"schema": 2, "misses": ["order", "order"], "mood": MOOD}
        await self.redis.set(self._of("s", conversation), encode_state(values))

    async def memory(self, conversation: ConversationId) -> dict[str, object]:
        """What is remembered, as the later version reads it."""
        return decode_state(await self.redis.get(self._of("s", conversation)) or b"")

    async def reads(self, conversation: ConversationId) -> None:
        """It has taken the lane up, and leaves what ours can read, as after the next deploy."""
        values = await self.memory(conversation)
        kept = {k: v for k, v in values.items() if k not in ("schema", "misses", "mood")}
        await self.redis.set(self._of("s", conversation), encode_state(kept))

    async def posts(self, conversation: ConversationId, at_ms: int) -> None:
        """Mail of a kind that is new."""
        row = b"%d|parcel_delayed|0|W1000001" % at_ms
        await self.redis.rpush(self._of("m", conversation), row)
        await self.redis.zadd(self._of("agenda:turns"), {conversation: at_ms})

    async def rewrites_case(self, case_id: CaseId, **fields: str) -> None:
        """A case gets form 2."""
        await self.redis.hset(self._of("k", case_id), mapping={"v": "2"} | fields)

    async def rewrites_words(self, conversation: ConversationId) -> None:
        """The first words that wait in a lane get form 2."""
        row = await self.redis.lindex(self._of("o", conversation), 0)
        head, body = row.rsplit(b"|", 1)
        fresh = orjson.dumps(orjson.loads(body) | {"v": 2, "voice": "cheerful"})
        await self.redis.lset(self._of("o", conversation), 0, head + b"|" + fresh)


@asynccontextmanager
async def tomorrow_on(url: str, shop: str) -> AsyncIterator[Tomorrow]:
    """The later version, on the server at `url`."""
    async with Redis.from_url(url) as redis:
        yield Tomorrow(redis, Keys(shop))
