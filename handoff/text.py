"""How a text looks once cleaned and made comparable; the one door to everything about text.

It decides width, case, script and the spelling of numbers for matching. It never decides what a
message means.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import re2

from handoff.graphemes import MESSAGE_LIMIT, clean_text, split_message, utf16_units
from handoff.language import Language, has_han, language_of, to_simplified, to_traditional
from handoff.moments import format_day, format_when

__all__ = [
    "MESSAGE_LIMIT",
    "Language",
    "clean_text",
    "format_day",
    "format_when",
    "has_digits",
    "has_han",
    "language_of",
    "normalise",
    "one_of",
    "split_message",
    "to_simplified",
    "to_traditional",
    "utf16_units",
]

_UNSEEN = "\u00ad\u061c\u200b\u200c\u200e\u200f\ufeff" + "".join(
    map(chr, (*range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A)))
)
_SPACES = "\t\f\v\u00a0\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_DASHES = "‐‑‒–—―−"
_PLAIN = str.maketrans(
    dict.fromkeys(_UNSEEN, "") | dict.fromkeys(_SPACES, " ") | dict.fromkeys(_DASHES, "-")
)
_NOT_PLAIN = re.compile(f"[{_UNSEEN}{_SPACES}{_DASHES}]")
_DIGIT = re.compile("[0-9]")
_ODD_APOSTROPHES = "‘’ʼ`´"
_ODD_APOSTROPHE = re.compile(f"[{_ODD_APOSTROPHES}]")
_JOINER = "\u200d"
_JOINER_IN_WORD = re2.compile("([\\pL\\pN])\u200d")
_APOSTROPHE = re2.compile(rf"([A-Za-z])[{_ODD_APOSTROPHES}]([A-Za-z])")
_NUMBER_GOES_ON = re.compile("[0-9][ -][0-9]")
_NUMBER_GROUPS = re2.compile(r"\d+(?:[ -]\d+)+")
_DATE = re2.compile(r"(?:19|20)\d\d-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])")
_JOINED_LENGTHS = range(9, 35)  # from a short order number to a waybill with a post code before it
_WHOLE_NUMBER = 9  # a group this long is a number of its own and is never glued to its neighbour
_ORDER_DIGITS = (
    7  # and so is one of this length behind a W: "W1000001 1234" names an order and a phone
)


def normalise(text: str) -> str:
    """Returns the text for matching: one width, lower case, simplified script, whole numbers."""
    plain = clean_text(text)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain)
    if _NOT_PLAIN.search(plain):  # a look costs a tenth of a translation that changes nothing
        plain = plain.translate(_PLAIN)
    if _JOINER in plain:
        plain = _JOINER_IN_WORD.sub(r"\1", plain)
    if _ODD_APOSTROPHE.search(plain):
        plain = _APOSTROPHE.sub(r"\1'\2", plain)
    while "  " in plain:
        plain = plain.replace("  ", " ")
    plain = plain.strip().lower()
    plain = to_simplified(plain)
    if not _NUMBER_GOES_ON.search(plain):
        return plain  # a search costs a hundredth of a replacement that finds nothing
    whole: str = _NUMBER_GROUPS.sub(_joined, plain)
    return whole


def one_of(words: Iterable[str]) -> str:
    """Returns an RE2 pattern of any of these words, the longest first; a Latin one stands alone."""
    return "|".join(map(_alone, sorted(words, key=len, reverse=True)))


def has_digits(text: str) -> bool:
    """Tells whether an ASCII digit is in the text."""
    return _DIGIT.search(text) is not None  # a set would take five times as long in Chinese


def _alone(word: str) -> str:
    escaped = str(re2.escape(word))
    return rf"\b{escaped}\b" if word.isascii() else escaped


def _joined(found: Any) -> str:
    run: str = found.group(0)
    groups = run.replace("-", " ").split()
    digits = "".join(groups)
    if len(digits) not in _JOINED_LENGTHS or _DATE.fullmatch(run):
        return run
    if max(map(len, groups)) >= _WHOLE_NUMBER:
        return run
    if len(groups[0]) == _ORDER_DIGITS and found.string[found.start() - 1 : found.start()] == "w":
        return run
    if min(map(len, groups)) < 2 < max(map(len, groups)):
        return run  # "2-3 202612": a count beside a number, not one number read aloud
    return digits
