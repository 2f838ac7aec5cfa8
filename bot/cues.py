"""Small signs in a customer's words: asks for steps, says thanks, has no order number at hand.

They change how the bot answers; what a message means is settled in `bot/understanding`.
"""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import re2
from ahocorasick_rs import AhoCorasick
from pydantic import BaseModel, ConfigDict, field_validator

from handoff.errors import SeedErrors
from handoff.knowledge import OrderStatus
from handoff.knowledge.seedfiles import BothWords, Faults, read_yaml
from handoff.text import one_of

CUES_FILE = "cues.yaml"
_UNKNOWN_CODE_CHARS = r"([a-z0-9][a-z0-9_.-]{1,39})"
_IN_WORDS = frozenset(string.ascii_letters + string.digits + "_")
_PAUSE = r"[^\pL\pN]*"
_HERE = re.compile("在[吗么嘛没否]")
_ORDER_LIKE = re2.compile(r"(?i)\b(?:w|ord)?-?\d[\d-]{3,24}\b")


class Cue(StrEnum):
    """What a sign tells."""

    BOT_QUESTION = "bot_question"
    ABILITIES = "abilities"
    HOW_TO = "how_to"
    THANKS = "thanks"
    FAREWELL = "farewell"
    NOTED = "noted"
    NO_NUMBER = "no_number"
    WHY_PROOF = "why_proof"
    OTHERS_ORDER = "others_order"
    MINE = "mine"
    TECHNICAL = "technical"
    EXAMPLE = "example"
    GENERAL = "general"
    SUGGESTS = "suggests"
    ONLY_SAYS = "only_says"
    THAT_ONE = "that_one"
    ALSO = "also"
    ASKS_NUMBER = "asks_number"
    WAITS = "waits"
    THERE = "there"
    HELLO = "hello"
    LEAVES = "leaves"
    PAYS_BY = "pays_by"
    NOT_BY = "not_by"
    BANK_FINE = "bank_fine"
    FAILS_ON = "fails_on"
    CHARGED = "charged"
    PAID_TWICE = "paid_twice"
    ANNOUNCES = "announces"
    BOUGHT = "bought"
    WHERE = "where"
    PAID_NOW = "paid_now"
    NOT_PAID = "not_paid"
    OWN_DOING = "own_doing"
    CHANGES = "changes"
    COURIER = "courier"
    REFUSED = "refused"
    SENT_BACK = "sent_back"
    POSTAGE = "postage"
    SEND_HOW = "send_how"
    SERVICE = "service"


class Facet(NamedTuple):
    """One side of a matter, as how long or at whose cost: how it is asked for, and told."""

    asks: Any
    says: Any
    whole: bool = False
    """All that an answer says of it is told: half of "we pay if …, else you pay" is untrue."""


class Cues:
    """The signs of both languages, looked for all at once and in linear time."""

    def __init__(
        self,
        words: Mapping[Cue, tuple[str, ...]],
        code_before: tuple[str, ...],
        call_beside: tuple[str, ...],
        usual: Mapping[str, str],
        first: Mapping[str, tuple[str, ...]],
        beside: frozenset[str] = frozenset(),
        leads: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        at_once: frozenset[str] = frozenset(),
        facets: Sequence[Facet] = (),
        of_status: Mapping[OrderStatus, tuple[str, ...]] = MappingProxyType({}),
    ) -> None:
        self.facets = facets
        """What may be asked behind an answer, and by what a sentence tells it."""
        self.of_status = of_status
        """The articles about an order in that state."""
        self.at_once = at_once
        """The articles that are told at once, though a person takes over."""
        self.leads = leads
        """By policy, the articles that tell of it, the one that tells most first."""
        self.lead_of = {article: policy for policy, found in leads.items() for article in found}
        """The policy by which what an article tells of is arranged."""
        self.beside = beside
        """The articles about one's own order that looking it up would not answer."""
        self.first = first
        """The articles a menu of a subject names first: what is asked most."""
        self.usual = usual
        """The article for a subject that is clear when no article fits exactly."""
        told_by = defaultdict(set)
        for cue, found in words.items():
            for word in found:
                told_by[word].add(cue)
        self._words, self._told_by = list(told_by), list(map(frozenset, told_by.values()))
        self._automaton = AhoCorasick(self._words)
        self._call = re2.compile(f"(?:(?:{one_of((*words[Cue.THERE], *call_beside))}){_PAUSE})+")
        between = r"[\s:：=是为#“\"'‘(（【\[]{0,4}"
        self._code = re2.compile(f"(?:{one_of(code_before)}){between}{_UNKNOWN_CODE_CHARS}")

    def in_text(self, normal: str) -> frozenset[Cue]:
        """The signs in a normalised text; a latin word is none within a longer one."""
        found: frozenset[Cue] = frozenset()
        for number, start, end in self._automaton.find_matches_as_indexes(normal, overlapping=True):
            if not self._words[number].isascii() or _stands_alone(normal, start, end):
                found |= self._told_by[number]
        return found

    def words_of(self, cue: Cue, normal: str) -> frozenset[str]:
        """The words of a normalised text that are such a sign."""
        found = self._automaton.find_matches_as_indexes(normal, overlapping=True)
        return frozenset(
            self._words[number]
            for number, start, end in found
            if cue in self._told_by[number]
            and (not self._words[number].isascii() or _stands_alone(normal, start, end))
        )

    def only_calls(self, normal: str, signs: frozenset[Cue]) -> bool:
        """Whether a normalised text with these signs asks whether anybody is there, and nothing
        else.
        """
        called = Cue.THERE in signs or _HERE.search(normal) is not None
        return called and self._call.fullmatch(normal) is not None

    def named_code(self, normal: str) -> str:
        """What a customer calls a payment code, known to us or not; empty when nothing is."""
        found = self._code.search(normal)
        named = str(found.group(1)) if found else ""
        return named if any(char.isdigit() or char == "_" for char in named) else ""


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return before not in _IN_WORDS and after not in _IN_WORDS


def order_like(text: str) -> str:
    """What may be meant as an order number and is none, as the customer wrote it; else empty."""
    found = _ORDER_LIKE.search(text)
    return str(found.group(0)) if found else ""


def load_cues(seeds_dir: Path) -> Cues:
    """Read `cues.yaml`; raises SeedErrors with every mistake in it."""
    faults = Faults(seeds_dir)
    seed = read_yaml(seeds_dir / CUES_FILE, _CuesSeed, faults)
    if seed is None:
        raise SeedErrors(faults.found)
    return Cues(
        {cue: both.words for cue, both in seed.cues.items()},
        seed.code_before.words,
        seed.call_beside.words,
        seed.usual,
        seed.first,
        seed.beside,
        seed.leads,
        seed.at_once,
        tuple(map(_facet, seed.behind.values())),
        seed.of_status,
    )


class _FacetSeed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    asks: BothWords
    says: BothWords
    whole: bool = False


class _CuesSeed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    cues: dict[Cue, BothWords]
    call_beside: BothWords
    code_before: BothWords
    usual: dict[str, str]
    first: dict[str, tuple[str, ...]]
    leads: dict[str, tuple[str, ...]]
    beside: frozenset[str]
    at_once: frozenset[str]
    behind: dict[str, _FacetSeed]
    of_status: dict[OrderStatus, tuple[str, ...]]

    @field_validator("cues")
    @classmethod
    def _all_of_them(cls, cues: dict[Cue, BothWords]) -> dict[Cue, BothWords]:
        if missing := [str(cue) for cue in Cue if cue not in cues]:
            raise ValueError(f"no words for {', '.join(missing)}")
        return cues


def _facet(seed: _FacetSeed) -> Facet:
    return Facet(_finder(seed.asks), _finder(seed.says), seed.whole)


def _finder(both: BothWords) -> Any:
    return re2.compile(f"(?i){one_of(both.words)}".replace(r"\#", r"\d[\d.]*"))
