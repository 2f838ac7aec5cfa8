"""Tell a bare yes from a bare no.

Only a text that says nothing else counts: "yes, but the blue one" is neither.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import re2
from pydantic import BaseModel, ConfigDict, Field

from handoff.errors import SeedErrors
from handoff.knowledge.seedfiles import Faults, read_yaml
from handoff.text import normalise

AGREEMENT_FILE = "agreement.yaml"
_MOST_CHARS = 40
_BETWEEN = r"[\s,，.。!！~～;；]*"


class Agreement:
    """The words of both languages, as linear-time patterns."""

    def __init__(self, yes: Iterable[str], no: Iterable[str], besides: Iterable[str]) -> None:
        polite = tuple(besides)
        self._yes = _only((*yes, *polite))
        self._no = _only((*no, *polite))
        self._polite = _only(polite)

    def hear(self, text: str) -> bool | None:
        """Returns whether the whole text is a yes (True) or a no (False)."""
        normal = normalise(text) if len(text) <= _MOST_CHARS else ""
        if not normal or self._polite.fullmatch(normal):
            return None
        if self._no.fullmatch(normal):
            return False
        return True if self._yes.fullmatch(normal) else None


def load_agreement(seeds_dir: Path) -> Agreement:
    """Reads the words; raises SeedErrors with every mistake."""
    faults = Faults(seeds_dir)
    seed = read_yaml(seeds_dir / AGREEMENT_FILE, _AgreementSeed, faults)
    if seed is None:
        raise SeedErrors(faults.found)
    return Agreement(_words(seed.yes), _words(seed.no), _words(seed.besides))


class _BothSeed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: tuple[str, ...] = Field(min_length=1)
    en: tuple[str, ...] = Field(min_length=1)


class _AgreementSeed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    yes: _BothSeed
    no: _BothSeed
    besides: _BothSeed


def _words(both: _BothSeed) -> tuple[str, ...]:
    return (*both.zh, *both.en)


def _only(words: Iterable[str]) -> Any:
    longest = sorted(words, key=len, reverse=True)
    either = "|".join(rf"{re2.escape(w)}\b" if w.isascii() else re2.escape(w) for w in longest)
    return re2.compile(f"{_BETWEEN}(?:(?:{either}){_BETWEEN})+")
