"""Find thousands of phrases in a text in one pass.

A phrase may offer alternatives, `(a|b|)`, and leave gaps: `a·b` for a syllable or two, `a…b` for
some words, both inside one sentence. Alternatives are spelled out when the automaton is built, so
that finding is literal and takes time linear in the text. What a phrase means is not decided here.
"""

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TypeVar

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

NEAR, FAR = "·", "…"
_BORDER = re.compile(f"([{NEAR}{FAR}])")
_TOKEN = re.compile(r"[()|]|[^()|]+")
_LATIN = frozenset(string.ascii_letters + string.digits)
_BEGINS, _ENDS = 1, 2
_MOST_SPELLINGS = 250
_One = TypeVar("_One")
_Place = tuple[int, int, int]  # of a literal: start, end, number
_Side = tuple[int, int]  # of a phrase with gaps: its place in it, and which phrase
Found = tuple[int, int, int]
"""One phrase in a text: its number in the list it was built from, its start and its end."""


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
    """A phrase with gaps: its number, how wide the gap before each side may be, and the sides of
    each of its literals.
    """

    number: int
    gaps: Sequence[int]
    sides_of: Mapping[int, Sequence[int]]


class Phrases:
    """An automaton over numbered phrases."""

    def __init__(self, phrases: Iterable[Spelled]) -> None:
        literals: dict[str, int] = {}
        whole: dict[int, tuple[int, ...]] = {}
        self._gapped: list[_Gapped] = []
        sides_of: dict[int, tuple[_Side, ...]] = {}
        for number, phrase in enumerate(phrases):
            sides = [
                frozenset(literals.setdefault(literal, len(literals)) for literal in side)
                for side in phrase.sides
            ]
            if len(sides) > 1:
                for place, side in enumerate(sides):
                    _note(sides_of, side, (place, len(self._gapped)))
                self._gapped.append(_Gapped(number, phrase.gaps, _turned(sides)))
                continue
            _note(whole, sides[0], number)
        self._size = len(literals)
        self._whole = [whole.get(literal, ()) for literal in range(len(literals))]
        self._deepest = max((len(phrase.gaps) for phrase in self._gapped), default=0)
        self._wanted = self._bits_of(  # what a phrase with fewer sides does not want, it has
            (place, number)
            for number, phrase in enumerate(self._gapped)
            for place in range(len(phrase.gaps), self._deepest)
        )
        # The ways to say a side share what is kept of them: apart they would take 5 MB more.
        bits = {sides: self._bits_of(sides) for sides in frozenset(sides_of.values())}
        self._bits = {literal: bits[sides] for literal, sides in sides_of.items()}
        self._edges = bytes(map(_edges, literals))
        self._automaton = AhoCorasick(
            list(literals),
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
        )

    def __len__(self) -> int:
        return self._size

    def find(self, text: str) -> list[Found]:
        """Returns every phrase in the text, also where they overlap, ordered by where their last
        side begins.
        """
        if not (places := self._places(text)):
            return []
        whole = self._whole
        found = [
            (start, end, number, start)
            for start, end, literal in places
            for number in whole[literal]
        ]
        if gapped := self._all_there({literal for _, _, literal in places}):
            sides = frozenset().union(*(phrase.sides_of for phrase in gapped))
            places = [place for place in places if place[2] in sides]
            for phrase in gapped:
                found += _follow(phrase, places, text)
            found.sort()
        return [(number, first, end) for _, end, number, first in found]

    def _all_there(self, literals: set[int]) -> list[_Gapped]:
        """Phrases of which every side stands somewhere: most sides are everyday words, so that
        only these are worth a look. One bit a phrase tells it for all of them at once.
        """
        sides = self._bits.keys() & literals
        if len(sides) < 2:
            return []
        seen = reduce(or_, map(self._bits.__getitem__, sides), self._wanted)
        there = (1 << len(self._gapped)) - 1
        for _ in range(self._deepest):
            there &= seen
            seen >>= len(self._gapped)
        found = []
        while there:
            lowest = there & -there
            found.append(self._gapped[lowest.bit_length() - 1])
            there ^= lowest
        return found

    def _bits_of(self, sides: Iterable[_Side]) -> int:
        """A bit for each side as one whole number, a stretch of it for each place."""
        return sum(1 << (place * len(self._gapped) + phrase) for place, phrase in sides)

    def _places(self, text: str) -> list[_Place]:
        """Literals in the text, by where they begin; none cuts a latin word or a number."""
        places, size, edges = [], len(text), self._edges
        for literal, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            # Spelled out twice, since it runs for every match of every text.
            edge = edges[literal]
            if edge & _BEGINS and start and text[start - 1] in _LATIN:
                continue
            if edge & _ENDS and end < size and text[end] in _LATIN:
                continue
            places.append((start, end, literal))
        places.sort()
        return places


def _edges(literal: str) -> int:
    """Tells on which sides of a literal no latin letter or digit may touch it."""
    return _BEGINS * (literal[0] in _LATIN) + _ENDS * (literal[-1] in _LATIN)


def _turned(sides: Sequence[frozenset[int]]) -> Mapping[int, Sequence[int]]:
    turned: dict[int, tuple[int, ...]] = {}
    for place, side in enumerate(sides):
        _note(turned, side, place)
    return turned


def _note(noted: dict[int, tuple[_One, ...]], literals: frozenset[int], one: _One) -> None:
    """Notes one thing more of each literal; those with nothing else share the very same tuple."""
    alone = (one,)
    for literal in literals:
        noted[literal] = noted[literal] + alone if literal in noted else alone


def ending(marks: str) -> re.Pattern[str]:
    """Returns a pattern of what ends a piece of text: `marks`, or a full stop before a space."""
    return re.compile(rf"[{re.escape(marks)}.](?!(?<=\.)\S)")


_SENTENCE_ENDS = ending("。！？!?;；\n")


def borders(text: str, ends: re.Pattern[str] = _SENTENCE_ENDS) -> list[int]:
    """Returns where sentences end, or what else `ends` tells."""
    return [found.start() for found in ends.finditer(text)]


def _parted(text: str, last: int, start: int) -> bool:
    """Tells whether a sentence ends between two places; the gap is all that need be looked at."""
    found = _SENTENCE_ENDS.search(text, last, start + 1)
    return found is not None and found.start() < start


def _follow(
    gapped: _Gapped, places: Sequence[_Place], text: str
) -> Iterator[tuple[int, int, int, int]]:
    """Yields a gapped phrase wherever its sides follow each other closely, in one sentence."""
    last_side = len(gapped.gaps) - 1
    sides_of = gapped.sides_of
    seen: list[tuple[int, int]] = []  # per side: where the phrase began, where that side ended
    for start, end, literal in places:
        for place in sides_of.get(literal, ()):
            first = start
            if place:
                if len(seen) < place:
                    continue
                first, last = seen[place - 1]
                if not 0 <= start - last <= gapped.gaps[place] or _parted(text, last, start):
                    continue
            if place == last_side:
                yield start, end, gapped.number, first
            else:
                seen[place : place + 1] = [(first, end)]
