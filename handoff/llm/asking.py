"""What words are asked for, and what comes back: values only."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.text import Language


@dataclass(frozen=True, slots=True)
class Source:
    """Something the house knows, with the id it is cited by."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """An answer of ours that may be worded for the question it answers."""

    question: str
    sources: tuple[Source, ...]
    language: Language
    said: str = ""
    """The answer as rule mode says it: a yes in it stays a yes, a no stays a no."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation; `who` is customer, bot or agent."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseText:
    """What may be told of a case: its sources and its latest lines."""

    sources: tuple[Source, ...]
    lines: tuple[Line, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class Written:
    """Words that passed, and the sources they rest on."""

    text: str
    citations: tuple[str, ...] = ()
