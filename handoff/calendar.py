"""When people are there: opening hours, breaks and holidays of the shop.

Pure once read: it asks no clock; every question names its moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

Shift = tuple[time, time]
"""From and until, within one day; `until` midnight means the end of the day."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of shifts (0 is Monday), days that differ, and the wait promised unmeasured."""

    zone: ZoneInfo
    week: tuple[tuple[Shift, ...], ...]
    special: Mapping[date, tuple[Shift, ...]]
    first_response_minutes: int
