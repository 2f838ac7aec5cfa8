"""How opening hours are written down in `seeds/hours.yaml`, and what can be wrong in them.

Read through `handoff/calendar.py`; nobody else needs it.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_SHIFT = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_DAY_MINUTES = 24 * 60


def _pair(value: object) -> tuple[int, int]:
    found = _SHIFT.fullmatch(str(value))
    if found is None:
        raise ValueError('a shift is written "09:00-18:30"')
    hours, minutes, until_hours, until_minutes = map(int, found.groups())
    start, end = hours * 60 + minutes, until_hours * 60 + until_minutes
    if max(minutes, until_minutes) > 59 or not 0 <= start < end <= _DAY_MINUTES:
        raise ValueError("a shift ends after it begins, on the same day (24:00 at the latest)")
    return start, end


def _apart(pairs: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    ordered = sorted(pairs)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise ValueError("two shifts overlap")
    return pairs


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is no time zone such as Asia/Shanghai") from error
    return name


ShiftPair = Annotated[tuple[int, int], BeforeValidator(_pair)]
Shifts = Annotated[tuple[ShiftPair, ...], AfterValidator(_apart)]


class _Seed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NameSeed(_Seed):
    """A short text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class WeekSeed(_Seed):
    """The shifts of an ordinary week; an empty list is a day off."""

    monday: Shifts
    tuesday: Shifts
    wednesday: Shifts
    thursday: Shifts
    friday: Shifts
    saturday: Shifts
    sunday: Shifts

    def in_order(self) -> tuple[Shifts, ...]:
        """The days from Monday to Sunday."""
        first = (self.monday, self.tuesday, self.wednesday, self.thursday)
        return (*first, self.friday, self.saturday, self.sunday)


class DaySeed(_Seed):
    """A day that differs from its weekday."""

    day: date
    shifts: Shifts


class NewsSeed(_Seed):
    """How often, and between which hours, the bot writes first about what it looks into."""

    every_hours: int = Field(default=12, ge=1, le=72)
    by_day: ShiftPair = (9 * 60, 21 * 60)


class HoursSeed(_Seed):
    """The whole file."""

    zone: Annotated[str, AfterValidator(_zone)]
    zone_name: NameSeed
    first_response_minutes: int = Field(ge=1, le=24 * 60)
    week: WeekSeed
    news: NewsSeed = NewsSeed()
    special: tuple[DaySeed, ...] = ()
