"""Ask the sentinels who the primary is.

All are asked at once and the one with the newest election counts: in a partition the first to
answer may be the one that has not heard of it. redis-py's own Sentinel believes the first, and its
pool raises in a burst instead of waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from handoff.store.address import SentinelAddress

ASK_SECONDS = 0.5

Told = Mapping[str, Any]
"""What a sentinel says of its service, as redis-py reads it."""


class NoPrimary(redis.ConnectionError):
    """No sentinel answers, or they agree that the primary is gone and have no other yet."""


@dataclass(frozen=True, slots=True)
class Primary:
    """Where the primary is, and whether the sentinels know replicas of it, reachable or not."""

    host: str
    port: int
    has_replicas: bool


def newest(told: Iterable[Told | None]) -> Primary:
    """The primary of the newest election. Raises NoPrimary."""
    known = [one for one in told if one]
    if not known:
        raise NoPrimary("no sentinel answers")
    best = max(known, key=lambda one: int(one["config-epoch"]))
    if best["is_odown"]:
        raise NoPrimary("the primary is down")
    return Primary(str(best["ip"]), int(best["port"]), int(best["num-slaves"]) > 0)


async def find_primary(address: SentinelAddress) -> Primary:
    """Ask them all at once. Raises NoPrimary."""
    return newest(await asyncio.gather(*(_ask(address, *node) for node in address.sentinels)))


async def _ask(address: SentinelAddress, host: str, port: int) -> Told | None:
    client = redis.asyncio.Redis(
        host=host, port=port, retry=AsyncRetry(NoBackoff(), 0), **_options(address)
    )
    try:
        told: Any = await client.sentinel_master(address.service)
        return dict(told)
    except (redis.RedisError, OSError):
        return None
    finally:
        await client.aclose()


def find_primary_blocking(address: SentinelAddress) -> Primary:
    """The same for a blocking client, one sentinel after the other. Raises NoPrimary."""
    return newest([_ask_blocking(address, *node) for node in address.sentinels])


def _ask_blocking(address: SentinelAddress, host: str, port: int) -> Told | None:
    with redis.Redis(
        host=host, port=port, retry=Retry(NoBackoff(), 0), **_options(address)
    ) as client:
        try:
            told: Any = client.sentinel_master(address.service)
        except (redis.RedisError, OSError):
            return None
        return dict(told)


def _options(address: SentinelAddress) -> dict[str, Any]:
    login = address.sentinel_login
    return {
        "username": login.user or None,
        "password": login.password or None,
        "socket_timeout": ASK_SECONDS,
        "socket_connect_timeout": ASK_SECONDS,
        "decode_responses": True,
        "driver_info": None,
    }
