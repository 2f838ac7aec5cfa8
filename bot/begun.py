"""Begin turns a few at a time, and know which are under way.

A turn begins with a millisecond of thinking and then waits for the store. Were all begun at once,
the store would wait for the last thought and we for the last write; a few with each pass of the
loop, and both work at the same time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence

from handoff.agenda import Turn

A_PASS = 8
"""So many turns begin with a pass of the loop; fewer would make the calls to the store small."""

_Work = Coroutine[object, object, None]


class Begun:
    """Turns leased to this process, and the tasks that think about them."""

    def __init__(self, think: Callable[[Turn], _Work]) -> None:
        self._think = think
        self._leased: deque[Turn] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, turns: Sequence[Turn]) -> None:
        """Begin these behind those that wait."""
        waiting = bool(self._leased)
        self._leased.extend(turns)
        if not waiting:
            self._begin(A_PASS)

    def keep(self, work: _Work) -> None:
        """Do this beside the turns."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ended(self, seconds: float) -> None:
        """Begin what still waits; returns when everything has ended, or after so long."""
        self._begin(len(self._leased))
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)

    def _begin(self, most: int) -> None:
        for _ in range(min(most, len(self._leased))):
            self.keep(self._think(self._leased.popleft()))
        if self._leased:
            asyncio.get_running_loop().call_soon(self._begin, most)
