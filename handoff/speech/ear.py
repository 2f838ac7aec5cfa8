"""Hear a wrong tone that no rule names: pieces of text in, a likelihood out.

A linear model over runs of characters (Chinese) or words (English), taught by
`python -m handoff guard` from judged lines and from our own texts. It only ever warns, says no
better words and never stops the bot. Weights are data: `seeds/guard/ear.*.txt`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import re2

from handoff.errors import SeedError, SeedErrors
from handoff.knowledge.articles import TONGUES, Tongue

QUOTES = re2.compile(r'“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|"[^"]*"')
_DIGITS = re2.compile(r"[0-9]")
_WORDS = re2.compile(r"[a-z0']+|[.,!?;:“⌚]")
_RUN = 4
_PHRASE = 3
_TIME = "⌚"
_HEARD_CHARS = 300


@dataclass(frozen=True, slots=True)
class Weights:
    """What one language's ear has learnt."""

    bias: float
    threshold: float
    weights: Mapping[str, float]


class Ear:
    """The weights of both languages, ready to listen."""

    def __init__(self, learnt: Mapping[Tongue, Weights], times: Mapping[Tongue, Any]) -> None:
        self._learnt = learnt
        self._times = times

    def likelihood(self, text: str, tongue: Tongue) -> float:
        """How sure it is, between 0 and 1, that the tone is wrong."""
        learnt = self._learnt[tongue]
        pieces = pieces_of(text, tongue, self._times[tongue])
        known = [learnt.weights[piece] for piece in pieces if piece in learnt.weights]
        margin = learnt.bias + (sum(known) / math.sqrt(len(known)) if known else 0.0)
        return 1 / (1 + math.exp(-margin))

    def wrong(self, text: str, tongue: Tongue) -> bool:
        """Whether the tone is wrong."""
        return self.likelihood(text, tongue) > self._learnt[tongue].threshold


def pieces_of(text: str, tongue: Tongue, times: Any) -> set[str]:
    """What the ear hears of a simplified text: quotes are somebody else's, any time is a time."""
    plain = QUOTES.sub("“”", " ".join(text[:_HEARD_CHARS].split()))
    plain = _DIGITS.sub("0", times.sub(_TIME, plain).lower().replace("’", "'"))
    return _PIECES[tongue](plain)


def _runs(plain: str) -> set[str]:
    text = f"^{plain}$"
    return {
        text[at : at + size] for size in range(1, _RUN + 1) for at in range(len(text) - size + 1)
    }


def _phrases(plain: str) -> set[str]:
    words = ["^", *_WORDS.findall(plain), "$"]
    return {
        " ".join(words[at : at + size])
        for size in range(1, _PHRASE + 1)
        for at in range(len(words) - size + 1)
    }


_PIECES: Mapping[Tongue, Callable[[str], set[str]]] = {"zh": _runs, "en": _phrases}


def path_of(folder: Path, tongue: Tongue) -> Path:
    """Where the weights of a language lie."""
    return folder / f"ear.{tongue}.txt"


def read_ear(folder: Path, times: Mapping[Tongue, Any]) -> Ear:
    """The ear of a folder; raises SeedErrors when a file is not such a file."""
    return Ear({tongue: _read(path_of(folder, tongue)) for tongue in TONGUES}, times)


def write_weights(path: Path, learnt: Weights) -> None:
    """Write bias and threshold, and then a piece and its weight in thousandths on each line."""
    lines = [f"{learnt.bias:.4f}\t{learnt.threshold}"]
    lines += [f"{piece}\t{round(1000 * each)}" for piece, each in sorted(learnt.weights.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _read(path: Path) -> Weights:
    try:
        head, *lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        bias, _, threshold = head.partition("\t")
        split = (line.rpartition("\t") for line in lines)
        weights = {piece: int(weight) / 1000 for piece, _, weight in split}
        return Weights(float(bias), float(threshold), weights)
    except (OSError, ValueError) as problem:
        raise SeedErrors([SeedError(str(path), "file", f"cannot be read: {problem}")]) from None
