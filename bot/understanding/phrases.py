"""Find thousands of phrases in a text in one pass.

A phrase may offer alternatives, `(a|b|)`, and leave gaps: `a·b` for a syllable or two, `a…b` for
some words, both inside one sentence. Alternatives are spelled out when the automaton is built, so
that finding is literal and takes time linear in the text. What a phrase means is not decided here.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

NEAR, FAR = "·", "…"
_BORDER = re.compile(f"([{NEAR}{FAR}])")
_TOKEN = re.compile(r"[()|]|[^()|]+")
_SENTENCE_ENDS = frozenset("。！？!?;；\n")
_MOST_SPELLINGS = 250


@dataclass(frozen=True, slots=True)
class Gaps:
    """How many characters a gap may hold, by its kind."""

    near: int
    far: int


@dataclass(frozen=True, slots=True)
class Spelled:
    """A phrase spelled out: the literals of each side, and the gap allowed before each side."""

    sides: Sequence[Sequence[str]]
    gaps: Sequence[int]


class Found(NamedTuple):
    """One phrase in a text: its number in the list it was built from, and where it stands."""

    number: int
    start: int
    end: int


def spell_out(phrase: str, gaps: Gaps) -> Spelled:
    """Returns the literals of a phrase, side by side; raises ValueError if it is malformed."""
    pieces = _BORDER.split(phrase)
    widths = [gaps.near if border == NEAR else gaps.far for border in pieces[1::2]]
    return Spelled([_spellings(side) for side in pieces[::2]], [0, *widths])


def _spellings(side: str) -> list[str]:
    ways = [" ".join(way.split()) for way in _expand(side)]
    if len(ways) > _MOST_SPELLINGS:
        raise ValueError(f"{len(ways)} spellings, at most {_MOST_SPELLINGS}")
    if "" in ways:
        raise ValueError("an empty phrase or an empty side of a gap")
    return list(dict.fromkeys(ways))


def _expand(side: str) -> list[str]:
    """Returns every way to read a side; alternatives may stand inside alternatives."""
    tokens = _TOKEN.findall(side)[::-1]
    ways = _read_options(tokens)
    if tokens:
        raise ValueError("brackets do not match")
    return ways


def _read_options(tokens: list[str]) -> list[str]:
    """Takes options off the end of `tokens` up to a closing bracket; returns their ways."""
    ways: list[str] = []
    option = [""]
    while tokens and tokens[-1] != ")":
        token = tokens.pop()
        if token == "|":
            ways, option = ways + option, [""]
        elif token == "(":
            inner = _read_options(tokens)
            if not tokens:
                raise ValueError("brackets do not match")
            tokens.pop()
            option = [start + end for start in option for end in inner]
        else:
            option = [start + token for start in option]
    return ways + option


@dataclass(frozen=True, slots=True)
class _Gapped:
    """A phrase with gaps: its number, and how wide the gap before each side may be."""

    number: int
    gaps: Sequence[int]


class Phrases:
    """An automaton over numbered phrases."""

    def __init__(self, phrases: Iterable[Spelled]) -> None:
        entries: dict[str, list[tuple[int, int]]] = {}
        self._gapped: list[_Gapped] = []
        for number, phrase in enumerate(phrases):
            for literal, entry in self._entries(number, phrase):
                known = entries.setdefault(literal, [])
                if entry not in known:
                    known.append(entry)
        self._literals = [tuple(entries[literal]) for literal in entries]
        self._automaton = AhoCorasick(list(entries), matchkind=MatchKind.Standard)

    def __len__(self) -> int:
        return len(self._literals)

    def _entries(self, number: int, phrase: Spelled) -> Iterator[tuple[str, tuple[int, int]]]:
        """Each literal with what it stands for: a whole phrase (-1), or a side of a gapped one."""
        if len(phrase.sides) == 1:
            yield from ((literal, (-1, number)) for literal in phrase.sides[0])
            return
        sequence = len(self._gapped)
        self._gapped.append(_Gapped(number, phrase.gaps))
        for place, side in enumerate(phrase.sides):
            yield from ((literal, (sequence, place)) for literal in side)

    def find(self, text: str) -> list[Found]:
        """Returns every phrase in the text, also where they overlap, ordered by where they end."""
        found: list[Found] = []
        pieces: dict[int, list[tuple[int, int]]] = {}
        ends: list[int] | None = None
        for start, end, entries in self._occurrences(text):
            for sequence, number in entries:
                if sequence < 0:
                    found.append(Found(number, start, end))
                    continue
                if ends is None:
                    ends = borders(text)
                side = (number, start, end)
                whole = _follow(self._gapped[sequence], pieces.setdefault(sequence, []), side, ends)
                if whole is not None:
                    found.append(whole)
        return found

    def _occurrences(self, text: str) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...]]]:
        """Literals in the text, by where they begin; none cuts a latin word or a number."""
        matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
        for literal, start, end in sorted(matches, key=_by_place):
            if _border(text, start) and _border(text, end):
                yield start, end, self._literals[literal]


def _by_place(match: tuple[int, int, int]) -> tuple[int, int]:
    return match[1], match[2]


def borders(text: str, marks: frozenset[str] = _SENTENCE_ENDS) -> list[int]:
    """Returns where sentences end, or what else `marks` ends; a full stop ends before a space."""
    size = len(text)
    return [
        place
        for place, char in enumerate(text)
        if char in marks or (char == "." and (place + 1 == size or text[place + 1].isspace()))
    ]


def _follow(
    gapped: _Gapped,
    seen: list[tuple[int, int]],
    side: tuple[int, int, int],
    ends: Sequence[int],
) -> Found | None:
    """Takes one side of a gapped phrase into what was seen; returns the phrase when whole.

    `seen` holds for each side in turn where the phrase began and where that side ended.
    """
    place, start, end = side
    first = start
    if place:
        if len(seen) < place:
            return None
        first, last = seen[place - 1]
        if not 0 <= start - last <= gapped.gaps[place]:
            return None
        if bisect_left(ends, last) != bisect_left(ends, start):
            return None
    if place == len(gapped.gaps) - 1:
        return Found(gapped.number, first, end)
    seen[place : place + 1] = [(first, end)]
    return None


def _border(text: str, place: int) -> bool:
    """Tells whether no latin word or number goes on across this place."""
    if not 0 < place < len(text):
        return True
    last, following = text[place - 1], text[place]
    return not (last.isascii() and last.isalnum() and following.isascii() and following.isalnum())
