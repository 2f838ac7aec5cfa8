"""Turn a question into the tokens it is found by: known words whole, other Chinese in pairs of
characters, English stems.

Both sides of a search go through here, so that "票据" asked and "发票" written meet. It knows no
articles.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from handoff.knowledge.articles import Tongue
from handoff.knowledge.names import plain

LONGEST_TEXT = 2_000
_UNITS = re.compile(r"[a-z0-9]+(?:['’][a-z]+)*|[㐀-䶿一-鿿]|[^\s\w]")
_LONG_NUMBER = re.compile(r"[a-z]*\d[a-z0-9]{4,}")
_BREAK = ""


def normal(question: str) -> str:
    """Returns a question as it is compared with others: letters, digits and characters only."""
    return "".join(char for char in plain(question) if char.isalnum())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Returns an English word without plural, -ing, -ed and, where five letters or more are left,
    the final e; anything else unchanged.
    """
    word = word.replace("'", "").replace("’", "")
    if len(word) < 4 or not word.isalpha():
        return word
    for suffix, shortest, ending in (
        ("ies", 5, "y"),
        ("ing", 6, ""),
        ("ed", 5, ""),
        ("es", 6, "e"),
    ):
        if word.endswith(suffix) and len(word) >= shortest:
            return _tidy(word.removesuffix(suffix) + ending)
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return _tidy(word)


def _tidy(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeious":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _units(text: str) -> list[str]:
    """Returns single characters, stems, and a break for each punctuation mark; long numbers fall
    out.
    """
    units = []
    for unit in _UNITS.findall(plain(text[:LONGEST_TEXT])):
        if unit[0].isalnum():
            units.append(_BREAK if _LONG_NUMBER.fullmatch(unit) else stem(unit))
        else:
            units.append(_BREAK)
    return units


ELSEWHERE = "=elsewhere"
"""The one token of all words that belong to no shop: no article holds it, so it speaks for none."""


class Wording:
    """The words of one language that belong together, say little, or nothing, or lead elsewhere."""

    def __init__(
        self,
        groups: Iterable[tuple[str, ...]] = (),
        ignore: Iterable[str] = (),
        weak: Iterable[str] = (),
        elsewhere: Iterable[str] = (),
    ) -> None:
        self._phrases: dict[str, list[tuple[list[str], str]]] = {}
        for group in groups:
            for word in group:
                self._add(word, _token(group[0]))
        for word in ignore:
            self._add(word, _BREAK)
        for word in elsewhere:
            self._add(word, ELSEWHERE)
        weak = tuple(weak)
        for word in weak:
            self._add(word, _token(word))
        self.weak = frozenset(map(_token, weak))
        for phrases in self._phrases.values():
            phrases.sort(key=lambda phrase: -len(phrase[0]))

    def _add(self, word: str, token: str) -> None:
        units = _units(word)
        self._phrases.setdefault(units[0], []).append((units, token))

    def tokens(self, text: str) -> list[str]:
        """Returns the tokens of a text in order."""
        units = _units(text)
        tokens: list[str] = []
        rest: list[str] = []
        at = 0
        while at < len(units):
            unit = units[at]
            size, token = self._phrase(units, at) if unit in self._phrases else (0, unit)
            if not size and unit and not unit.isascii():
                rest.append(unit)
            else:
                if rest:
                    tokens += _pairs(rest)
                    rest = []
                if token:
                    tokens.append(token)
            at += size or 1
        return tokens + _pairs(rest)

    def _phrase(self, units: list[str], at: int) -> tuple[int, str]:
        for phrase, token in self._phrases[units[at]]:
            size = len(phrase)
            if size == 1 or units[at : at + size] == phrase:
                return size, token
        return 0, units[at]


def _token(word: str) -> str:
    """A known word becomes one token; the sign keeps it apart from the same letters unknown."""
    return "=" + word.lower().replace(" ", "_")


def _pairs(characters: list[str]) -> list[str]:
    """Pairs carry most of the meaning; the single characters save what no pair matches."""
    return [first + second for first, second in pairwise(characters)] + characters


@dataclass(frozen=True, slots=True)
class Synonyms:
    """The wording of both languages."""

    zh: Wording
    en: Wording

    def of(self, tongue: Tongue) -> Wording:
        """Returns the wording of one language."""
        return self.en if tongue == "en" else self.zh
