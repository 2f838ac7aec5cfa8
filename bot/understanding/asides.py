"""Tell an aside: a whole text that says nothing by itself: "hmm", "one sec", "really?", "so?".

What it is answered with hangs on what was told before; that is settled in `bot/answers/asides.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

import re2
from pydantic import BaseModel, ConfigDict

from handoff.errors import SeedErrors
from handoff.knowledge.seedfiles import BothWords, Faults, read_yaml
from handoff.text import normalise, one_of

ASIDES_FILE = "asides.yaml"
_MOST_CHARS = 32
_BETWEEN = r"[^\pL\pN]*"


class Aside(StrEnum):
    """What an aside tells."""

    LOOKS = "looks"
    """They go and look for something, or ask for a moment."""
    HUMS = "hums"
    """They have heard it, or think about it."""
    DOUBTS = "doubts"
    """They ask whether what was told is so."""
    ASKS_ON = "asks_on"
    """They ask what comes next."""


class Asides:
    """The words of both languages, as linear-time patterns."""

    def __init__(self, seed: _AsidesSeed) -> None:
        beside = seed.besides.words
        self._patterns = [
            (aside, _holds(words.words, beside))
            for aside in Aside
            for words in (getattr(seed, aside),)
        ]

    def hear(self, text: str) -> Aside | None:
        """Returns what kind of aside the whole text is; None when it says something by itself."""
        normal = normalise(text) if len(text) <= _MOST_CHARS else ""
        found = (aside for aside, pattern in self._patterns if pattern.fullmatch(normal))
        return next(found, None) if normal else None


def load_asides(seeds_dir: Path) -> Asides:
    """Reads the words; raises SeedErrors with every mistake."""
    faults = Faults(seeds_dir)
    seed = read_yaml(seeds_dir / ASIDES_FILE, _AsidesSeed, faults)
    if seed is None:
        raise SeedErrors(faults.found)
    return Asides(seed)


class _AsidesSeed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    looks: BothWords
    hums: BothWords
    doubts: BothWords
    asks_on: BothWords
    besides: BothWords


def _holds(words: Iterable[str], besides: Iterable[str]) -> Any:
    """One of the words at least, and nothing but them and what may stand beside them."""
    own, either = (f"(?:{one_of(some)}){_BETWEEN}" for some in (words, [*words, *besides]))
    return re2.compile(f"{_BETWEEN}(?:{either})*{own}(?:{either})*")
