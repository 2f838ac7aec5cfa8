"""How a time is told to a customer.

It decides the words only; which time is promised, and by whom, is decided elsewhere.
"""

from datetime import date, datetime, tzinfo

from handoff.language import Language

_DAYS_ZH = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
_DAYS_EN = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_TRADITIONAL = str.maketrans("后", "後")
_TRADITIONAL_WEEKDAY = str.maketrans("周", "週")


def format_when(moment: datetime, *, now: datetime, language: Language, tz: tzinfo) -> str:
    """Returns the moment in a customer's words: `今天 18:30`, `today at 18:30`."""
    local, today = moment.astimezone(tz), now.astimezone(tz)
    days = (local.date() - today.date()).days
    clock = f"{local:%H:%M}"
    day = _day(local, today, days, language)
    return f"{day} {clock}" if language.is_chinese else f"{day} at {clock}"


def format_day(day: date, *, today: date, language: Language) -> str:
    """Returns a day in a customer's words: `周五`, `Friday`, `25 November`."""
    return _day(day, today, (day - today).days, language)


def _day(day: date, today: date, days: int, language: Language) -> str:
    if not language.is_chinese:
        return _day_en(day, today, days)
    told = _day_zh(day, today, days)
    if language is Language.ZH_HANT:
        told = told.translate(_TRADITIONAL).translate(_TRADITIONAL_WEEKDAY)
    return told


def _day_zh(local: date, today: date, days: int) -> str:
    if days in _DAYS_ZH:
        return _DAYS_ZH[days]
    if 2 < days < 7:
        return f"周{_WEEKDAYS_ZH[local.weekday()]}"
    written = f"{local.month}月{local.day}日"
    return written if local.year == today.year else f"{local.year}年{written}"


def _day_en(local: date, today: date, days: int) -> str:
    if days in _DAYS_EN:
        return _DAYS_EN[days]
    if 1 < days < 7:
        return _WEEKDAYS_EN[local.weekday()]
    written = f"{local.day} {_MONTHS_EN[local.month - 1]}"
    return written if local.year == today.year else f"{written} {local.year}"
