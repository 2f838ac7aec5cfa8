"""Wishes for customers' files in Redis: the Lua files `want`, `take_wishes` and `tell`."""

from __future__ import annotations

from handoff.conversation import ConversationId
from handoff.files import FETCH_LEASE_MS, Fetch, Wish
from handoff.store.calls import Calls
from handoff.store.keys import Keys
from handoff.store.records import decode_fetch, encode_fetch
from handoff.store.scripts import Scripts


class RedisWishes:
    """`handoff.files.Wishes` over Lua."""

    def __init__(self, scripts: Scripts, calls: Calls, keys: Keys) -> None:
        self._run = scripts.run
        self._calls = calls
        self._keys = keys
        self._agenda = keys.of("agenda:files")

    async def want(self, wish: Wish, *, again: bool = False) -> None:
        keys = [self._keys.fetches(wish.conversation), self._agenda]
        await self._run("want", keys, wish.conversation, wish.ref, wish.name, int(again))

    async def take(self, most: int) -> tuple[Wish, ...]:
        found = await self._run("take_wishes", [self._agenda], most, FETCH_LEASE_MS)
        return tuple(
            Wish(ConversationId(conversation.decode()), ref.decode(), name.decode())
            for conversation, ref, name in found
        )

    async def tell(self, wish: Wish, fetch: Fetch) -> bool:
        keys = [self._keys.fetches(wish.conversation), self._agenda]
        told = await self._run("tell", keys, wish.conversation, wish.ref, encode_fetch(fetch))
        return bool(told[0])

    async def fetches(self, conversation_id: ConversationId) -> dict[str, Fetch]:
        rows = await self._calls.one("HGETALL", self._keys.fetches(conversation_id))
        return {ref.decode(): decode_fetch(raw) for ref, raw in rows.items()}
