"""Read a day as customers write it: "yesterday", "3 days ago", "上周五", "11月18日", "18 Nov".

Days lie in the past: a date without a year is the latest one. It decides nothing.
"""

from __future__ import annotations

from datetime import date, timedelta

import re2

_NAMED = {"今天": 0, "今早": 0, "刚刚": 0, "昨天": 1, "昨晚": 1, "前天": 2, "大前天": 3}
_NAMED |= {"today": 0, "just now": 0, "yesterday": 1, "last night": 1}
_NAMED |= {"day before yesterday": 2, "last week": 7, "上周": 7, "a week ago": 7, "一周前": 7}
_DIGITS = {name: number for number, name in enumerate("零一二三四五六七八九十")} | {"两": 2}
_SMALL = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_AGO = re2.compile(
    r"(\d{1,3}|[一二两三四五六七八九十]|\ba|\bone|two|three|four|five|six|seven) ?"
    r"(天|日|周|个星期|星期|days?|weeks?) ?(?:之?前|以前|ago)"
)
_WEEKDAY = re2.compile(
    r"(?:周|星期|礼拜)([一二三四五六日天])|\b(mon|tues?|wednes|thurs?|fri|satur|sun)day\b"
)
_WEEKDAYS = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "wednes": 2, "thur": 3, "thurs": 3, "fri": 4}
_WEEKDAYS |= {"satur": 5, "sun": 6}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "|".join(_MONTHS)
_ISO = re2.compile(r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
_CHINESE = re2.compile(r"(\d{1,2})月(\d{1,2})[日号]?")
_DAY_MONTH = re2.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH})[a-z]*\b")
_MONTH_DAY = re2.compile(rf"\b({_MONTH})[a-z]* (\d{{1,2}})(?:st|nd|rd|th)?\b")


def day_in(normal: str, today: date) -> date | None:
    """The past day a normalised text names; None when it names none."""
    written = _written(normal, today)
    if written is not None:
        return written
    if ago := _AGO.search(normal):
        count, unit = str(ago.group(1)), str(ago.group(2))
        days = _SMALL.get(count) or _DIGITS.get(count) or int(count)
        weeks = unit.startswith(("周", "个", "星", "week"))
        return today - timedelta(days=days * (7 if weeks else 1))
    if weekday := _WEEKDAY.search(normal):
        wanted = _WEEKDAYS[str(weekday.group(1) or weekday.group(2))]
        return today - timedelta(days=(today.weekday() - wanted) % 7)
    named = [name for name in _NAMED if name in normal]
    return today - timedelta(days=_NAMED[max(named, key=len)]) if named else None


def _written(normal: str, today: date) -> date | None:
    if iso := _ISO.search(normal):
        return _real(int(iso.group(1)), int(iso.group(2)), int(iso.group(3)))
    if chinese := _CHINESE.search(normal):
        return _latest(int(chinese.group(1)), int(chinese.group(2)), today)
    if found := _DAY_MONTH.search(normal):
        return _latest(_MONTHS.index(str(found.group(2))) + 1, int(found.group(1)), today)
    if found := _MONTH_DAY.search(normal):
        return _latest(_MONTHS.index(str(found.group(1))) + 1, int(found.group(2)), today)
    return None


def _latest(month: int, day: int, today: date) -> date | None:
    found = (_real(year, month, day) for year in (today.year, today.year - 1))
    return next((each for each in found if each is not None and each <= today), None)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
