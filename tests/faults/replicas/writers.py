"""Who writes while servers fall: customers, as intake writes them down, and a naive program that
believes every OK. No tests here.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from handoff.agenda import Mail, MailKind
from handoff.conversation import ConversationId
from handoff.errors import StoreDown
from handoff.ports import Store
from tests.faults.replicas.cluster import HERE, Node, until

AT_ONCE = 4


class Customers:
    """Each writes on and on; what intake could not confirm it is told again, as Telegram does."""

    def __init__(self, store: Store) -> None:
        self.confirmed = list[int]()
        self.in_flight = 0
        self._store = store
        self._numbers = itertools.count(1)

    async def write(self) -> None:
        while True:
            await self._confirmed(next(self._numbers))

    async def _confirmed(self, number: int) -> None:
        self.in_flight += 1
        while True:
            try:
                await self._accept(number)
            except StoreDown:
                await asyncio.sleep(0.02)
            else:
                break
        self.in_flight -= 1
        self.confirmed.append(number)

    async def _accept(self, number: int) -> int:
        where = ConversationId(f"tg-1-{number % 20}")
        mail = Mail(number, where, MailKind.MESSAGE, b"%d" % number)
        return (await self._store.turns.accept("bot", [mail], owner="", room=0)).new

    async def have_written(self, more: int) -> float:
        """Wait until so many more are confirmed; how long that took."""
        goal = len(self.confirmed) + more
        return await until(lambda: self._reached(goal))

    async def _reached(self, goal: int) -> bool:
        return len(self.confirmed) >= goal

    async def lost(self) -> list[int]:
        """Confirmed, and the store has never heard of them."""
        confirmed = self.confirmed[:]
        fresh = await asyncio.gather(*map(self._accept, confirmed))
        return [number for number, new in zip(confirmed, fresh, strict=True) if new]


@asynccontextmanager
async def writing(store: Store) -> AsyncIterator[Customers]:
    """Customers at work."""
    customers = Customers(store)
    tasks = [asyncio.ensure_future(customers.write()) for _ in range(AT_ONCE)]
    try:
        yield customers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def believed(node: Node, seconds: float) -> int:
    """How many plain writes a server acknowledges meanwhile, to whoever can reach it."""
    client = redis.asyncio.Redis(
        host=HERE, port=node.gate.port, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )
    count, until_then = 0, time.monotonic() + seconds
    with suppress(redis.RedisError):
        while time.monotonic() < until_then:
            await client.rpush("believed", count)
            count += 1
    await client.aclose()
    return count
