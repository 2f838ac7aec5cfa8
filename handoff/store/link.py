"""The way to the server: every command passes here, with a deadline, and with patience for nothing
that is away.

What promises something is waited for until a replica has it, where there are replicas. After some
failures in a row the server is left alone, and asked again by one call now and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import redis.asyncio
from redis.asyncio.client import Pipeline

from handoff.breaker import Breaker
from handoff.errors import StoreDown, StoreTrouble, StoreUncertain
from handoff.store.lean import LeanPool
from handoff.store.standing import Standing
from handoff.store.troubles import named, trouble_of

Command = tuple[Any, ...]

CALL_SECONDS = 3.0
"""For a call with everything: a connection, a second try, a new primary."""
REPLICA_MS = 500
"""For one replica to write down what the primary has."""
FAILURES = 3
PAUSE_SECONDS = 0.25


class _Whole(Pipeline):
    """Errors stay as the server sent them: with their code, and without our data."""

    def annotate_exception(self, exception: Exception, number: int, command: object) -> None:
        pass


class Unreplicated(StoreUncertain):
    """Done, but no replica has it yet: what the server said, for whoever must take it back."""

    def __init__(self, reply: Any) -> None:
        super().__init__()
        self.reply = reply


class Link:
    """A client of one server, and what is known of its health."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        standing: Standing,
        *,
        fence: str = "",
    ) -> None:
        self._client = client
        self._command: Callable[..., Awaitable[Any]] = client.execute_command
        assert isinstance(client.connection_pool, LeanPool)
        self._pool = client.connection_pool
        self._standing = standing
        self._fence = fence
        self._breaker = Breaker(failures=FAILURES, pause_seconds=PAUSE_SECONDS)

    async def replies(self, commands: Sequence[Command], *, lasting: bool = False) -> list[Any]:
        """What the server says to each, in one go; an error in the place of a reply. Where replicas
        exist, a lasting command whose effect none of them has comes back as Unreplicated.
        """
        if not self._breaker.allows():
            return [StoreDown(StoreTrouble.LEFT_ALONE)] * len(commands)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                found = await (self._lasting(commands) if lasting else self._said(commands))
        except Exception as error:
            found = [error] * len(commands)
        self._judge(found[0])
        if self._standing.is_doubted:
            await self._standing.let_go()
        return [named(one) if isinstance(one, Exception) else one for one in found]

    async def whole(self, commands: Sequence[Command]) -> list[Any]:
        """Several commands in one step (MULTI); raises StoreDown."""
        if not self._breaker.allows():
            raise StoreDown(StoreTrouble.LEFT_ALONE)
        found: Any = None
        try:
            async with asyncio.timeout(CALL_SECONDS), self._pipeline(whole=True) as pipeline:
                for command in commands:
                    pipeline.execute_command(*command)
                found = list(await pipeline.execute())
        except Exception as error:
            found = error
            raise named(error) from error
        finally:
            self._judge(found)
        return list(found)

    async def patiently(self, command: Command, seconds: float) -> Any:
        """A command that may block for so long; raises StoreDown."""
        try:
            async with asyncio.timeout(seconds + CALL_SECONDS):
                return await self._command(*command)
        except Exception as error:
            raise named(error) from error

    async def _said(self, commands: Sequence[Command]) -> list[Any]:
        found = await self._pool.exchange(commands)
        for place, command in enumerate(commands):
            as_told = self._client.response_callbacks.get(command[0])  # "OK" is True, for one
            if as_told is not None and not isinstance(found[place], Exception):
                found[place] = as_told(found[place])
        return found

    async def _lasting(self, commands: Sequence[Command]) -> list[Any]:
        if not await self._standing.ask(self._command):
            return await self._said(commands)
        # WAIT looks at the last write of its own connection, and a repeated operation writes
        # nothing: the fence is a write behind whatever it was that wrote.
        fence = (("INCR", self._fence), ("WAIT", 1, REPLICA_MS))
        *found, _, copies = await self._said((*commands, *fence))
        if isinstance(copies, int) and copies > 0:
            return found
        self._standing.doubt()
        return [one if isinstance(one, Exception) else Unreplicated(one) for one in found]

    def _pipeline(self, *, whole: bool = False) -> Pipeline:
        client = self._client
        return _Whole(client.connection_pool, client.response_callbacks, whole, None)

    def _judge(self, outcome: Any) -> None:
        silent = isinstance(outcome, Exception) and trouble_of(outcome) is StoreTrouble.UNREACHABLE
        if silent:
            self._breaker.failed()
        else:
            self._breaker.worked()
