"""How many turns a process thinks about at once, and who fills a place that gets free.

While intake finds places it leases fresh lanes with the write, which is quick. Where lanes already
wait for a place, older mail goes first: then intake gets none. Pure.
"""

from __future__ import annotations

TAKE_MOST = 32
TAKE_LEAST = 8
"""While lanes wait, so many places are filled at once: a take for each one costs more."""


class Room:
    """The places of one loop of turns."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._used = 0
        self._behind = False

    def enter(self, turns: int) -> None:
        """So many turns begin."""
        self._used += turns

    def leave(self) -> bool:
        """A turn ends; returns whether lanes that wait should be taken now."""
        self._used -= 1
        return self._behind and self._free >= min(TAKE_LEAST, self._places)

    def for_fresh(self) -> int:
        """How many lanes may be leased as they are written down: none while others wait."""
        return 0 if self._behind else self._free

    def for_waiting(self) -> int:
        """How many lanes may be taken from the agenda; without a place, some may wait for one."""
        if not self._free:
            self._behind = True
        return min(TAKE_MOST, self._free)

    def taken(self, lanes: int, most: int) -> bool:
        """So many of at most so many were there; returns whether there may be more."""
        self._behind = lanes == most
        return self._behind

    @property
    def _free(self) -> int:
        return max(0, self._places - self._used)
