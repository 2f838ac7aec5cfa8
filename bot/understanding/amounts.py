"""Money in a message: signs, currency names, shortened, spoken and bare numbers with a cue.

Yuan is assumed in Chinese and dollars in English when nothing is said. What the money is for is
decided elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import re2

from bot.understanding.numbers import (
    ENGLISH_NUMBER_WORDS,
    shortened,
    spoken_chinese,
    spoken_english,
)
from bot.understanding.reading import Amount
from handoff.text import has_digits

_CURRENCIES = {
    "CNY": "¥ cny rmb 元 块 块钱 圆 人民币 yuan",
    "USD": "$ us$ usd dollar dollars buck bucks 美元 美金 美刀 刀",
    "EUR": "€ eur euro euros 欧元 欧",
    "GBP": "£ gbp pound pounds quid 英镑",
    "HKD": "hk$ hkd 港币 港元",
    "TWD": "nt$ ntd twd 台币 新台币",
    "JPY": "jpy yen 日元",
    "CAD": "c$ ca$ cad",
    "AUD": "a$ au$ aud",
    "SGD": "s$ sgd",
}
_CODE = {name: code for code, names in _CURRENCIES.items() for name in names.split()}
_NO_HUNDREDTHS = {"JPY", "KRW"}
_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?)"
_SIGNS = (
    r"us\$|hk\$|nt\$|ca\$|au\$|[acs]\$|\$|¥|€|£|\b(?:usd|cny|rmb|hkd|eur|gbp|jpy)|人民币|美元|美金"
)
_NAMES = (
    r"元|块钱|块|圆|人民币|美元|美金|美刀|刀|欧元|英镑|港币|港元|新台币|台币|日元"
    r"|(?:rmb|cny|usd|eur|gbp|hkd|jpy|yuan|dollars?|bucks?|euros?|pounds|quid|yen)\b"
)
_BEFORE = re2.compile(rf"({_SIGNS}) ?{_NUMBER} ?([kw]\b|万|千)?")
_AFTER = re2.compile(rf"{_NUMBER} ?([kw]|万|千|百)?(?:多|来|几)? ?({_NAMES})(\d\b)?")
_SHORT = re2.compile(rf"{_NUMBER} ?([kw]\b|万|千)(?:多|来|几|([1-9])\b)?")
_CHINESE = re2.compile(
    rf"([零〇一二两三四五六七八九十百千万]{{1,12}})(?:多|来|几)?(?:({_NAMES})([一二三四五六七八九])?)?"
)
_ENGLISH = re2.compile(
    rf"\b((?:a |{'|'.join(f'{word}[ -]' for word in ENGLISH_NUMBER_WORDS)}|and )+)"
    rf"(dollars?|bucks?|euros?|pounds|quid|yuan|rmb|grand)\b"
)
_CUED = re2.compile(
    r"(?:满|减|退|扣|付|花|少|补|赔|收|充|转|欠|值|卖|优惠|原价|到账|售价|价格|标价|总价|实付|金额)"
    r"(?:了|我|我的|到|款|费|是|走|走了|掉|掉了|给我|回|回来|成|为|:)?"
    rf" ?{_NUMBER}"
)
_PRICED = re2.compile(rf"(?:^|[^\d.,]){_NUMBER}的")
_CUED_ENGLISH = re2.compile(
    r"\b(?:charged|charge|paid|refunded|refund of|cost|costs|spent|owe|owed|deducted|debited|"
    r"billed|total|total of|total was|total is|price is|price was|worth|paying|took|taken)"
    rf"(?: me| us| my card| you| only| just| about| exactly| it)* {_NUMBER}"
    r"(?: (?:twice|on|to|and|but|instead|from|for|back|off|with|by|in total|already|again|or|not)\b"
    r"|[.,!?;]|\z)"
)
_NAMED = re.compile(
    "[$¥€£元块圆刀欧]|人民币|美金|英镑|港币|台币|"
    "usd|cny|rmb|hkd|eur|gbp|jpy|yuan|dollar|buck|pound|quid|yen"
)  # every sign and name of a currency holds one of these
_SHORTENED = re.compile("[0-9] ?[kw万千]")
_CUES_ENGLISH = re.compile(
    "charge|paid|refund|cost|spent|owe|deducted|debited|billed|total|price|worth|paying|took|taken"
)
_ENGLISH_MONEY = re.compile("dollar|buck|euro|pound|quid|yuan|rmb|grand")
_MEASURES = frozenset(
    "次天日号个件张折点年月周时分秒岁码寸斤克升米双只条本台套箱盒包瓶袋把支枚片块款楼层室栋单元位人名家度毫厘公倍度%℃件遍回趟页集级代核"
)
_SPOKEN = frozenset("百千万元块圆刀")  # without one of these Chinese numerals are no money
_NOT_A_PRICE = frozenset("号码位-:#")
_PIECES_OF = re2.compile(
    r"^(?:手表|电池|屏|布|肉|蛋糕|玻璃|板|砖|石|毛巾|毯|皂|巧克力|砧板|表|地|木|面|豆腐|饼|糖)"
)


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount and where it stands in the normalised text."""

    amount: Amount
    start: int
    end: int


def find_amounts(text: str, *, chinese: bool, taken: list[tuple[int, int]]) -> list[Priced]:
    """Returns the amounts in a normalised text in order, leaving out what stands in `taken`."""
    home = "CNY" if chinese else "USD"
    spans = list(taken)
    found: list[Priced] = []
    for priced in _candidates(text, home):
        if all(priced.end <= start or end <= priced.start for start, end in spans):
            spans.append((priced.start, priced.end))
            found.append(priced)
    return sorted(found, key=lambda priced: priced.start)


def _candidates(text: str, home: str) -> Iterator[Priced]:
    """Yields the surest first. A pattern costs more than the look for what it cannot do without."""
    if has_digits(text):
        if _NAMED.search(text):
            yield from _signed(text)
        if _SHORTENED.search(text):
            yield from _short(text, home)
        if not text.isascii():
            yield from _cued(text, home)
        if _CUES_ENGLISH.search(text):
            yield from _cued_english(text, home)
    if not _SPOKEN.isdisjoint(text):
        yield from _chinese(text)
    if _ENGLISH_MONEY.search(text):
        yield from _english(text)


def _priced(currency: str, hundredths: int | None, span: tuple[int, int]) -> Iterator[Priced]:
    if hundredths and hundredths < 10**12:
        minor = hundredths // 100 if currency in _NO_HUNDREDTHS else hundredths
        yield Priced(Amount(currency, minor), *span)


def _signed(text: str) -> Iterator[Priced]:
    for found in _BEFORE.finditer(text):
        sign, digits, scale = found.group(1), found.group(2), found.group(3) or ""
        yield from _priced(_CODE[sign], shortened(digits, scale), found.span())
    for found in _AFTER.finditer(text):
        digits, scale, name, tenth = found.groups()
        if name == "块" and _PIECES_OF.match(text[found.end() : found.end() + 4]):
            continue
        if text[found.start() - 1 : found.start()] in {".", "-", "_"} and found.start():
            continue
        hundredths = shortened(f"{digits}.{tenth}" if tenth else digits, scale or "")
        yield from _priced(_CODE[name], hundredths, found.span())


def _counts(text: str, end: int) -> bool:
    """Tells whether a measure word follows, so that the number counts things and not money."""
    return text[end : end + 1] in _MEASURES if end < len(text) else False


def _short(text: str, home: str) -> Iterator[Priced]:
    for found in _SHORT.finditer(text):
        digits, scale, tail = found.groups()
        before = text[found.start() - 1 : found.start()] if found.start() else ""
        if _counts(text, found.end()) or (before.isascii() and before.isalnum()):
            continue
        value = shortened(f"{digits}.{tail}" if tail and digits.isdigit() else digits, scale)
        yield from _priced(home, value, found.span())


def _cued(text: str, home: str) -> Iterator[Priced]:
    for found in _CUED.finditer(text):
        following = text[found.end() : found.end() + 1]
        if not _counts(text, found.end()) and not (following.isascii() and following.isalnum()):
            yield from _priced(home, shortened(found.group(1), ""), found.span(1))
    for found in _PRICED.finditer(text):
        digits = found.group(1)
        value = shortened(digits, "") or 0
        year = len(digits) == 4 and digits[:2] in {"19", "20"}
        before = text[found.start(1) - 1 : found.start(1)] if found.start(1) else ""
        if 1000_00 <= value < 1_000_000_00 and not year and before not in _NOT_A_PRICE:
            yield from _priced(home, value, found.span(1))


def _cued_english(text: str, home: str) -> Iterator[Priced]:
    for found in _CUED_ENGLISH.finditer(text):
        yield from _priced(home, shortened(found.group(1), ""), found.span(1))


def _chinese(text: str) -> Iterator[Priced]:
    for found in _CHINESE.finditer(text):
        words, name, tenth = found.groups()
        large = len(words) > 1 and any(unit in words for unit in "百千万")
        if name is None and (not large or _counts(text, found.end())):
            continue
        if name == "块" and _PIECES_OF.match(text[found.end(2) : found.end(2) + 4]):
            continue
        tenth = "" if tenth is None or _counts(text, found.end()) else tenth
        value = spoken_chinese(words)
        if value is None or (name is None and value < 100_00):
            continue
        value += (spoken_chinese(tenth) or 0) // 10 if tenth else 0
        yield from _priced(_CODE[name] if name else "CNY", value, found.span())


def _english(text: str) -> Iterator[Priced]:
    for found in _ENGLISH.finditer(text):
        words = found.group(1).replace("-", " ").split()
        name = found.group(2)
        if name == "grand":
            words, name = [*words, "grand"], "dollars"
        yield from _priced(_CODE[name], spoken_english(words), found.span())
