"""Tell a bare yes from a bare no.

Only a text that says nothing else counts: "yes, but the blue one" is neither. What names the very
thing that was restated ("right, cancel it") says no more than a yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import re2
from ahocorasick_rs import AhoCorasick
from pydantic import BaseModel, ConfigDict

from handoff.errors import SeedErrors
from handoff.knowledge.seedfiles import BothWords, Faults, read_yaml
from handoff.text import normalise, one_of

AGREEMENT_FILE = "agreement.yaml"
_MOST_CHARS = 40
_BETWEEN = r"[\s,，.。!！~～;；]*"


class Agreement:
    """The words of both languages, as linear-time patterns."""

    def __init__(self, seed: _AgreementSeed) -> None:
        yes, no, polite = seed.yes.words, seed.no.words, seed.besides.words
        self._done = {
            policy: _only((*yes, *polite, *both.words)) for policy, both in seed.restated.items()
        }
        self._left = {
            policy: _left((*no, *polite), seed.not_so.words, (*both.words, *polite))
            for policy, both in seed.restated.items()
        }
        self._yes = _only((*yes, *polite))
        self._no = _only((*no, *polite))
        self._polite = _only(polite)
        self._absent = _only(seed.absent.words)
        either = [*yes, *no, *polite, *seed.not_so.words]
        either += [word for both in seed.restated.values() for word in both.words]
        self._any = AhoCorasick(either)

    def hear(self, text: str, restated: str = "") -> bool | None:
        """Returns whether the whole text is a yes (True) or a no (False) to what was asked; to what
        was `restated`, when it names a policy.
        """
        normal = normalise(text) if len(text) <= _MOST_CHARS else ""
        if not normal or not self._any.find_matches_as_indexes(normal):
            return None  # most texts hold none of the words
        if self._polite.fullmatch(normal):
            return None
        if restated and self._absent.fullmatch(normal):
            return None
        if restated in self._done and self._done[restated].fullmatch(normal):
            return True
        if restated in self._left and self._left[restated].fullmatch(normal):
            return False
        if self._no.fullmatch(normal):
            return False
        return True if self._yes.fullmatch(normal) else None


def load_agreement(seeds_dir: Path) -> Agreement:
    """Reads the words; raises SeedErrors with every mistake."""
    faults = Faults(seeds_dir)
    seed = read_yaml(seeds_dir / AGREEMENT_FILE, _AgreementSeed, faults)
    if seed is None:
        raise SeedErrors(faults.found)
    return Agreement(seed)


class _AgreementSeed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    yes: BothWords
    no: BothWords
    besides: BothWords
    restated: dict[str, BothWords]
    not_so: BothWords
    absent: BothWords


def _only(words: Iterable[str]) -> Any:
    return re2.compile(f"{_BETWEEN}(?:(?:{one_of(words)}){_BETWEEN})+")


def _left(no: Iterable[str], before: Iterable[str], words: Iterable[str]) -> Any:
    """What is left undone: a "not", and then nothing but what was restated."""
    first = f"{_BETWEEN}(?:(?:{one_of(no)}){_BETWEEN})*"
    return re2.compile(f"{first}(?:{one_of(before)}) ?(?:(?:{one_of(words)}){_BETWEEN})+")
