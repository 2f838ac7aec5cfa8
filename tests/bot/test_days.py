from datetime import date

import pytest

from bot.days import day_in
from handoff.text import normalise

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("昨天收到的", date(2026, 11, 19)),
        ("前天", date(2026, 11, 18)),
        ("3天前", date(2026, 11, 17)),
        ("两周前", date(2026, 11, 6)),
        ("周二签收的", date(2026, 11, 17)),
        ("11月18日", date(2026, 11, 18)),
        ("12月1号", date(2025, 12, 1)),
        ("yesterday", date(2026, 11, 19)),
        ("the day before yesterday", date(2026, 11, 18)),
        ("three days ago", date(2026, 11, 17)),
        ("a week ago", date(2026, 11, 13)),
        ("on Tuesday", date(2026, 11, 17)),
        ("18 Nov", date(2026, 11, 18)),
        ("November 18th", date(2026, 11, 18)),
        ("2026-11-02", date(2026, 11, 2)),
        ("31 February", None),
        ("it fits", None),
    ],
)
def test_days_are_read_as_customers_write_them(text, day):
    assert day_in(normalise(text), FRIDAY) == day


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2029, 1, 5), date(2028, 2, 29)),
        (date(2028, 3, 1), date(2028, 2, 29)),
        (date(2028, 1, 5), None),
    ],
)
def test_leap_day_is_the_last_there_was_within_a_year(today, day):
    assert day_in("2月29日", today) == day
