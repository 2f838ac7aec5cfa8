"""What those on duty need of the store: alerts told on, notices of the house, what was set aside,
repairs and who made them.

Values and a port; `handoff/store/*_upkeep.py` keep them, `handoff/ops` uses them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handoff.conversation import ConversationId
from handoff.words import Word

STARTED = "process_start_time_seconds"
"""The level in a report that tells one life of a process from the next."""
AUDIT_KEPT = 100_000
DEAD_LETTERS_KEPT = 10_000
"""So many are kept; an alert is open long before the oldest goes."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How long the lane that is due longest has waited, in seconds: to be thought about, and to be
    spoken in. 0 when nothing is due."""

    turns_seconds: float
    sends_seconds: float


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """What the store's server holds, and when it is full: at its own limit, else at the machine's.
    0 and 0 where nobody counts."""

    used_bytes: int
    limit_bytes: int

    @property
    def share(self) -> float:
        """How full it is, 0 to 1; 0 where nobody counts."""
        return self.used_bytes / self.limit_bytes if self.limit_bytes else 0.0


@dataclass(frozen=True, slots=True)
class Audit:
    """Who did what to what, and why; the store gives id and time."""

    who: str
    what: str
    subject: str
    why: str
    id: str = ""
    at: datetime | None = None


class Upkeep(Protocol):
    """The store's side of running the shop."""

    async def lag(self) -> Lag:
        """How late turns and sends are."""

    async def memory_use(self) -> MemoryUse:
        """How full the server is; it evicts nothing and refuses writes when it is full."""

    async def processes(self) -> dict[str, float]:
        """When each process of the last day reported last (epoch seconds), but those that left."""

    async def totals(self) -> dict[str, float]:
        """What all processes have counted together since the shop began; a process that starts anew
        is no jump in it."""

    async def leave(self, process: str) -> None:
        """This process ends in order: nobody will miss it."""

    async def told(self, sink: str) -> dict[str, str]:
        """The alerts that `sink` was told of and not yet that they are over: name -> since."""

    async def tell(self, sink: str, name: str, since: str) -> None:
        """Note that `sink` knows the alert as open `since`, or as over when `since` is empty."""

    async def notify(self, conversation: ConversationId, word: Word, *, op: str) -> bool:
        """Queue a notice of the house in a lane, without a line in its transcript; False when `op`
        was seen before."""

    async def replay(self, letter_id: str) -> str:
        """Put a dead letter back where it came from: mail into its lane, a chore on its list, an
        update among the `replays`. Returns its kind; empty when there is no such letter.
        """

    async def drop(self, letter_id: str) -> bool:
        """Throw a dead letter away; False when there is none."""

    async def replays(self) -> list[bytes]:
        """Updates that wait to be received once more, oldest first; they stay until `replayed`."""

    async def replayed(self, raw: bytes) -> None: ...

    async def audit(self, entry: Audit) -> None:
        """Write down who did what; nothing ever changes a line."""

    async def audited(self, most: int = 50) -> list[Audit]:
        """What was done last, newest first."""

    def conversations(self) -> AsyncIterator[ConversationId]:
        """Every conversation the store knows, in no order, some perhaps twice."""

    async def mend(self, conversation: ConversationId) -> tuple[str, ...]:
        """Make the places that speak of a conversation agree; returns what was not so. One that is
        whole is not touched.
        """

    async def strays(self) -> tuple[str, ...]:
        """Take ids out of the lists of cases that lead to no case; returns them."""

    async def newer_cases(self) -> tuple[str, ...]:
        """Open cases that a later version wrote and this one cannot show."""

    async def adopt(self, conversation: ConversationId) -> tuple[str, ...]:
        """Take over what a later version wrote in a conversation: its memory as far as it can be
        read, its case as one that waits; mail goes to the dead letters and words count as failed.
        Returns what was adopted; only `busy` while somebody is at it who can read it.
        """
