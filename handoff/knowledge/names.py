"""Find names of things (carriers, wallets) in a sentence by table, in linear time.

A Latin name must stand alone; a Chinese name must not be part of a longer word the table lists
("其中通过" holds no ZTO). It reads no files.
"""

import unicodedata
from collections.abc import Iterable
from typing import Generic, TypeVar

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
        self._by_first: dict[str, list[tuple[str, Thing, tuple[str, ...]]]] = {}
        for name, thing, not_in in names:
            key = plain(name)
            entry = (key, thing, tuple(plain(word) for word in not_in))
            self._by_first.setdefault(key[0], []).append(entry)
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def find_in(self, text: str) -> list[Thing]:
        """Returns the things a text names, in order, each once."""
        found: dict[Thing, None] = {}
        simple = plain(text)
        at = 0
        while at < len(simple):
            entry = self._at(simple, at)
            if entry:
                found[entry[1]] = None
            at += len(entry[0]) if entry else 1
        return list(found)

    def _at(self, text: str, at: int) -> tuple[str, Thing] | None:
        for name, thing, not_in in self._by_first.get(text[at], ()):
            end = at + len(name)
            if not text.startswith(name, at):
                continue
            if name.isascii() and not stands_alone(text, at, end):
                continue
            if not any(_covers(text, at, end, word) for word in not_in):
                return name, thing
        return None


def _covers(text: str, start: int, end: int, word: str) -> bool:
    """Tells whether `word` stands in the text over the span."""
    first = max(0, end - len(word))
    return any(text.startswith(word, at) for at in range(first, start + 1))
