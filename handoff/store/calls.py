"""Plain commands of Redis, with its troubles told as `StoreDown`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import redis.asyncio
from redis.asyncio.client import Pipeline

from handoff.errors import StoreDown
from handoff.store.scripts import is_down


class _Transaction(Pipeline):
    """Errors stay as the server sent them: with their code in front, and without our data."""

    def annotate_exception(
        self, exception: Exception, number: int, command: Iterable[object]
    ) -> None:
        pass


class Calls:
    """Commands for which no script is needed: reads, and writes that are safe to repeat."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._command: Callable[..., Awaitable[Any]] = client.execute_command

    async def one(self, *command: Any) -> Any:
        """Run one command; raises StoreDown."""
        try:
            return await self._command(*command)
        except Exception as error:
            raise _translated(error) from error

    async def both(self, *commands: tuple[Any, ...]) -> list[Any]:
        """Run several commands in one step (MULTI); raises StoreDown."""
        if not commands:
            return []
        try:
            async with self._transaction() as pipeline:
                for command in commands:
                    pipeline.execute_command(*command)
                return list(await pipeline.execute())
        except Exception as error:
            raise _translated(error) from error

    def _transaction(self) -> _Transaction:
        client = self._client
        return _Transaction(client.connection_pool, client.response_callbacks, True, None)


def _translated(error: Exception) -> Exception:
    return StoreDown(type(error).__name__) if is_down(error) else error


def pairs(rows: list[Any]) -> list[tuple[bytes, float]]:
    """Scores come as pairs (RESP3) or flat (RESP2)."""
    if rows and isinstance(rows[0], list | tuple):
        return [(member, score) for member, score in rows]
    return list(zip(rows[::2], rows[1::2], strict=True))
