"""What agents are typing, in Redis: plain commands that may be repeated."""

from __future__ import annotations

from handoff.case import Case
from handoff.drafts import DRAFT_SECONDS
from handoff.store.calls import Calls
from handoff.store.keys import Keys


class RedisDrafts:
    """`handoff.drafts.Drafts`."""

    def __init__(self, calls: Calls, keys: Keys) -> None:
        self._calls = calls
        self._keys = keys

    async def keep(self, case: Case, text: str) -> None:
        if text:
            await self._calls.one("SET", self._key(case), text, "EX", DRAFT_SECONDS)
        else:
            await self._calls.one("DEL", self._key(case))

    async def of(self, case: Case) -> str:
        found: bytes | None = await self._calls.one("GET", self._key(case))
        return found.decode() if found else ""

    def _key(self, case: Case) -> str:
        return self._keys.of(f"draft:{case.id}:{case.epoch}")
