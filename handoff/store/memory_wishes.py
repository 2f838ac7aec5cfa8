"""Wishes for customers' files in a dictionary: the twin of `redis_wishes.py`."""

from __future__ import annotations

from handoff.conversation import ConversationId
from handoff.files import FETCH_LEASE_MS, Fetch, FetchState, Wish
from handoff.store.memory_records import Memory


class MemoryWishes:
    """`handoff.files.Wishes` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def want(self, wish: Wish, *, again: bool = False) -> None:
        memory, place = self._memory, (wish.conversation, wish.ref)
        known = memory.fetches.get(place)
        if known and (not again or known[1].state is FetchState.WANTED):
            return
        memory.fetches[place] = (wish, Fetch(FetchState.WANTED))
        memory.files.due[place] = memory.now()
        memory.knock("files")

    async def take(self, most: int) -> tuple[Wish, ...]:
        now = self._memory.now()
        due = self._memory.files.due_by(now)[:most]
        for place in due:
            self._memory.files.due[place] = now + FETCH_LEASE_MS
        return tuple(self._memory.fetches[place][0] for place in due)

    async def tell(self, wish: Wish, fetch: Fetch) -> bool:
        memory, place = self._memory, (wish.conversation, wish.ref)
        known = memory.fetches.get(place)
        if known is None or known[1].state is not FetchState.WANTED:
            return known is not None and known[1] == fetch
        memory.fetches[place] = (known[0], fetch)
        memory.files.due.pop(place, None)
        cases = [c for c in memory.cases.values() if c.conversation == wish.conversation]
        memory.event("file.fetched", memory.lane(wish.conversation), cases[-1].id if cases else "")
        return True

    async def fetches(self, conversation_id: ConversationId) -> dict[str, Fetch]:
        found = self._memory.fetches.items()
        return {ref: fetch for (c, ref), (_, fetch) in found if c == conversation_id}
