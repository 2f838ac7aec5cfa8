"""A look at the queue that turns share: who is there, and how fast cases are taken.

Both are the same for everybody who waits, so they are asked for once a second at most, however many
are handed over in that second; the place of each is asked for alone. It keeps nothing longer, and a
look that failed is not kept at all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from handoff.agents import AgentId
from handoff.ports import Cases, Presence

FRESH_SECONDS = 1.0
_Seen = TypeVar("_Seen")


class Glance:
    """`bot.facts.Queue` of one process."""

    def __init__(
        self, cases: Cases, presence: Presence, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cases = cases
        self._present = _Shared(presence.present, clock)
        self._clock = clock
        self._claims: dict[int, _Shared[tuple[tuple[float, float], ...]]] = {}

    async def ahead(self, rank: float) -> int:
        """How many wait before `rank`, now."""
        return await self._cases.ahead(rank)

    async def present(self) -> tuple[AgentId, ...]:
        """Who was there within the last second."""
        return await self._present.seen()

    async def claimed_within(self, seconds: int) -> tuple[tuple[float, float], ...]:
        """The claims as they were within the last second."""
        if seconds not in self._claims:
            asking = self._cases.claimed_within
            self._claims[seconds] = _Shared(lambda: asking(seconds), self._clock)
        return await self._claims[seconds].seen()


class _Shared(Generic[_Seen]):
    """One question that many ask."""

    def __init__(self, ask: Callable[[], Awaitable[_Seen]], clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self._at = 0.0
        self._asked: asyncio.Future[_Seen] | None = None

    async def seen(self) -> _Seen:
        """The answer, or the one that is on its way."""
        asked = self._asked
        if asked is None or self._is_over(asked):
            asked = self._asked = asyncio.ensure_future(self._ask())
            self._at = self._clock()
        return await asyncio.shield(asked)  # one turn that gives up takes nothing from the others

    def _is_over(self, asked: asyncio.Future[_Seen]) -> bool:
        if not asked.done():
            return False
        return (
            asked.cancelled() or bool(asked.exception()) or self._clock() - self._at > FRESH_SECONDS
        )
