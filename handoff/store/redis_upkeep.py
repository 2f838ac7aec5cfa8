"""Upkeep in Redis: how late the agendas are, what sinks were told, notices of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handoff.conversation import ConversationId
from handoff.store.calls import Calls, pairs
from handoff.store.keys import Keys
from handoff.store.records import encode_word, word_row
from handoff.store.scripts import Scripts
from handoff.upkeep import Lag
from handoff.words import Word

HEAD_STARTS_HOURS = (3, 2, 1, 0)
"""How far ahead of its time a lane stands by its first word's class: see `lua/_begin.lua`."""
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class RedisUpkeep:
    """`handoff.upkeep.Upkeep`."""

    def __init__(self, scripts: Scripts, calls: Calls, keys: Keys, now: Callable[[], int]) -> None:
        self._run = scripts.run
        self._calls = calls
        self._key = keys.of
        self._now = now

    async def lag(self) -> Lag:
        now, sends = self._now(), self._key("agenda:sends")
        bands = [(now - (h + 1) * HOUR_MS, now - h * HOUR_MS) for h in HEAD_STARTS_HOURS]
        first, *firsts = await self._calls.both(
            ("ZRANGE", self._key("agenda:turns"), 0, 0, "WITHSCORES"),
            *(
                ("ZRANGEBYSCORE", sends, f"({low}", high, "WITHSCORES", "LIMIT", 0, 1)
                for low, high in bands
            ),
        )
        late = [
            high - at for (_, high), rows in zip(bands, firsts, strict=True) for at in _at(rows)
        ]
        return Lag(max([0.0, *(now - at for at in _at(first))]) / 1000, max([0.0, *late]) / 1000)

    async def processes(self) -> dict[str, float]:
        rows = await self._calls.one(
            "ZRANGEBYSCORE", self._key("processes"), self._now() - DAY_MS, "+inf", "WITHSCORES"
        )
        return {name.decode(): at / 1000 for name, at in pairs(rows)}

    async def leave(self, process: str) -> None:
        await self._calls.both(
            ("ZREM", self._key("processes"), process), ("DEL", self._key(f"metrics:{process}"))
        )

    async def told(self, sink: str) -> dict[str, str]:
        found = await self._calls.one("HGETALL", self._key(f"told:{sink}"))
        return {name.decode(): since.decode() for name, since in found.items()}

    async def tell(self, sink: str, name: str, since: str) -> None:
        key = self._key(f"told:{sink}")
        if since:
            await self._calls.one("HSET", key, name, since)
        else:
            await self._calls.one("HDEL", key, name)

    async def notify(self, conversation: ConversationId, word: Word, *, op: str) -> bool:
        key = self._key(f"op:{op}")
        (queued,) = await self._run(
            "notify", [key], conversation, encode_word(word), word_row(word)
        )
        return bool(queued)


def _at(rows: list[Any]) -> list[float]:
    return [at for _, at in pairs(rows)]
