"""Refuse a Redis that would forget: eviction, no journal, a cluster, or an unpatched version.

It judges the server behind REDIS_URL before anything is written to it, and changes nothing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from handoff.errors import StartRefused
from handoff.store.address import sentinel_address
from handoff.store.sentinel import find_primary
from handoff.store.server_binary import Version, is_patched

NO_ANSWER = (
    "The server behind REDIS_URL does not answer ({error}). "
    "Is it running, and are address, user and password right?"
)
OVERRIDE = "REDIS_UNSAFE=1 starts anyway."
_log = structlog.get_logger(__name__)

Facts = Mapping[str, str]
"""Of INFO and, where it is allowed, CONFIG GET; what is missing the server does not tell."""


async def check_server(url: str, *, unsafe: bool) -> None:
    """Raise StartRefused when the server would lose things; with `unsafe` only log the reasons."""
    facts = await _read_facts(url)
    reasons = list(reasons_against(facts))
    if reasons and not unsafe:
        raise StartRefused("\n".join((*reasons, OVERRIDE)))
    for reason in reasons:
        _log.warning("server.unsafe", reason=reason)


def reasons_against(facts: Facts) -> list[str]:
    """Say why a server with these facts must not hold conversations, each with its remedy."""
    checks = (_cluster(facts), _version(facts), _eviction(facts), _persistence(facts))
    return [reason for reason in checks if reason]


def _cluster(facts: Facts) -> str:
    if facts.get("cluster_enabled", "0") == "0":
        return ""
    return (
        "REDIS_URL names a Redis Cluster. RQ, which runs our chores, cannot work on one: "
        "its jobs span several slots. Use one primary (with replicas and Sentinel, or a managed "
        "one with cluster mode off); several shops may share it."
    )


def _version(facts: Facts) -> str:
    version = _parse(facts.get("redis_version", ""))
    if version is None or is_patched(version):
        return ""
    return (
        f"REDIS_URL names a Redis {'.'.join(map(str, version))}, whose Lua can be broken out of. "
        "Update it to 7.0 or newer, or to 6.2.20 or newer 6.2."
    )


def _eviction(facts: Facts) -> str:
    policy = facts.get("maxmemory-policy") or facts.get("maxmemory_policy") or "noeviction"
    if policy == "noeviction":
        return ""
    return (
        "The server behind REDIS_URL throws conversations away when its memory is full "
        f"(maxmemory-policy {policy}). Set `maxmemory-policy noeviction` there, in redis.conf or "
        "in the provider's parameters."
    )


def _persistence(facts: Facts) -> str:
    if facts.get("appendonly", "yes") == "yes" and facts.get("aof_enabled", "1") == "1":
        return ""
    return (
        "The server behind REDIS_URL keeps no journal (appendonly is off; snapshots alone lose "
        "what came after them). Set `appendonly yes` and `appendfsync always` there."
    )


def _parse(version: str) -> Version | None:
    parts = version.split(".")
    if len(parts) < 3 or not all(part.isdigit() for part in parts[:3]):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


async def _read_facts(url: str) -> Facts:
    try:
        client = await _client(url)
    except RedisError as error:
        raise StartRefused(NO_ANSWER.format(error=type(error).__name__)) from error
    try:
        facts = {name: str(value) for name, value in (await client.info("everything")).items()}
        facts.update(await _read_config(client))
    except RedisError as error:
        raise StartRefused(NO_ANSWER.format(error=type(error).__name__)) from error
    finally:
        await client.aclose()
    if facts.get("appendonly") == "yes" and facts.get("appendfsync") not in (None, "always"):
        _log.warning("server.may_forget_a_second", appendfsync=facts["appendfsync"])
    return facts


async def _client(url: str) -> Redis:
    """A client of the server, or of the primary that the sentinels name."""
    options: dict[str, Any] = {"decode_responses": True, "socket_connect_timeout": 3}
    options["retry"] = Retry(NoBackoff(), 0)
    address = sentinel_address(url)
    if address is None:
        return Redis.from_url(url, **options)
    primary, login = await find_primary(address), address.login
    return Redis(
        host=primary.host,
        port=primary.port,
        db=address.db,
        username=login.user or None,
        password=login.password or None,
        **options,
    )


async def _read_config(client: Redis) -> Facts:
    try:
        told = await client.config_get("maxmemory-policy", "appendonly", "appendfsync")
    except ResponseError:  # Managed servers forbid CONFIG or do not know it.
        _log.warning("server.config_hidden", remedy="judged by INFO; ask the provider for AOF")
        return {}
    return {str(name): str(value) for name, value in told.items()}
