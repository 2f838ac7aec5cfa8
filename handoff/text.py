"""How a text looks once cleaned and made comparable; the one door to everything about text.

It decides width, case, script and the spelling of numbers for matching. It never decides what a
message means.
"""

import unicodedata

import re2

from handoff.graphemes import MESSAGE_LIMIT, clean_text, split_message, utf16_units
from handoff.language import Language, has_han, language_of, to_simplified, to_traditional
from handoff.moments import format_wait, format_when

__all__ = [
    "MESSAGE_LIMIT",
    "Language",
    "clean_text",
    "format_wait",
    "format_when",
    "has_han",
    "language_of",
    "normalise",
    "split_message",
    "to_simplified",
    "to_traditional",
    "utf16_units",
]

_UNSEEN = re2.compile(
    "[\u00ad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_JOINER_IN_WORD = re2.compile("([\\pL\\pN])\u200d")
_SPACE = re2.compile(r"[ \t\f\v\x{a0}\x{2000}-\x{200a}\x{3000}]+")
_APOSTROPHE = re2.compile(r"([A-Za-z])[‘’ʼ`´]([A-Za-z])")
_DASH = re2.compile(r"[‐‑‒–—―−]")
_NUMBER_GROUPS = re2.compile(r"\d+(?:[ -]\d+)+")
_DATE = re2.compile(r"(?:19|20)\d\d-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])")
_JOINED_LENGTHS = range(9, 35)  # from a short order number to a waybill with a post code before it
_WHOLE_NUMBER = 9  # a group this long is a number of its own and is never glued to its neighbour


def normalise(text: str) -> str:
    """Returns the text for matching: one width, lower case, simplified script, whole numbers."""
    plain = unicodedata.normalize("NFKC", clean_text(text))
    plain = _JOINER_IN_WORD.sub(r"\1", _UNSEEN.sub("", plain))
    plain = _DASH.sub("-", _APOSTROPHE.sub(r"\1'\2", plain))
    plain = _SPACE.sub(" ", plain).strip().lower()
    if has_han(plain):
        plain = to_simplified(plain)
    whole: str = _NUMBER_GROUPS.sub(lambda found: _joined(found.group(0)), plain)
    return whole


def _joined(run: str) -> str:
    groups = run.replace("-", " ").split()
    digits = "".join(groups)
    if len(digits) not in _JOINED_LENGTHS or _DATE.fullmatch(run):
        return run
    if max(map(len, groups)) >= _WHOLE_NUMBER:
        return run
    if min(map(len, groups)) < 2 < max(map(len, groups)):
        return run  # "2-3 202612": a count beside a number, not one number read aloud
    return digits
