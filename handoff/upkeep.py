"""What those on duty need of the store: alerts told on, notices of the house, what was set aside,
repairs and who made them.

Values and a port; `handoff/store/*_upkeep.py` keep them, `handoff/ops` uses them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from handoff.conversation import ConversationId
from handoff.words import Word

DEAD_LETTERS_KEPT = 10_000
"""So many are kept; an alert is open long before the oldest goes."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How long the lane that is due longest has waited, in seconds: to be thought about, and to be
    spoken in. 0 when nothing is due."""

    turns_seconds: float
    sends_seconds: float


class Upkeep(Protocol):
    """The store's side of running the shop."""

    async def lag(self) -> Lag:
        """How late turns and sends are."""

    async def processes(self) -> dict[str, float]:
        """When each process of the last day reported last (epoch seconds), but those that left."""

    async def leave(self, process: str) -> None:
        """This process ends in order: nobody will miss it."""

    async def told(self, sink: str) -> dict[str, str]:
        """The alerts that `sink` was told of and not yet that they are over: name -> since."""

    async def tell(self, sink: str, name: str, since: str) -> None:
        """Note that `sink` knows the alert as open `since`, or as over when `since` is empty."""

    async def notify(self, conversation: ConversationId, word: Word, *, op: str) -> bool:
        """Queue a notice of the house in a lane, without a line in its transcript; False when `op`
        was seen before."""
