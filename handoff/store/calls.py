"""Plain commands of Redis, with its troubles told as `StoreDown`."""

from __future__ import annotations

from typing import Any

from handoff.store.link import Link


class Calls:
    """Commands for which no script is needed: reads, and writes that are safe to repeat."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def one(self, *command: Any) -> Any:
        """Run one command; raises StoreDown."""
        (reply,) = await self._link.replies((command,))
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def patiently(self, *command: Any, seconds: float) -> Any:
        """Run one command that may block for so long; raises StoreDown."""
        return await self._link.patiently(command, seconds)

    async def both(self, *commands: tuple[Any, ...]) -> list[Any]:
        """Run several commands in one step (MULTI); raises StoreDown."""
        return await self._link.whole(commands) if commands else []


def pairs(rows: list[Any]) -> list[tuple[bytes, float]]:
    """Scores come as pairs (RESP3) or flat (RESP2)."""
    if rows and isinstance(rows[0], list | tuple):
        return [(member, score) for member, score in rows]
    return list(zip(rows[::2], rows[1::2], strict=True))
