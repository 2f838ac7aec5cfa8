"""Work the queue's figures out: a place, an honest wait, the next opening.

Pure: figures of the store in, an outlook out. What is said about it is the phrasebook's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

MINUTE = 60
_LEAST_CLAIMS = 3
"""Fewer claims than this say nothing about the speed of service."""
_RANGE = 1.5


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """What the store said: how many wait before each rank, who is there, the last claims."""

    ahead: Mapping[float, int] = field(default_factory=dict)
    agents_present: int = 0
    claims: Sequence[tuple[float, float]] = ()
    """(epoch seconds of the claim, seconds waited), oldest first."""


@dataclass(frozen=True, slots=True)
class QueueOutlook:
    """What a customer can be told. The wait is a range in whole minutes; `promise_at` its end."""

    position: int
    wait_seconds: tuple[int, int]
    agents_present: int
    open_now: bool
    next_opening: datetime | None
    promise_at: datetime
    measured: bool = False
    """The wait comes from the measured rate of service; else it is the house's default."""
