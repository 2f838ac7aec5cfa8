"""Upkeep in Redis: how late the agendas are, what sinks were told, notices of the house."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from handoff.conversation import ConversationId
from handoff.state import adopted_state
from handoff.store.calls import Calls, pairs
from handoff.store.keys import Keys
from handoff.store.records import (
    MAIL_KINDS,
    encode_word,
    is_newer_case,
    is_newer_word,
    moment,
    word_row,
)
from handoff.store.redis_house import entry_of
from handoff.store.scripts import Scripts
from handoff.upkeep import AUDIT_KEPT, Audit, Lag, MemoryUse
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

    async def memory_use(self) -> MemoryUse:
        told = await self._calls.one("INFO", "memory")
        limit = int(told["maxmemory"]) or int(told["total_system_memory"])
        return MemoryUse(int(told["used_memory"]), limit)

    async def processes(self) -> dict[str, float]:
        rows = await self._calls.one(
            "ZRANGEBYSCORE", self._key("processes"), self._now() - DAY_MS, "+inf", "WITHSCORES"
        )
        return {name.decode(): at / 1000 for name, at in pairs(rows)}

    async def totals(self) -> dict[str, float]:
        found = await self._calls.one("HGETALL", self._key("totals"))
        return {name.decode(): float(total) for name, total in found.items()}

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

    async def replay(self, letter_id: str) -> str:
        if not _is_entry(letter_id):
            return ""
        (kind,) = await self._run("replay", [self._key("dead")], letter_id)
        return str(kind.decode())

    async def drop(self, letter_id: str) -> bool:
        if not _is_entry(letter_id):
            return False
        return bool(await self._calls.one("XDEL", self._key("dead"), letter_id))

    async def replays(self) -> list[bytes]:
        return list(await self._calls.one("LRANGE", self._key("replays"), 0, 99))

    async def replayed(self, raw: bytes) -> None:
        await self._calls.one("LREM", self._key("replays"), 1, raw)

    async def audit(self, entry: Audit) -> None:
        fields = ("who", entry.who, "what", entry.what, "subject", entry.subject, "why", entry.why)
        await self._calls.one("XADD", self._key("audit"), "MAXLEN", "~", AUDIT_KEPT, "*", *fields)

    async def audited(self, most: int = 50) -> list[Audit]:
        rows = await self._calls.one("XREVRANGE", self._key("audit"), "+", "-", "COUNT", most)
        return [
            Audit(**values, id=entry_id, at=moment(entry_id.partition("-")[0]))
            for entry_id, values in map(entry_of, rows)
        ]

    async def conversations(self) -> AsyncIterator[ConversationId]:
        start, cursor = self._key("c:"), 0
        while True:
            cursor, found = await self._calls.one(
                "SCAN", cursor, "MATCH", f"{start}*", "COUNT", 1000
            )
            for key in found:
                yield ConversationId(key.decode().removeprefix(start))
            if not int(cursor):
                return

    async def mend(self, conversation: ConversationId) -> tuple[str, ...]:
        keys = [*map(self._key, ("queue", "assigned"))]
        return tuple(name.decode() for name in await self._run("mend", keys, conversation))

    async def strays(self) -> tuple[str, ...]:
        gone: list[str] = []
        for name in ("queue", "assigned"):
            ids = await self._calls.one("ZRANGE", self._key(name), 0, -1)
            for case_id in map(bytes.decode, ids):
                if not await self._calls.one("EXISTS", self._key(f"k:{case_id}")):
                    await self._calls.one("ZREM", self._key(name), case_id)
                    gone.append(case_id)
        return tuple(gone)

    async def newer_cases(self) -> tuple[str, ...]:
        lists = [("ZRANGE", self._key(name), 0, -1) for name in ("queue", "assigned")]
        ids = [raw.decode() for found in await self._calls.both(*lists) for raw in found]
        rows = await self._calls.both(
            *(("HMGET", self._key(f"k:{case_id}"), "status", "v") for case_id in ids)
        )
        found = zip(ids, rows, strict=True)
        return tuple(case_id for case_id, (status, form) in found if is_newer_case(status, form))

    async def adopt(self, conversation: ConversationId) -> tuple[str, ...]:
        state, rows = await self._calls.both(
            ("GET", self._key(f"s:{conversation}")),
            ("LRANGE", self._key(f"o:{conversation}"), 0, -1),
        )
        keys = [*map(self._key, ("agenda:turns", "agenda:sends", "queue"))]
        kinds = f" {' '.join(kind.decode() for kind in MAIL_KINDS)} "
        read = adopted_state(state or b"")
        words = [row.split(b"|", 1)[0] for row in rows if is_newer_word(row)]
        found = await self._run("adopt", keys, conversation, state or b"", read, kinds, *words)
        return tuple(name.decode() for name in found)


def _is_entry(letter_id: str) -> bool:
    """Whether a stream could have given it out: two numbers of 64 bits."""
    return re.fullmatch(r"[0-9]{1,19}-[0-9]{1,19}", letter_id) is not None


def _at(rows: list[Any]) -> list[float]:
    return [at for _, at in pairs(rows)]
