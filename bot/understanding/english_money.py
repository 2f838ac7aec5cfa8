"""Money told in English without a sign: spelled out, in cents, beside words of paying, and bare
where money is the subject.

It yields sums and where they stand; which of two that overlap counts, `amounts` decides.
"""

import re
from collections.abc import Iterator
from typing import Any

import re2

from bot.understanding.currencies import CODE, NUMBER, Priced, spoken_sum, written_sum
from bot.understanding.numbers import ENGLISH_NUMBER_WORDS, spoken_english

_WORD = "|".join(ENGLISH_NUMBER_WORDS)
_SPELLED = re2.compile(
    rf"\b((?:a |(?:{_WORD})[ -]|and )+)(dollars?|bucks?|euros?|pounds|quid|yuan|rmb|grand)\b"
)
_WITH_CENTS = re2.compile(
    rf"^(?: and)? ((?:(?:{_WORD})[ -])*(?:{_WORD})|\d{{1,2}}) (?:cents?|pence)\b"
)
_GRAND = re2.compile(r"\b(\d{1,3}(?:\.\d)?) grand\b")
_NOT_A_GRAND = (" total", " opening", " piano", " prix", " slam", " theft")
_CENTS = re2.compile(rf"\b(\d{{1,2}}|(?:(?:{_WORD})[ -])*(?:{_WORD})) ?(cents?|pence)\b")
_PENCE = re2.compile(r"\b(\d[059])(p)\b")
_PAYING = (
    r"\b(?:charged|charge|paid|refunded|refund of|cost|costs|spent|owe|owed|deducted|deduct|"
    r"debited|billed|total|total of|total was|total is|price is|price was|worth|paying|took|taken|"
    r"(?:limit|balance|bill|basket|cart|deposit|refund)(?: on my card)?(?: was| is|'s))"
    r"(?: me| us| my card| you| only| just| about| exactly| it| nearly| almost| around| another)* "
)
_THEN = (
    r"(?: (?:twice|on|to|and|but|instead|from|for|back|off|with|by|in total|already|again|or|not|"
    r"came|short|now|flat|less|more|extra|cheaper)\b|[.,!?;)](?:\D|\z)|\z)"
)
_CUED = re2.compile(rf"{_PAYING}{NUMBER}(?:ish)?{_THEN}")
_CUED_SPELLED = re2.compile(rf"{_PAYING}((?:(?:a|and|{_WORD})[ -])*(?:{_WORD})){_THEN}")
_CUES = re.compile(
    "charge|paid|refund|cost|spent|owe|deducted|debited|billed|total|price|worth|paying|took|taken|"
    "limit|balance|bill|basket|cart|deposit"
)
_TOLD = re2.compile(
    r"\b(?:now|gave(?: me)? back|give(?: me)? back|gave me|got back|got|sent back|returned|not|"
    r"instead of|rather than|then|(?:want|get) my|(?:get|keep|got|where's|send me) the|bill's|"
    r"it's|limit is|and|but) "
    rf"{NUMBER}{_THEN}"
)
_FELL = re2.compile(
    rf"\b(?:from|was|for|at) {NUMBER}\b[^\d]{{0,40}}\b(?:to|now|it's|today) {NUMBER}"
    r"(?: (?:today|now|on|and|but|this|in)\b|[.,!?;)]|\z)"
)
_PRICES = re.compile(r"\b(?:bought|price|on sale|drop|fell|went down|reduced|cheaper|sold)")
_BARE = re2.compile(
    r"(?:^|[^\d.,a-z$-]|(?:^|[ (])-)(\d{1,3}(?:,\d{3})+(?:\.\d\d)?|\d{1,6}\.\d\d)"
    r"(?:[ ,?!;)]|\.\D|\.?\z)"
)
_POINTED = re.compile("[0-9][.,][0-9]")
_COUNTED = re.compile(
    r" ?(?:points?|by\b|x ?[\d.]+ ?(?:c?m|mm|in)\b|followers|subscribers|people|fans|steps|"
    r"miles|mah|rpm|lux\b|lumens?\b|watts?\b|one\b|tv|"
    r"video|screen|monitor|res|run\b|race\b|views|reviews|downloads|likes|"
    r"met(?:er|re)|c?m\b|mm\b|k?gs?\b|kilo|lbs?\b|ft\b|inch|lit(?:er|re)|"
    r"hours?|hrs?\b|min|am\b|pm\b)"
)
_CLOCK = re.compile(r"\b(?:at|till|until|around|by) $")
_ON_THE_CLOCK = re.compile(r"(?:[01]?[0-9]|2[0-3])\.[0-5][0-9]")
_OF_TIMES = re.compile(r"deliver|arriv|slot|window|driver|between|tomorrow|morning|evening|here")
_NO_SUM_BEFORE = re.compile(r"\b(?:version|v|firmware|ios|android|rated|rating|score|usb) ?$")
_WEIGHT = re.compile(r"weigh|heav|light|\blost\b|gain|lift|dumbbell|kettlebell")
SALE_DAYS = frozenset({"11.11", "12.12", "10.10", "6.18"})
"""What looks like a price and is a day of sales."""
_LEAST = 10_00  # smaller bare numbers count things


def counts_things(text: str, end: int) -> bool:
    """Tells whether a number that ends here counts or measures something."""
    return _COUNTED.match(text, end) is not None


def weighs(text: str) -> bool:
    """Tells whether pounds are a weight here."""
    return _WEIGHT.search(text) is not None


def spelled_sums(text: str, home: str) -> Iterator[Priced]:
    """Yields sums in words, with a currency, in cents or beside a word of paying."""
    for found in _SPELLED.finditer(text):
        yield from _spelled(text, found.group(1), found.group(2), found.span())
    for pattern in (_CENTS, _PENCE):
        for found in pattern.finditer(text):
            cents = (_hundredths(found.group(1)) or 0) // 100
            currency = home if found.group(2).startswith("cent") else "GBP"
            yield from written_sum(currency, _decimals(0, cents), "", found.span())
    for found in _CUED_SPELLED.finditer(text):
        value = _hundredths(found.group(1)) or 0
        if value >= _LEAST:
            yield from spoken_sum(home, value, found.span(1))


def _spelled(text: str, told: str, name: str, span: tuple[int, int]) -> Iterator[Priced]:
    words, end = told.replace("-", " ").split(), span[1]
    if name == "grand":
        words, name = [*words, "grand"], "dollars"
    if text.startswith(_NOT_A_GRAND, end) or text.endswith("half ", 0, span[0]):
        return
    if name == "pounds" and weighs(text):
        return
    value = spoken_english(words)
    if value and (more := _WITH_CENTS.search(text[end : end + 40])):
        written = _decimals(value // 100, (_hundredths(more.group(1)) or 0) // 100)
        yield from written_sum(CODE[name], written, "", (span[0], end + more.end()))
    else:
        yield from spoken_sum(CODE[name], value, span)


def _decimals(units: int, hundredths: int) -> str:
    return f"{units}.{hundredths:02d}" if hundredths else str(units)


def _hundredths(told: str) -> int | None:
    return int(told) * 100 if told.isdigit() else spoken_english(told.replace("-", " ").split())


def sums_in_digits(text: str, home: str, *, named: bool) -> Iterator[Priced]:
    """Yields numbers that are money though no currency stands beside them; `named` tells that one
    is named elsewhere in the message.
    """
    cued = _CUES.search(text) is not None
    if cued:
        for found in _CUED.finditer(text):
            yield from written_sum(home, found.group(1), "", found.span(1))
    if _POINTED.search(text):
        yield from _bare(text, home)
    if named or cued:
        yield from _all_large(_TOLD, text, home)
    if _PRICES.search(text):
        yield from _all_large(_FELL, text, home)
    if "grand" in text:
        yield from _grand(text)


def _all_large(pattern: Any, text: str, home: str) -> Iterator[Priced]:
    for found in pattern.finditer(text):
        for group in range(1, pattern.groups + 1):
            yield from _large(text, home, found.group(group), found.span(group))


def _grand(text: str) -> Iterator[Priced]:
    for found in _GRAND.finditer(text):
        if not text.startswith(_NOT_A_GRAND, found.end()):
            yield from written_sum("USD", found.group(1), "k", found.span())


def _large(text: str, home: str, digits: str, span: tuple[int, int]) -> Iterator[Priced]:
    year = len(digits) == 4 and digits[:2] in {"19", "20"}
    if len(digits) > 1 and not year and not counts_things(text, span[1]):
        yield from written_sum(home, digits, "", span)


def _bare(text: str, home: str) -> Iterator[Priced]:
    for found in _BARE.finditer(text):
        digits, start = found.group(1), found.start(1)
        if counts_things(text, found.end(1)) or digits in SALE_DAYS:
            continue
        before = text[:start]
        timed = _CLOCK.search(before) and _ON_THE_CLOCK.fullmatch(digits)
        if (timed and _OF_TIMES.search(text)) or _NO_SUM_BEFORE.search(before):
            continue
        yield from written_sum(home, digits, "", found.span(1))
