"""When people are there: opening hours, breaks and holidays of the shop.

It asks no clock; every question names its moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from handoff.errors import SeedErrors
from handoff.knowledge.articles import Both

if TYPE_CHECKING:
    from handoff.hours_seed import HoursSeed

HOURS_FILE = "hours.yaml"
_SEARCH_DAYS = 60
_NEWS_APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """Minutes of the day from and until; 1440 is midnight at its end."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of shifts (0 is Monday), days that differ, and what is promised unmeasured."""

    zone: ZoneInfo
    zone_name: Both
    week: tuple[tuple[Shift, ...], ...]
    special: Mapping[date, tuple[Shift, ...]]
    first_response_minutes: int
    news_every_hours: int
    """So often a customer hears of what is being looked into."""
    news_shift: Shift
    """When the bot may write first."""

    def next_news(self, moment: datetime, due: datetime) -> datetime:
        """When somebody who waits for `due` hears of it next: by day, and at `due` itself when
        hardly anything would lie between.
        """
        local = (moment + timedelta(hours=self.news_every_hours)).astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        if minute >= self.news_shift.end:
            local += timedelta(days=1)
        if not self.news_shift.start <= minute < self.news_shift.end:
            hour, minute = divmod(self.news_shift.start, 60)
            local = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return local if due - local >= _NEWS_APART else due

    def open_at(self, moment: datetime) -> bool:
        """Whether people are there at this moment."""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(shift.start <= minute < shift.end for shift in self._shifts(local.date()))

    def next_opening(self, moment: datetime) -> datetime | None:
        """When people come next, after `moment`; None when no shift is planned for weeks."""
        local = moment.astimezone(self.zone)
        return next((start for start in self._starts(local.date()) if start > local), None)

    def _shifts(self, day: date) -> tuple[Shift, ...]:
        special = self.special.get(day)
        return self.week[day.weekday()] if special is None else special

    def _starts(self, first: date) -> Iterator[datetime]:
        for days in range(_SEARCH_DAYS):
            day = first + timedelta(days=days)
            for shift in self._shifts(day):
                start = time(shift.start // 60, shift.start % 60)
                yield datetime.combine(day, start, tzinfo=self.zone)


def load_hours(seeds_dir: Path) -> OpeningHours:
    """Read `hours.yaml`; raises SeedErrors with every mistake in it."""
    from handoff.hours_seed import HoursSeed
    from handoff.knowledge.seedfiles import Faults, read_yaml

    faults = Faults(seeds_dir)
    seed = read_yaml(seeds_dir / HOURS_FILE, HoursSeed, faults)
    if seed is None:
        raise SeedErrors(faults.found)
    return _hours(seed)


def _hours(seed: HoursSeed) -> OpeningHours:
    return OpeningHours(
        zone=ZoneInfo(seed.zone),
        zone_name=Both(zh=seed.zone_name.zh, en=seed.zone_name.en),
        week=tuple(_shifts(shifts) for shifts in seed.week.in_order()),
        special={day.day: _shifts(day.shifts) for day in seed.special},
        first_response_minutes=seed.first_response_minutes,
        news_every_hours=seed.news.every_hours,
        news_shift=Shift(*seed.news.by_day),
    )


def _shifts(pairs: tuple[tuple[int, int], ...]) -> tuple[Shift, ...]:
    return tuple(Shift(start, end) for start, end in sorted(pairs))
