"""Weigh a message with a linear model: n-grams and signs in, one margin a head out.

The weights are plain data, trained by `python -m bot train`. All heads of a feature are packed into
one whole number, a weight of sixteen bits in each field of thirty-two, so that a message is weighed
by adding whole numbers. What margins mean is decided in `judging`.
"""

import math
import struct
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Literal, Protocol

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bot.understanding.ngrams import padded, words_of
from bot.understanding.opinion import Opinion

ZERO = 1 << 15  # fields hold weights above this, so that adding them never borrows
_LITTLE: Literal["little"] = "little"
_FIELD_BITS, _FIELD_MASK = 32, (1 << 32) - 1
_NONE: frozenset[int] = frozenset()
_WORDS_KEPT, _LONGEST_KEPT = 4_096, 20  # longer ones hardly come again, and weigh more
_number_of = itemgetter(0)
_Summed = tuple[Sequence[int], int, float]
"""Fields, the zero in them, and what one step of them is worth."""


@dataclass(frozen=True, slots=True)
class Block:
    """One kind of features: for each the packed weights of every head, in steps of `step`.

    The last field is the squared length a feature adds, in steps of `length_step`; a block without
    one is not measured by its length.
    """

    rows: Mapping[str, int]
    step: float
    length_step: float


@dataclass(frozen=True, slots=True)
class Weights:
    """A trained model as plain data; `slopes` turn a margin into a likelihood, head by head."""

    heads: tuple[str, ...]
    bias: tuple[float, ...]
    slopes: tuple[tuple[float, float], ...]
    words: Block
    pieces: Block
    symbols: Block
    trained_on: str
    messages: int
    opinion: Opinion = field(default_factory=Opinion)


def pack(row: Iterable[int]) -> int:
    """Returns a row of weights as one whole number, a field each."""
    return int.from_bytes(array("I", [weight + ZERO for weight in row]).tobytes(), _LITTLE)


class PiecesOfWords(dict[str, frozenset[int]]):
    """The numbers of the pieces in a word: none reaches over a space, and words come again. What
    stands between spaces in Chinese is a sentence, and does not.
    """

    def __init__(self, automaton: AhoCorasick) -> None:
        self._automaton = automaton

    def __missing__(self, word: str) -> frozenset[int]:
        found = self._automaton.find_matches_as_indexes(f" {word} ", overlapping=True)
        numbers = frozenset(map(_number_of, found))
        if word.isascii() and len(word) <= _LONGEST_KEPT:
            if len(self) >= _WORDS_KEPT:
                self.clear()
            self[word] = numbers
        return numbers


class Weighs(Protocol):
    """What judges a message by its margins, one a head."""

    heads: tuple[str, ...]
    opinion: Opinion

    def margins(self, normal: str, symbols: Iterable[str]) -> list[float]: ...
    def likelihoods(self, margins: Sequence[float], first: int = 0) -> list[float]: ...
    def shares(self, normal: str, head: str) -> list[float]: ...


def likelihoods(
    margins: Sequence[float], slopes: Sequence[tuple[float, float]], first: int = 0
) -> list[float]:
    """Returns the margins from the head `first` on as likelihoods between 0 and 1."""
    found = []
    for place in range(first, len(margins)):
        slope, shift = slopes[place]
        found.append(1 / (1 + math.exp(-slope * margins[place] - shift)))
    return found


class Model:
    """Weights made ready to weigh messages."""

    def __init__(self, weights: Weights) -> None:
        self.heads = weights.heads
        self.opinion = weights.opinion
        self._bias = weights.bias
        self._slopes = weights.slopes
        self._words, self._signs = weights.words, weights.symbols
        self._steps = Block({}, weights.pieces.step, weights.pieces.length_step)
        fields = len(weights.heads) + 1
        self._fields = struct.Struct(f"<{fields}I")
        self._nothing: _Summed = ((0,) * fields, 0, 0.0)
        self._vectors = list(weights.pieces.rows.values())
        self._automaton = AhoCorasick(
            list(weights.pieces.rows),
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
        )
        self._pieces = PiecesOfWords(self._automaton)

    def margins(self, normal: str, symbols: Iterable[str]) -> list[float]:
        """Returns how far a normalised message lies on each head's side."""
        text = padded(normal)
        numbers = _NONE.union(*map(self._pieces.__getitem__, text.split()))
        pieces = map(self._vectors.__getitem__, numbers)
        known = self._words.rows
        words = map(known.__getitem__, known.keys() & words_of(text))
        signs = map(self._signs.rows.__getitem__, self._signs.rows.keys() & symbols)
        return self._added(
            self._measured(list(pieces), self._steps),
            self._measured(list(words), self._words),
            self._summed(list(signs), self._signs),
        )

    def likelihoods(self, margins: Sequence[float], first: int = 0) -> list[float]:
        """Returns the margins from the head `first` on as likelihoods between 0 and 1."""
        return likelihoods(margins, self._slopes, first)

    def shares(self, normal: str, head: str) -> list[float]:
        """Returns what each character of a normalised message adds to a head; where spaces were
        doubled the places do not line up and nothing is told.
        """
        text = padded(normal)
        if len(text) != len(normal) + 2:
            return []
        field = self.heads.index(head)
        shares = [0.0] * len(text)
        for piece, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            weight = (self._vectors[piece] >> (_FIELD_BITS * field)) & _FIELD_MASK
            share = (weight - ZERO) * self._steps.step / (end - start)
            for place in range(start, end):
                shares[place] += share
        return shares[1:-1]

    def _added(self, pieces: _Summed, words: _Summed, signs: _Summed) -> list[float]:
        (piece, piece_zero, piece_step), (word, word_zero, word_step) = pieces, words
        sign, sign_zero, sign_step = signs
        zero = piece_zero * piece_step + word_zero * word_step + sign_zero * sign_step
        return [
            bias - zero + p * piece_step + w * word_step + s * sign_step
            for bias, p, w, s in zip(self._bias, piece, word, sign, strict=False)
        ]

    def _measured(self, vectors: Sequence[int], block: Block) -> _Summed:
        """Sums features that stand there, however often, and divides by the whole's length."""
        if not vectors:
            return self._nothing
        fields, zero, step = self._summed(vectors, block)
        return fields, zero, step / math.sqrt((fields[-1] - zero) * block.length_step)

    def _summed(self, vectors: Sequence[int], block: Block) -> _Summed:
        fields = self._fields.unpack(sum(vectors).to_bytes(self._fields.size, _LITTLE))
        return fields, ZERO * len(vectors), block.step
