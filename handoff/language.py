"""Which tongue a message is in, and the way between the two Chinese scripts.

It decides by the message first and falls back on a hint. The converters are loaded with the first
Chinese text, so that importing this costs nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import Protocol

from handoff.graphemes import clean_text
from handoff.taiwan import as_in_taiwan

_CHINESE_PER_WORD = (
    0.8  # Chinese customers mix in English words far more often than the other way round
)
_LATIN_WORD = re.compile("[a-z'’à-ɏ]+")
_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_HAN = re.compile("[一-鿿㐀-䶿豈-﫿]")
_KANA = re.compile("[぀-ヿ]")
_SAME_TWICE = range(0xF900, 0xFB00)  # the same characters once more, under other numbers
_HAN_BLOCKS = (range(0x4E00, 0xA000), range(0x3400, 0x4DC0), _SAME_TWICE)
_TRADITIONAL_IN_WORDS = "沈藉瞭覆衹甦哩"  # these change in company only: "沈重", "藉口"
_IN_BOTH = (
    "后里台只干面松系表板采冲丑出斗范丰谷刮合胡划回伙极姜借克困累了蒙秋曲舍术涂咸向须叶余云折征制致"
    "周朱准仆卜才布担叹"
    "佛俊修僵冢冬凌千升即卷吃吊同呆咽哄唇喂噪埼奸娘家局峰巨席幸床庵弦彩御志念恤愈戚扇扎托扣抬抵拐拼"
    "挨挲挽捆捍搜教旋旗既昆暗札杆杯查栗核梁棋欲沈沾泛注溪溯漓灶狸玩璇症痴皂真矩私秘粽糊糖群胄芸苔蓑蔑"
    "逾酸雕飧"
)
_CODE_MARKS = frozenset("0123456789_@")
# These say nothing about the tongue: Chinese customers write them too.
_SHARED_WORDS = frozenset(
    {
        "ok",
        "okay",
        "hi",
        "hello",
        "bye",
        "thx",
        "vip",
        "sf",
        "ems",
        "dhl",
        "ups",
        "usps",
        "fedex",
        "app",
        "pay",
    }
)


class Language(StrEnum):
    """The tongue of a reply."""

    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"

    @property
    def is_chinese(self) -> bool:
        """Tells Chinese in either script from English."""
        return self is not Language.EN


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@lru_cache(maxsize=4)
def _converter(name: str) -> _Converter:
    # The import maps shared objects and tables: 8 ms that only Chinese text should cost.
    from opencc import OpenCC

    converter: _Converter = OpenCC(name)
    return converter


@dataclass(frozen=True, slots=True)
class _Scripts:
    """Characters that only one of the two scripts writes."""

    traditional: frozenset[str]
    simplified: frozenset[str]
    any_traditional: re.Pattern[str]
    """Tells in a fifth of the time of the set whether there is one at all."""


@lru_cache(maxsize=1)
def _scripts() -> _Scripts:
    """One converter tells both: loading the one for the way back costs 26 MB."""
    known = "".join(map(chr, chain(*_HAN_BLOCKS)))
    pairs = zip(known, _converter("t2s").convert(known), strict=True)
    changed = [pair for pair in pairs if pair[0] != pair[1]]
    simplified = (new for old, new in changed if ord(old) not in _SAME_TWICE)
    traditional = frozenset(_TRADITIONAL_IN_WORDS).union(old for old, _ in changed)
    return _Scripts(
        traditional,
        frozenset(simplified).difference(_IN_BOTH),
        re.compile(f"[{''.join(sorted(traditional))}]"),
    )


def has_han(text: str) -> bool:
    """Tells whether any Chinese character is in the text."""
    return not text.isascii() and _HAN.search(text) is not None


def to_simplified(text: str) -> str:
    """Returns the text in simplified script, for matching."""
    if text.isascii() or not _scripts().any_traditional.search(text):
        return text
    return _converter("t2s").convert(text)


def to_traditional(text: str) -> str:
    """Returns the text in traditional script with the words used in Taiwan, for answers."""
    return as_in_taiwan(_converter("s2tw").convert(text))


def language_of(text: str, hint: Language | None = None) -> Language:
    """Returns the tongue to answer in.

    Digits, emoji and words both tongues use keep the hint; without a hint they are English.
    """
    text = clean_text(text)
    if text.isascii():
        return Language.EN if any(_latin_words(text)) else hint or Language.EN
    words = sum(_latin_words(text)) if _LATIN.search(text) else 0
    han = len(_HAN.findall(text))
    if len(_KANA.findall(text)) > han:
        return hint or Language.EN
    if han and han >= words * _CHINESE_PER_WORD:
        return _script_of(text, hint)
    if words:
        return Language.EN
    return hint or Language.EN


def _latin_words(text: str) -> Iterator[int]:
    """Yields how many words of latin letters each piece of the text holds, leaving out codes,
    addresses and words of both tongues.
    """
    for piece in text.lower().split():
        if not _CODE_MARKS.isdisjoint(piece) or "://" in piece:
            continue
        yield sum(word not in _SHARED_WORDS for word in _LATIN_WORD.findall(piece))


def _script_of(text: str, hint: Language | None) -> Language:
    scripts = _scripts()
    if hint is not Language.ZH_HANT and not scripts.any_traditional.search(text):
        return Language.ZH_HANS
    traditional = sum(map(scripts.traditional.__contains__, text))
    simplified = sum(map(scripts.simplified.__contains__, text))
    if traditional == simplified:
        return hint if hint is not None and hint.is_chinese else Language.ZH_HANS
    return Language.ZH_HANT if traditional > simplified else Language.ZH_HANS
