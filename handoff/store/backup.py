"""Copy the lanes and accounts of a shop out of Redis, and bring them back into an empty one.

A lane is copied as of one moment. Agendas, queue, leases and sessions are not copied: they are made
anew, so that nothing old is said by itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from handoff.conversation import ConversationId
from handoff.store.calls import Calls
from handoff.store.keys import Keys
from handoff.store.redis import open_link
from handoff.store.redis_shelf import RedisShelf
from handoff.store.scripts import Scripts

WALK_CONVERSATIONS = 200
Dumps = tuple[tuple[str, bytes], ...]
"""Keys without the shop's prefix, and their values as the server dumps them."""


@dataclass(frozen=True, slots=True)
class Revived:
    """What was not said, and not read, in a restored lane."""

    words: int
    mail: int


class Copier:
    """Reads and writes whole lanes. Every method raises StoreDown."""

    def __init__(self, scripts: Scripts, calls: Calls, keys: Keys) -> None:
        self._run = scripts.run
        self._calls = calls
        self._keys = keys
        self._shelf = RedisShelf(scripts, calls, keys)

    async def lanes(self) -> AsyncIterator[tuple[ConversationId, Dumps]]:
        """Every conversation, each once."""
        cursor, seen = "0", set[ConversationId]()
        while True:
            cursor, names = await self._shelf.walk(cursor, WALK_CONVERSATIONS)
            for name in names:
                if name not in seen:
                    seen.add(name)
                    yield name, await self._lane(name)
            if cursor == "0":
                return

    async def _lane(self, conversation: ConversationId) -> Dumps:
        flat = await self._run("copy_lane", [], conversation)
        return tuple(
            (name.decode(), value) for name, value in zip(flat[::2], flat[1::2], strict=True)
        )

    async def accounts(self) -> Dumps:
        """The agents' accounts."""
        value = await self._calls.one("DUMP", self._keys.of("agents"))
        return (("agents", value),) if value else ()

    async def is_empty(self) -> bool:
        """Whether nobody has ever written to this shop."""
        cursor, names = await self._shelf.walk("0", WALK_CONVERSATIONS)
        while not names and cursor != "0":
            cursor, names = await self._shelf.walk(cursor, WALK_CONVERSATIONS)
        return not names

    async def put(self, dumps: Sequence[tuple[str, bytes]]) -> None:
        """Write keys as they were dumped, over what is there."""
        await self._calls.both(
            *(("RESTORE", self._keys.of(name), 0, value, "REPLACE") for name, value in dumps)
        )

    async def revive(self, conversation: ConversationId) -> Revived:
        """Make a lane that was put back safe: see `lua/revive_lane.lua`."""
        words, mail = await self._run("revive_lane", [self._keys.of("queue")], conversation)
        return Revived(int(words), int(mail))


@asynccontextmanager
async def open_copier(url: str, shop: str) -> AsyncIterator[Copier]:
    """A copier of the shop on the server at `url`."""
    keys = Keys(shop)
    async with open_link(url, fence=keys.fence) as link:
        yield Copier(Scripts(link, keys.prefix), Calls(link), keys)
