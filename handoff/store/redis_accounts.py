"""Who may come in: accounts and sessions of agents, failed logins and proofs, in Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handoff.agents import Agent, AgentId, login_wait
from handoff.store.calls import Calls
from handoff.store.keys import Keys
from handoff.store.records import decode_agent, encode_agent
from handoff.store.scripts import Scripts

HOUR_SECONDS = 3600
DAY_SECONDS = 86_400


class RedisGate:
    """`handoff.ports.Gate`: failures in a moving window, each counted once per operation."""

    def __init__(self, calls: Calls, keys: Keys, now: Callable[[], int]) -> None:
        self._calls = calls
        self._keys = keys
        self._now = now

    def _windows(self, contact: str, order_no: str) -> tuple[tuple[str, int], tuple[str, int]]:
        return (
            (self._keys.of(f"tries:contact:{contact}"), HOUR_SECONDS),
            (self._keys.of(f"tries:order:{order_no}"), DAY_SECONDS),
        )

    async def failures(self, contact: str, order_no: str) -> tuple[int, int]:
        first, second = await self._calls.both(
            *(
                ("ZCOUNT", key, self._now() - seconds * 1000, "+inf")
                for key, seconds in self._windows(contact, order_no)
            )
        )
        return int(first), int(second)

    async def failed(self, contact: str, order_no: str, *, op: str) -> tuple[int, int]:
        commands: list[tuple[Any, ...]] = []
        for key, seconds in self._windows(contact, order_no):
            commands += [("ZADD", key, "NX", self._now(), op), ("EXPIRE", key, seconds)]
        await self._calls.both(*commands)
        return await self.failures(contact, order_no)


class RedisAccounts:
    """`handoff.ports.Accounts`: agents, desk sessions and failed logins."""

    def __init__(self, scripts: Scripts, calls: Calls, keys: Keys, now: Callable[[], int]) -> None:
        self._run = scripts.run
        self._calls = calls
        self._key = keys.of
        self._now = now

    async def save_agent(self, agent: Agent) -> None:
        await self._calls.one("HSET", self._key("agents"), agent.id, encode_agent(agent))

    async def agent(self, agent_id: AgentId) -> Agent | None:
        raw = await self._calls.one("HGET", self._key("agents"), agent_id)
        return decode_agent(agent_id, raw) if raw else None

    async def agents(self) -> tuple[Agent, ...]:
        rows = await self._calls.one("HGETALL", self._key("agents"))
        return tuple(decode_agent(key.decode(), raw) for key, raw in sorted(rows.items()))

    async def open_session(self, token_hash: str, agent: AgentId, *, life_seconds: int) -> None:
        key = self._key(f"session:{token_hash}")
        await self._calls.both(
            (
                "HSET",
                key,
                "agent",
                agent,
                "until",
                self._now() + life_seconds * 1000,
                "seen",
                self._now(),
            ),
            ("EXPIRE", key, life_seconds),
        )

    async def session(self, token_hash: str, *, idle_seconds: int) -> AgentId | None:
        key = self._key(f"session:{token_hash}")
        agent, until, seen = await self._calls.one("HMGET", key, "agent", "until", "seen")
        if not agent or self._now() > int(until) or self._now() > int(seen) + idle_seconds * 1000:
            return None
        if (
            self._now() > int(seen) + 10_000
        ):  # not at every request: the session is read far more often than it ages
            await self._run("touch_session", [key], self._now())
        return AgentId(agent.decode())

    async def close_session(self, token_hash: str) -> None:
        await self._calls.one("DEL", self._key(f"session:{token_hash}"))

    async def close_sessions(self, agent: AgentId) -> None:
        cursor = b"0"
        while True:  # through every key there is, which a new password is worth
            pattern = self._key("session:*")
            cursor, keys = await self._calls.one("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            owners = await self._calls.both(*(("HGET", key, "agent") for key in keys))
            theirs = [
                key for key, owner in zip(keys, owners, strict=True) if owner == agent.encode()
            ]
            if theirs:
                await self._calls.one("DEL", *theirs)
            if int(cursor) == 0:
                return

    async def login_failed(self, key: str) -> float:
        name = self._key(f"login:{key}")
        count, _, _ = await self._calls.both(
            ("HINCRBY", name, "count", 1),
            ("HSET", name, "at", self._now()),
            ("EXPIRE", name, DAY_SECONDS),
        )
        return login_wait(int(count))

    async def login_wait(self, key: str) -> float:
        count, at = await self._calls.one("HMGET", self._key(f"login:{key}"), "count", "at")
        if not count:
            return 0.0
        return max(0.0, login_wait(int(count)) - (self._now() - int(at)) / 1000)

    async def login_worked(self, key: str) -> None:
        await self._calls.one("DEL", self._key(f"login:{key}"))
