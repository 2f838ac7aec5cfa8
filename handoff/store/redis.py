"""The store over Redis or Valkey: connect, and put the ports together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, TimeoutError

from handoff.ports import Store
from handoff.store.address import sentinel_address
from handoff.store.calls import Calls
from handoff.store.keys import Keys
from handoff.store.lean import LeanPool, Led, loyal
from handoff.store.link import Link
from handoff.store.records import wall_ms
from handoff.store.redis_accounts import RedisAccounts, RedisGate
from handoff.store.redis_agenda import RedisSends, RedisTurns
from handoff.store.redis_cases import RedisCases
from handoff.store.redis_conversations import RedisConversations, RedisPresence
from handoff.store.redis_drafts import RedisDrafts
from handoff.store.redis_gaps import RedisGaps
from handoff.store.redis_house import RedisEvents, RedisHouse
from handoff.store.redis_shelf import RedisShelf
from handoff.store.redis_spots import RedisSpots
from handoff.store.redis_upkeep import RedisUpkeep
from handoff.store.redis_wishes import RedisWishes
from handoff.store.scripts import Scripts
from handoff.store.standing import Standing
from handoff.store.troubles import GARBLED

TIMEOUT_SECONDS = 1.5
CONNECTIONS = 16
_REPEATED = (ConnectionError, TimeoutError, GARBLED)


def connect(
    url: str, standing: Standing | None = None, *, patient: bool = False
) -> redis.asyncio.Redis:
    """A client whose pool waits instead of raising in a burst. Patient clients are for blocking
    commands only: `Link.patiently` gives each its deadline.
    """
    standing = standing or Standing(sentinel_address(url))
    options: dict[str, Any] = {
        "max_connections": CONNECTIONS * (4 if patient else 1),
        "timeout": TIMEOUT_SECONDS,
        "socket_timeout": None if patient else TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "retry": Retry(ExponentialBackoff(cap=0.2, base=0.02), 1, _REPEATED),
        "protocol": 3,
        "driver_info": None,
        "standing": standing,
    }
    address = standing.address
    if address is None:
        pool = LeanPool.from_url(url, **options)
        pool.connection_class = loyal(pool.connection_class)  # TCP, TLS or socket, by the address
    else:
        options |= {"username": address.login.user or None, "db": address.db}
        options |= {"password": address.login.password or None, "connection_class": Led}
        pool = LeanPool(**options)
    standing.watch(pool)
    return redis.asyncio.Redis.from_pool(pool)


@asynccontextmanager
async def open_link(url: str, *, fence: str) -> AsyncIterator[Link]:
    """The way to the server at `url`; `fence` is a key of ours that only `WAIT` needs."""
    standing = Standing(sentinel_address(url))
    client = connect(url, standing)
    try:
        yield Link(client, standing, fence=fence)
    finally:
        await client.aclose()


@asynccontextmanager
async def open_store(
    url: str, shop: str, *, now: Callable[[], int] | None = None
) -> AsyncIterator[Store]:
    """The store of `shop` on the server at `url`; nothing is connected before the first call.

    `now` (ms) moves time in tests; without it scripts use the server's clock.
    """
    standing = Standing(sentinel_address(url))
    client, patient = connect(url, standing), connect(url, standing, patient=True)
    keys = Keys(shop)
    link, waiting = Link(client, standing, fence=keys.fence), Calls(Link(patient, standing))
    scripts, calls, clock = Scripts(link, keys.prefix, now), Calls(link), now or wall_ms
    try:
        yield Store(
            turns=RedisTurns(scripts, keys),
            sends=RedisSends(scripts, keys),
            spots=RedisSpots(calls, keys, clock),
            cases=RedisCases(scripts, calls, keys, clock),
            conversations=RedisConversations(calls, keys),
            wishes=RedisWishes(scripts, calls, keys),
            drafts=RedisDrafts(calls, keys),
            presence=RedisPresence(calls, keys, clock),
            events=RedisEvents(calls, keys, waiting),
            accounts=RedisAccounts(scripts, calls, keys, clock),
            gate=RedisGate(calls, keys, clock),
            shelf=RedisShelf(scripts, calls, keys),
            upkeep=RedisUpkeep(scripts, calls, keys, clock),
            gaps=RedisGaps(calls, keys, clock),
            house=RedisHouse(scripts, calls, keys, patient=waiting, now=clock),
        )
    finally:
        await client.aclose()
        await patient.aclose()
