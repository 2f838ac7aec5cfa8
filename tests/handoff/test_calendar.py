from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from handoff.calendar import load_hours
from handoff.errors import SeedErrors

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = """
zone: Asia/Shanghai
zone_name: {zh: 北京时间, en: Beijing time}
first_response_minutes: 10
week:
  monday: ["09:00-12:00", "13:00-18:00"]
  tuesday: ["09:00-18:00"]
  wednesday: ["09:00-18:00"]
  thursday: ["09:00-18:00"]
  friday: ["09:00-24:00"]
  saturday: []
  sunday: []
special:
  - {day: 2026-11-24, shifts: []}
  - {day: 2026-11-28, shifts: ["10:00-11:00"]}
"""


def _hours(tmp_path: Path, text: str = HOURS):
    (tmp_path / "hours.yaml").write_text(text, encoding="utf-8")
    return load_hours(tmp_path)


def _at(day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "clock", "is_open"),
    [
        (23, "08:59", False),
        (23, "09:00", True),
        (23, "12:00", False),
        (23, "12:59", False),
        (23, "13:00", True),
        (23, "18:00", False),
        (24, "10:00", False),
        (27, "23:59", True),
        (28, "00:00", False),
        (28, "10:30", True),
    ],
)
def test_people_are_there_in_shifts_only(tmp_path, day, clock, is_open):
    assert _hours(tmp_path).open_at(_at(day, clock)) is is_open


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ((23, "08:00"), (23, "09:00")),
        ((23, "09:00"), (23, "13:00")),
        ((23, "12:30"), (23, "13:00")),
        ((23, "19:00"), (25, "09:00")),
        ((27, "23:00"), (28, "10:00")),
        ((28, "12:00"), (30, "09:00")),
    ],
)
def test_next_opening_skips_breaks_holidays_and_weekends(tmp_path, now, opening):
    assert _hours(tmp_path).next_opening(_at(*now)) == _at(*opening)


def test_no_opening_is_promised_when_none_is_planned(tmp_path):
    closed = HOURS.split("week:")[0] + "week: {monday: [], tuesday: [], wednesday: [], "
    closed += "thursday: [], friday: [], saturday: [], sunday: []}"

    assert _hours(tmp_path, closed).next_opening(_at(23, "08:00")) is None


def test_every_mistake_in_the_hours_is_told_at_once(tmp_path):
    broken = HOURS.replace("Asia/Shanghai", "Mars/Base").replace('"09:00-12:00"', '"12:00-09:00"')

    with pytest.raises(SeedErrors) as caught:
        _hours(tmp_path, broken)

    places = {error.place for error in caught.value.errors}
    assert any("zone" in place for place in places)
    assert any("monday" in place for place in places)


@pytest.mark.parametrize(
    ("now", "due", "news"),
    [
        pytest.param((23, "08:00"), (25, "08:00"), (23, "20:00"), id="by day"),
        pytest.param((23, "12:00"), (25, "12:00"), (24, "09:00"), id="not late at night"),
        pytest.param((23, "09:00"), (25, "09:00"), (24, "09:00"), id="not as the day ends"),
        pytest.param((23, "18:00"), (25, "18:00"), (24, "09:00"), id="not before breakfast"),
        pytest.param((23, "18:00"), (24, "09:30"), (24, "09:30"), id="hardly before the answer"),
        pytest.param((23, "08:00"), (23, "18:00"), (23, "18:00"), id="the answer comes first"),
    ],
)
def test_news_come_by_day_and_never_after_the_answer(tmp_path, now, due, news):
    assert _hours(tmp_path).next_news(_at(*now), _at(*due)) == _at(*news)


def test_how_often_news_come_is_a_seed(tmp_path):
    text = HOURS + 'news: {every_hours: 6, by_day: "08:00-22:00"}\n'

    assert _hours(tmp_path, text).next_news(_at(23, "08:00"), _at(25, "08:00")) == _at(23, "14:00")
