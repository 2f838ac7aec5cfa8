"""The fact check: what a text states must stand in its sources, or it is not said.

It knows numbers, dates, days, codes, links and titles (`tokens`), claims by their wording (free,
refunded, guaranteed …, from the seeds), and that instructions stay where they are. It cannot tell
whether a sentence without any of these is true: that is why sources are few and the guard reads
too. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import re2
from pydantic import BaseModel, ConfigDict, Field

from handoff.errors import SeedErrors
from handoff.knowledge.seedfiles import Faults, read_yaml
from handoff.llm.masking import MARK
from handoff.llm.tokens import plain, tokens
from handoff.speech.guard_seed import Pattern

TITLE_CHARS_MIN = 6
"""A shorter title is an everyday word ("Invoices") and proves nothing."""
KIN_SHARE = 0.25
"""Of the words of each sentence, so many stand in the sources; else it is about something else."""
_STEM = 5
_STRETCH = 30
"""So many characters of the instructions in a row are no chance."""
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_LONG_WORD = re.compile(r"[a-z]{4,}")
_ENDS = re.compile(r"[。！？!?；;\n]+|\.(?:\s+|$)")
_BY_WORDS = ("word:", "title:")
_MARKUP = re.compile(r"</?[a-z][^>]*>|\]\(|```|\{\{|&[a-z]+;|&#\d+;", re.IGNORECASE)


class Facts:
    """What the sources of one text state."""

    def __init__(self, sources: Iterable[str]) -> None:
        texts = [text for text in sources if text]
        self._plain = [plain(text) for text in texts]
        self._tokens = frozenset().union(*map(tokens, texts))

    def unfounded(self, text: str) -> tuple[str, ...]:
        """What the text states and no source does."""
        missing = tokens(text) - self._tokens
        return tuple(sorted(token for token in missing if not self._stands(token)))

    def says(self, words: str) -> bool:
        """Whether a source has these words."""
        return any(words in source for source in self._plain)

    def _stands(self, token: str) -> bool:
        return token.startswith(_BY_WORDS) and self.says(token.partition(":")[2])


class FactCheck:
    """Judges texts that somebody else wrote from our sources."""

    def __init__(
        self, claims: Sequence[str], titles: Iterable[str] = (), *, negations: Sequence[str] = ()
    ) -> None:
        self._claims: list[Any] = [re2.compile(f"(?i){pattern}") for pattern in claims]
        self._negation: Any = re2.compile(f"(?i){'|'.join(negations)}") if negations else None
        self._titles = [known for title in titles if len(known := plain(title)) >= TITLE_CHARS_MIN]

    def wrong_in(self, text: str, sources: Sequence[str]) -> tuple[str, ...]:
        """Everything in the text that its sources do not bear out; empty when it may be said."""
        facts, read = Facts(sources), plain(text)
        claims = {hit.group() for pattern in self._claims for hit in pattern.finditer(read)}
        named = [title for title in self._titles if title in read]
        return (
            *facts.unfounded(text),
            *(f"claim:{claim}" for claim in sorted(claims) if not facts.says(claim)),
            *(f"title:{title}" for title in named if not facts.says(title)),
            *(f"markup:{hit.group()}" for hit in _MARKUP.finditer(text)),
            *(f"mark:{hit.group()}" for hit in MARK.finditer(text)),
        )

    def turned(self, text: str, said: str) -> bool:
        """Whether one of the two denies something and the other does not: a no may have become a
        yes. Coarse on purpose, as the answer that was there is a good one.
        """
        if self._negation is None:
            return False
        denies = [self._negation.search(plain(each)) is not None for each in (text, said)]
        return denies[0] != denies[1]


def strays(text: str, sources: Iterable[str]) -> bool:
    """Whether a sentence has little to do with its sources, word by word."""
    known = set().union(*(_pieces(source) for source in sources))
    return any(
        len(pieces & known) < len(pieces) * KIN_SHARE for pieces in map(_pieces, _ENDS.split(text))
    )


def _pieces(text: str) -> set[str]:
    """The beginnings of longer words, and pairs of Chinese characters."""
    read = plain(text)
    runs = _HAN_RUN.findall(read)
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return pairs | {word[:_STEM] for word in _LONG_WORD.findall(read)}


def repeats(text: str, instructions: str) -> bool:
    """Whether a text gives away a stretch of its instructions."""
    read, secret = plain(text), plain(instructions)
    starts = range(0, len(secret) - _STRETCH + 1, 8)
    return any(secret[at : at + _STRETCH] in read for at in starts)


class _ChecksSeed(BaseModel):
    """`llm.yaml`: wording that promises or tells of a deed, which only a source may do; and what
    denies.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    claims: list[Pattern] = Field(min_length=1)
    negations: list[Pattern] = Field(min_length=1)


def load_fact_check(seeds_dir: Path, titles: Iterable[str] = ()) -> FactCheck:
    """The fact check with the claims of the seeds; raises SeedErrors."""
    faults = Faults(seeds_dir)
    seed = read_yaml(seeds_dir / "llm.yaml", _ChecksSeed, faults)
    if seed is None or faults.found:
        raise SeedErrors(faults.found)
    return FactCheck(seed.claims, titles, negations=seed.negations)
