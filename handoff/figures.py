"""Work the queue's figures out: a place, an honest wait, the next opening.

Pure: figures of the store in, an outlook out. What is said about it is the phrasebook's business.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handoff.calendar import OpeningHours

CLAIM_WINDOW_SECONDS = 3600
PACE_SECONDS = 15 * 60
"""The claims of this long tell how fast the queue clears."""
_MINUTE = 60
_LEAST_CLAIMS = 3  # Fewer claims say nothing about the speed of service.
_SPREAD = 1.5
_USUAL = 0.8  # The wait that four of five customers stayed below.


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """What the store said: how many wait before this place, who is there, the last claims."""

    ahead: int = 0
    agents_present: int = 0
    claims: Sequence[tuple[float, float]] = ()
    """(epoch seconds of the claim, seconds waited), oldest first."""


@dataclass(frozen=True, slots=True)
class QueueOutlook:
    """What a customer can be told. The wait is a range in whole minutes; `promise_at` its end."""

    position: int
    """From 1; 0 when it is not known."""
    wait_seconds: tuple[int, int]
    agents_present: int
    open_now: bool
    next_opening: datetime | None
    promise_at: datetime

    @property
    def nobody_until(self) -> datetime | None:
        """The next opening when nobody is there and the shop is closed."""
        away = not self.agents_present and not self.open_now
        return self.next_opening if away else None


def outlook(snapshot: QueueSnapshot | None, hours: OpeningHours, now: datetime) -> QueueOutlook:
    """What to expect at the place that was asked about; without a snapshot none is known."""
    seen = snapshot or QueueSnapshot()
    position = seen.ahead + 1 if snapshot else 0
    open_now, opening = hours.open_at(now), hours.next_opening(now)
    measured = _measured(seen, position, now)
    wait = measured or _default(seen, position, hours)
    waits_from = opening if opening and not (seen.agents_present or open_now) else now
    return QueueOutlook(
        position=position,
        wait_seconds=wait,
        agents_present=seen.agents_present,
        open_now=open_now,
        next_opening=opening,
        promise_at=waits_from + timedelta(seconds=wait[1]),
    )


def _measured(seen: QueueSnapshot, position: int, now: datetime) -> tuple[int, int] | None:
    if not seen.agents_present or len(seen.claims) < _LEAST_CLAIMS:
        return None
    span = max(now.timestamp() - seen.claims[0][0], _MINUTE)
    by_rate = position * span / len(seen.claims)
    # A calm hour has few claims because few came; then the waits themselves tell more.
    waits = sorted(waited for _at, waited in seen.claims)
    rounds = math.ceil(position / seen.agents_present)
    by_waits = waits[int(_USUAL * (len(waits) - 1))] * rounds
    wait = min(by_rate, max(by_waits, _MINUTE * rounds))
    return _minutes(wait), _minutes(wait * _SPREAD)


def _default(seen: QueueSnapshot, position: int, hours: OpeningHours) -> tuple[int, int]:
    rounds = max(math.ceil(position / max(seen.agents_present, 1)), 1)
    wait = _minutes(hours.first_response_minutes * _MINUTE * rounds)
    return wait, wait


def _minutes(seconds: float) -> int:
    """Whole minutes in seconds, rounded up, at least one."""
    return max(math.ceil(seconds / _MINUTE), 1) * _MINUTE


def minutes_to_clear(depth: int, claims: int) -> float | None:
    """Waiting cases by the claims within `PACE_SECONDS`; None when nobody was taken in them."""
    if not depth:
        return 0.0
    return depth * PACE_SECONDS / _MINUTE / claims if claims else None
