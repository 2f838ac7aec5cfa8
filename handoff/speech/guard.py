"""The guard: what must not be said to a customer, where it stands, and how to say it instead.

One judge for the bot and for agents. It reads a text and finds; blocking, warning or rewriting is
the caller's. Patterns are linear in the text's length; the rules are seeds (`seeds/guard`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import re2

from handoff.knowledge.articles import Tongue
from handoff.language import Language, to_simplified


class Fault(StrEnum):
    """What is wrong with a phrase."""

    FORBIDDEN = "forbidden"
    HEDGE = "hedge"
    BLAME = "blame"
    JARGON = "jargon"
    TIMELESS = "timeless"
    """A promise that names no time."""
    HONORIFIC = "honorific"


class Severity(StrEnum):
    """Whether it must not leave, or is only worth a second look. The bot says neither."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class GuardRule:
    """Phrases of one kind: patterns, what makes them harmless, and what to say instead."""

    id: str
    fault: Fault
    severity: Severity
    pattern: str
    unless: str
    instead: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One phrase that should not be said: `text[start:end]`, and better words for it."""

    rule: str
    fault: Fault
    severity: Severity
    start: int
    end: int
    said: str
    rewrite: str


class Guard:
    """The rules of both languages, ready to read."""

    def __init__(self, rules: dict[Tongue, Sequence[GuardRule]], times: dict[Tongue, str]) -> None:
        self._rules = {tongue: [_Compiled(rule) for rule in rules[tongue]] for tongue in rules}
        # Most texts are clean, and one look over all patterns says so.
        self._any = {
            tongue: _compiled("|".join(rule.pattern for rule in rules[tongue])) for tongue in rules
        }
        self._times = {tongue: _compiled(pattern) for tongue, pattern in times.items()}

    def look(
        self, text: str, language: Language, *, customer_terms: Collection[str] = ()
    ) -> tuple[Finding, ...]:
        """Everything in `text` that should be said otherwise, in order of place.

        `customer_terms` are words the customer used: jargon is no jargon to who brought it up.
        """
        tongue: Tongue = "zh" if language.is_chinese else "en"
        read = to_simplified(text) if language is Language.ZH_HANT else text
        if len(read) != len(text):
            read = text
        if self._any[tongue].search(read) is None:
            return ()
        known = {term.casefold() for term in customer_terms}
        found: list[Finding] = []
        for sentence in sentences(read):
            for rule in self._rules[tongue]:
                found += self._faults(rule, read, sentence, tongue)
        return _apart(each for each in found if not _theirs(each, known))

    def _faults(
        self, rule: _Compiled, text: str, sentence: Sentence, tongue: Tongue
    ) -> Iterator[Finding]:
        said = text[sentence.start : sentence.end]
        for hit in rule.pattern.finditer(said):
            start, end = sentence.start + hit.start(), sentence.start + hit.end()
            if _quoted(text, start, end) or rule.harmless(said, hit.start(), hit.end()):
                continue
            if rule.rule.fault is Fault.TIMELESS and self._timed(text, sentence, tongue):
                continue
            yield Finding(
                rule=rule.rule.id,
                fault=rule.rule.fault,
                severity=rule.rule.severity,
                start=start,
                end=end,
                said=text[start:end],
                rewrite=rule.rule.instead,
            )

    def _timed(self, text: str, sentence: Sentence, tongue: Tongue) -> bool:
        """A time in the sentence or in the one after it keeps the promise honest."""
        return self._times[tongue].search(text[sentence.start : sentence.next_end]) is not None


def rewritten(text: str, findings: Sequence[Finding]) -> str:
    """The text with every finding's better words in its place; those without any stay."""
    parts, at = [], 0
    for finding in findings:
        parts += [text[at : finding.start], finding.rewrite or text[finding.start : finding.end]]
        at = finding.end
    return "".join([*parts, text[at:]])


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where a sentence stands, and where the one after it ends."""

    start: int
    end: int
    next_end: int


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text, without their closing marks."""
    cuts = [(hit.start(), hit.end()) for hit in _ENDS.finditer(text)] + [(len(text), len(text))]
    starts = [0, *(end for _, end in cuts[:-1])]
    ends = [start for start, _ in cuts]
    last = len(ends) - 1
    return [
        Sentence(start, end, ends[min(number + 1, last)])
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        if end > start
    ]


_ENDS = re2.compile(r"[。！？!?；;\n]+|\.(?:\s+|$)")
_OPENING, _CLOSING = '“‘「『"', '”’」』"'


class _Compiled:
    """A rule with its patterns made ready."""

    def __init__(self, rule: GuardRule) -> None:
        self.rule = rule
        self.pattern = _compiled(rule.pattern)
        self._unless = _compiled(rule.unless) if rule.unless else None

    def harmless(self, said: str, start: int, end: int) -> bool:
        """Whether what makes it harmless stands over the phrase."""
        if self._unless is None:
            return False
        return any(hit.start() <= start and end <= hit.end() for hit in self._unless.finditer(said))


def _compiled(pattern: str) -> Any:
    return re2.compile(f"(?i){pattern}")


def _quoted(text: str, start: int, end: int) -> bool:
    """Words quoted from somebody are not ours."""
    before, after = text[:start].rstrip(), text[end:].lstrip()
    return before[-1:] in tuple(_OPENING) and after[:1] in tuple(_CLOSING)


def _theirs(finding: Finding, known: Collection[str]) -> bool:
    return finding.fault is Fault.JARGON and finding.said.casefold() in known


def _apart(found: Iterator[Finding]) -> tuple[Finding, ...]:
    """The findings in order; of two that overlap the earlier and longer one stays."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
    return tuple(kept)
