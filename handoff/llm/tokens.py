"""What a text states that can be wrong: numbers with their units, dates, times, days, codes, links
and titles, spelled one way in both languages.

Two texts state the same when their tokens are equal. Pure; patterns take linear time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from handoff.patterns import roomy
from handoff.text import to_simplified

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_ZH = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_RELATIVE = {
    "今天": "today", "今日": "today", "今晚": "today", "今早": "today", "当天": "same day",
    "当日": "same day", "明天": "tomorrow", "明日": "tomorrow", "明早": "tomorrow",
    "明晚": "tomorrow", "次日": "next day", "隔天": "next day", "后天": "in two days",
    "昨天": "yesterday", "昨日": "yesterday", "周末": "weekend",
    "tonight": "today", "next day": "next day", "same day": "same day", "weekend": "weekend",
    "today": "today", "tomorrow": "tomorrow", "yesterday": "yesterday",
}  # fmt: skip
_UNITS = {
    "workday": "个工作日|工作日|working days?|business days?|work days?",
    "day": "天|日|days?",
    "hour": "个?小时|个?钟头|hours?|hrs?",
    "minute": "分钟|minutes?|mins?",
    "week": "个?星期|个?礼拜|周|weeks?",
    "month": "个月|月|months?",
    "year": "年|years?",
    "cny": "元|块钱?|圆|人民币|rmb|cny|yuan",
    "usd": "美元|美金|usd|us dollars?|dollars?",
    "eur": "欧元|eur|euros?",
    "gbp": "英镑|gbp|pounds?",
    "hkd": "港币|港元|hkd",
    "twd": "新台币|台币|twd",
    "percent": "%|percent",
    "tenths": "折",
    "times": "次|times?",
    "kg": "公斤|千克|kg",
    "part": "期|instal?lments?",
}
_PREFIXES = {
    "¥": "cny", "rmb": "cny", "cny": "cny", "us$": "usd", "usd": "usd", "hk$": "hkd", "hkd": "hkd",
    "nt$": "twd", "$": "usd", "€": "eur", "eur": "eur", "£": "gbp", "gbp": "gbp",
}  # fmt: skip
_ZH_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_ZH_PLACES = {"十": 10, "百": 100, "千": 1000}
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: value for value, word in enumerate(_ONES)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
_MORE = {"hundred": "100", "thousand": "1000", "dozen": "12", "half": "half", "double": "double"}
_COUNTERS = frozenset("个位件张种项步条")
_ALL_UNITS = "|".join(_UNITS.values())
_ZH_UNITS = "|".join(u for units in _UNITS.values() for u in units.split("|") if not u.isascii())


_LINK = roomy(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[a-z0-9/?#&=%._~:+-]+"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|io|me|co|app|shop|xyz|info|top|vip|ru|cc"
    r"|link|site|online|store|hk|tw|uk|us|de|ai|gg|ly)\b(?:/[a-z0-9/?#&=%._~:+-]*)?|@[a-z]\w{3,31}"
)
_TITLE = re.compile(r"《([^》]+)》|“([^”]+)”|「([^」]+)」|『([^』]+)』|\"([^\"]+)\"")
_SHOUTED = re.compile(r"\b[A-Z][A-Z_]{2,}\b")
_DATE_YMD = roomy(r"\b(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2})(?: ?日|号|\b)")
_DATE_ZH = roomy(r"(\d{1,2}) ?月 ?(\d{1,2}) ?(?:日|号)?")
_MONTH = "(?:" + "|".join(_MONTHS) + r")[a-z]*\.?"
_DATE_EN = roomy(
    rf"\b(?:({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?"
    rf"|(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH}))(?:,? (\d{{4}}))?\b"
)
_NOON = r"(am|pm|a\.m\.|p\.m\.)"
_CLOCK = re.compile(
    r"(上午|早上|中午|下午|晚上|傍晚)? ?(\d{1,2}) ?"
    rf"(?:[:点时] ?(\d{{2}})? ?(半)?分? ?{_NOON}?|{_NOON})"
)
_WEEKDAY_ZH = roomy(r"(?:周|星期|礼拜)([一二三四五六日天])")
_WEEKDAY_EN = roomy(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)s?\b")
_RELATIVES = roomy("|".join(_RELATIVE))
_CODE = roomy(r"\b(?:[a-z]+[-_]?\d[a-z0-9_-]*|\d+[-_]?[a-z][a-z0-9_-]*|[a-z]+_[a-z0-9_]+)\b")
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_LISTED = r"(?: ?(?:、|,|/|-|~|–|—|至|到|或者?|和|与|及|and|or|to) ?)"
_AMOUNT = roomy(rf"({'|'.join(map(re.escape, _PREFIXES))}) ?({_NUMBER})")
_QUANTITY = re.compile(rf"({_NUMBER}(?:{_LISTED}{_NUMBER})*) ?(?:个|-)? ?({_ALL_UNITS})?")
_ONE_NUMBER = re.compile(_NUMBER)
_ZH_NUMBER = roomy(
    rf"([零〇一二两三四五六七八九十百千]+)( ?(?:[{''.join(sorted(_COUNTERS))}]|{_ZH_UNITS}))"
    r"|第([一二三四五六七八九十]+)|([二两三四五六七八九十][零一二三四五六七八九十百千]+)"
)
_ZH_HALF = roomy(r"半(个?(?:小时|月|年|天|价))")
_EN_NUMBER = roomy(
    rf"\b(?:({'|'.join(_TENS)})[ -]({'|'.join(_ONES[1:10])})"
    rf"|({'|'.join(_WORDS)})|({'|'.join(_MORE)}))\b"
)
_A_UNIT = roomy(r"\b(?:an?|one) ((?:working |business )?(?:day|hour|minute|week|month|year))\b")


def plain(text: str) -> str:
    """The text as it is compared: one width, one script, small letters, single spaces."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", " ", to_simplified(folded)).replace("’", "'").strip()


def tokens(text: str) -> frozenset[str]:
    """Everything a text states."""
    read = plain(text)
    shouted = {hit.lower() for hit in _SHOUTED.findall(text)} - set(_PREFIXES)
    found = {f"word:{word}" for word in shouted}
    found |= {f"title:{plain(''.join(groups))}" for groups in _TITLE.findall(text)}
    for take in (_links, _dates, _clocks, _days, _amounts, _codes):
        read, more = take(read)
        found |= more
    return frozenset(found | set(_quantities(_in_digits(read))))


_Taken = tuple[str, set[str]]


def _links(text: str) -> _Taken:
    return _LINK.sub(" ", text), {f"link:{hit.rstrip('.')}" for hit in _LINK.findall(text)}


def _dates(text: str) -> _Taken:
    found = set()
    for year, month, day in _DATE_YMD.findall(text):
        found |= {f"year:{int(year)}", f"date:{int(month)}-{int(day)}"}
    text = _DATE_YMD.sub(" ", text)
    found |= {f"date:{int(month)}-{int(day)}" for month, day in _DATE_ZH.findall(text)}
    text = _DATE_ZH.sub(" ", text)
    for month, day, day_first, month_last, year in _DATE_EN.findall(text):
        named = _MONTHS.index((month or month_last)[:3]) + 1
        found |= {f"date:{named}-{int(day or day_first)}"} | ({f"year:{year}"} if year else set())
    return _DATE_EN.sub(" ", text), found


_LATE = frozenset({"下午", "晚上", "傍晚", "pm", "p.m."})


def _clocks(text: str) -> _Taken:
    found: set[str] = set()
    parts: list[str] = []
    at = 0
    for hit in _CLOCK.finditer(text):
        part, hour, minute, half, *noon = hit.groups()
        if _is_part(text, hit.start(2)):
            continue
        late = 12 if _LATE.intersection((part, *noon)) and int(hour) < 12 else 0
        found.add(f"clock:{int(hour) + late}:{30 if half else int(minute or 0):02d}")
        parts, at = [*parts, text[at : hit.start()], " "], hit.end()
    return "".join([*parts, text[at:]]), found


def _is_part(text: str, at: int) -> bool:
    return at > 0 and (text[at - 1].isdigit() or text[at - 1] in ".,:")


def _days(text: str) -> _Taken:
    found = {f"day:{_RELATIVE[hit]}" for hit in _RELATIVES.findall(text)}
    text = _RELATIVES.sub(" ", text)
    found |= {f"weekday:{_DAYS_ZH[day]}" for day in _WEEKDAY_ZH.findall(text)}
    text = _WEEKDAY_ZH.sub(" ", text)
    found |= {f"weekday:{_DAYS.index(day[:3])}" for day in _WEEKDAY_EN.findall(text)}
    return _WEEKDAY_EN.sub(" ", text), found


def _amounts(text: str) -> _Taken:
    hits = _AMOUNT.findall(text)
    found = {f"{_value(number)} {_PREFIXES[prefix]}" for prefix, number in hits}
    return _AMOUNT.sub(" ", text), found | {_value(number) for _, number in hits}


def _codes(text: str) -> _Taken:
    """Codes; a number with a unit behind it ("30days") is none."""
    found: set[str] = set()
    parts: list[str] = []
    at = 0
    for hit in _CODE.finditer(text):
        if _QUANTITY.fullmatch(hit.group()):
            continue
        found.add(f"code:{hit.group()}")
        parts, at = [*parts, text[at : hit.start()], " "], hit.end()
    return "".join([*parts, text[at:]]), found


def _quantities(text: str) -> Iterator[str]:
    """Each number by itself, and with its unit; the numbers of a list share the unit behind it."""
    for hit in _QUANTITY.finditer(text):
        listed, unit = hit.groups()
        for number in _ONE_NUMBER.findall(listed):
            yield _value(number)
            if unit:
                yield f"{_value(number)} {_unit_of(unit)}"
    for word in ("half", "double"):
        if re.search(rf"\b{word}\b", text):
            yield word


_UNIT_NAMES = [(name, re.compile(units)) for name, units in _UNITS.items()]


def _unit_of(said: str) -> str:
    return next(name for name, units in _UNIT_NAMES if units.fullmatch(said))


def _value(number: str) -> str:
    return format(Decimal(number.replace(",", "")).normalize(), "f")


def _in_digits(text: str) -> str:
    """Numbers in words as digits; a plain "one" and 一 without a unit are no numbers."""
    text = _replaced(_ZH_NUMBER, text, _from_zh)
    text = _ZH_HALF.sub(r" half \1", text)
    text = _A_UNIT.sub(r"1 \1", text)
    return _replaced(_EN_NUMBER, text, _from_en)


def _replaced(pattern: Any, text: str, value_of: Any) -> str:
    parts: list[str] = []
    at = 0
    for hit in pattern.finditer(text):
        parts, at = [*parts, text[at : hit.start()], value_of(hit)], hit.end()
    return "".join([*parts, text[at:]])


def _from_zh(hit: Any) -> str:
    counted, unit, ordinal, alone = hit.groups()
    if counted == "一" and unit.strip() in _COUNTERS:
        return str(hit.group())
    return f" {_spoken(counted or ordinal or alone)}{unit or ''}"


def _from_en(hit: Any) -> str:
    tens, one, word, more = hit.groups()
    if more:
        return str(_MORE[more])
    if word == "one":
        return "one"
    return str(_WORDS[tens] + _WORDS[one] if tens else _WORDS[word])


def _spoken(chars: str) -> int:
    """A Chinese number up to 9,999; digits one by one ("二零二六") are read as such."""
    if len(chars) > 1 and not any(char in _ZH_PLACES for char in chars):
        return int("".join(str(_ZH_DIGITS[char]) for char in chars))
    total, last = 0, 0
    for char in chars:
        if char in _ZH_PLACES:
            total, last = total + (last or 1) * _ZH_PLACES[char], 0
        else:
            last = _ZH_DIGITS[char]
    return total + last
