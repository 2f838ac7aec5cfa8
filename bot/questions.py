"""Tell a question by its form, in both languages: how it ends, which word asks in it, and whether
there is a word at all.

This is grammar and no seed: these words are the same in every shop. What is asked is settled
elsewhere.
"""

from __future__ import annotations

import string

import re2

_ENDS = ("?", "？", "吗", "嗎", "呢")
_CLAUSE_CHARS = 6
"""Shorter, a clause has no matter of its own: "what do you need for it"."""
_LATIN = frozenset(string.ascii_lowercase)
_LETTERS = 3
"""The same letter up to so often may be a size or a battery."""
_IN_CHINESE = re2.compile(
    "[吗嗎呢么麼怎哪谁誰]|多久|多少|[几幾](?:[^个個]|[个個][工月小])|为何|為何"
    "|能不能|可不可以|是不是|有没有|有沒有|[发發]不[发發]|可以.{0,8}不"
)
"""A few without a number is none: "I have a few questions" asks nothing."""
_OPENS_ENGLISH = re2.compile(
    r"(?i)^\W*(?:(?:how|what|when|where|who|which|why|can|could|do|does|is|are|will|would|may"
    r"|(?:did|has|have) (?:i|you|u|we|they|he|she|it|my|your|the|this|that)))\b"
)
_NOD = re2.compile(
    r"^(?:(?:ok|okay|alright|all right|good|great|fine|right|好的?|嗯+|行)\b?[\s,，.。!！]*)+"
)


def without_nod(normal: str) -> str:
    """A normalised text without the "ok" it opens with: "ok, when exactly" asks."""
    return str(_NOD.sub("", normal))


def ends_as_question(text: str) -> bool:
    """Whether a text, or one message of a burst, ends as a question does."""
    return any(line.rstrip().endswith(_ENDS) for line in text.splitlines())


def asks_in_chinese(text: str) -> bool:
    """Whether a Chinese word asks in it, wherever it stands."""
    return _IN_CHINESE.search(text) is not None


def asks_in_english(text: str) -> bool:
    """Whether it opens as an English question does."""
    return _OPENS_ENGLISH.search(text) is not None


def asks_itself(part: str) -> bool:
    """Whether a part of a text is a question by itself, its mark cut off."""
    return asks_in_english(part) or (len(part.strip()) >= _CLAUSE_CHARS and asks_in_chinese(part))


def is_wordless(normal: str) -> bool:
    """Whether no word stands in a normalised text: signs alone, or one letter over and over. Digits
    may be a number, and one Chinese character said again and again is a word still.
    """
    said = set(filter(str.isalnum, normal))
    letters = sum(map(str.isalnum, normal))
    return not said or (len(said) == 1 and said <= _LATIN and letters > _LETTERS)
