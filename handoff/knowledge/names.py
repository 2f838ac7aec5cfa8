"""Find names of things (carriers, wallets) in a sentence by table, in linear time.

A Latin name must stand alone; a Chinese name must not be part of a longer word the table lists
("其中通过" holds no ZTO). It reads no files.
"""

import unicodedata
from collections.abc import Iterable
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick, MatchKind

from handoff.text import to_simplified

Thing = TypeVar("Thing")


def plain(text: str) -> str:
    """Returns the text in one width, case and script, as names, codes and questions are compared.

    It is a tenth of `handoff.text.normalise` in time and leaves the numbers alone.
    """
    if text.isascii():
        return text.lower()
    return to_simplified(unicodedata.normalize("NFKC", text)).lower()


def stands_alone(text: str, start: int, end: int) -> bool:
    """Tells whether no ASCII letter or digit touches the span."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return not any(side.isascii() and side.isalnum() for side in (before, after))


class NameTable(Generic[Thing]):
    """Names, each of one thing; the longest name wins."""

    def __init__(self, names: Iterable[tuple[str, Thing, tuple[str, ...]]]) -> None:
        self._names: dict[str, tuple[Thing, tuple[str, ...]]] = {}
        for name, thing, not_in in names:
            self._names.setdefault(plain(name), (thing, tuple(plain(word) for word in not_in)))
        self._automaton = AhoCorasick(list(self._names), matchkind=MatchKind.Standard)

    def find_in(self, text: str) -> list[Thing]:
        """Returns the things a text names, in order, each once."""
        found: dict[Thing, None] = {}
        simple, at = plain(text), 0
        matches = self._automaton.find_matches_as_indexes(simple, overlapping=True)
        for _, start, end in sorted(matches, key=_longest_first):
            thing = self._thing(simple, start, end) if start >= at else None
            if thing is not None:
                found[thing] = None
                at = end
        return list(found)

    def _thing(self, text: str, start: int, end: int) -> Thing | None:
        name = text[start:end]
        if name.isascii() and not stands_alone(text, start, end):
            return None
        thing, not_in = self._names[name]
        return None if any(_covers(text, start, end, word) for word in not_in) else thing


def _longest_first(match: tuple[int, int, int]) -> tuple[int, int]:
    return match[1], -match[2]


def _covers(text: str, start: int, end: int, word: str) -> bool:
    """Tells whether `word` stands in the text over the span."""
    first = max(0, end - len(word))
    return any(text.startswith(word, at) for at in range(first, start + 1))
