"""The guard: what must not be said to a customer, where it stands, and how to say it instead.

One judge for the bot and for agents. It reads a text and finds; blocking, warning or rewriting is
the caller's. Patterns are linear in the text's length; the rules are seeds (`seeds/guard`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import re2

from handoff.knowledge.articles import Tongue
from handoff.language import Language, to_simplified, to_traditional
from handoff.patterns import roomy
from handoff.speech.ear import QUOTES, Ear
from handoff.text import has_digits


class Fault(StrEnum):
    """What is wrong with a phrase."""

    FORBIDDEN = "forbidden"
    HEDGE = "hedge"
    BLAME = "blame"
    JARGON = "jargon"
    TIMELESS = "timeless"
    """A promise that names no time."""
    HONORIFIC = "honorific"
    COLD = "cold"
    """Office language."""
    AGAIN = "again"
    """Asking for what the customer has told."""
    SORRY = "sorry"
    """More apologies than one: it is heard as none."""
    EMOJI = "emoji"
    """Smiling at somebody who is upset."""
    PUSHY = "pushy"
    """A second thing to buy, or any to somebody who is upset."""
    TONE = "tone"
    """What no rule names, heard by the ear."""


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
    allowed: int = 0
    upset_only: bool = False


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


Span = tuple[int, int]


class Guard:
    """The rules of both languages, ready to read."""

    def __init__(
        self, rules: dict[Tongue, Sequence[GuardRule]], times: dict[Tongue, Any], ear: Ear
    ) -> None:
        self._rules = {tongue: [_Compiled(rule) for rule in rules[tongue]] for tongue in rules}
        # Most texts are clean, and one look over all patterns says so.
        self._any = {
            tongue: compiled("|".join(rule.pattern for rule in rules[tongue])) for tongue in rules
        }
        self._times = list(times.values())
        self._ear = ear

    def look(
        self,
        text: str,
        language: Language,
        *,
        upset: bool = False,
    ) -> tuple[Finding, ...]:
        """Everything in `text` that a rule knows better words for, in order of place.

        `upset` customers are spared emoji and offers.
        """
        tongue, read = _as_read(text, language)
        if self._any[tongue].search(read) is None:
            return ()
        rules = [
            rule
            for rule in self._rules[tongue]
            if (upset or not rule.rule.upset_only) and rule.pattern.search(read)
        ]
        page = _Page(read, self._times)
        parts = sentences(read)
        found: list[Finding] = []
        for rule in rules:
            hits = [hit for sentence in parts for hit in _faults(rule, page, sentence)]
            found += hits if len(hits) > rule.rule.allowed else []
        kept = _apart(found)
        return kept if read is text else tuple(_in_script(each, text) for each in kept)

    def hear(self, text: str, language: Language, *, upset: bool = False) -> tuple[Finding, ...]:
        """What `look` finds, and the sentences beside it whose tone the ear doubts."""
        found = self.look(text, language, upset=upset)
        tongue, read = _as_read(text, language)
        doubted = []
        for start, end in _breaths(sentences(read)):
            if any(start < each.end and each.start < end for each in found):
                continue
            if self._ear.wrong(read[start : end + 1], tongue):
                said = text[start:end]
                doubted.append(Finding("ear", Fault.TONE, Severity.WARN, start, end, said, ""))
        return _apart([*found, *doubted])


def _as_read(text: str, language: Language) -> tuple[Tongue, str]:
    """The language whose rules count, and the text in the script they are written in."""
    tongue: Tongue = "zh" if language.is_chinese else "en"
    read = to_simplified(text) if language is Language.ZH_HANT else text
    return tongue, read if len(read) == len(text) else text


def _breaths(parts: Sequence[Sentence]) -> Iterator[Span]:
    """Sentences two by two, as they are heard: a promise often has its time in the second."""
    for one, two in zip(parts[::2], [*parts[1::2], None], strict=False):
        yield one.start, (two or one).end


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


def sentence_of(text: str, place: int) -> Span:
    """The sentence around a place in a text, closing marks and all."""
    for sentence in sentences(text):
        if sentence.start <= place < sentence.end:
            end = sentence.end
            while end < len(text) and text[end] in _MARKS:
                end += 1
            return sentence.start, end
    return 0, len(text)


_MARKS = "。！？!?；;."
_ENDS = re2.compile(r"[。！？!?；;\n]+|\.(?:\s+|$)")
_EXACT_UNITS = ("分钟", "小时", "工作日")
"""Nobody says "a few" with these and means a number: 十分钟 is a time, 两天 is some days."""


class _Compiled:
    """A rule with its patterns made ready."""

    def __init__(self, rule: GuardRule) -> None:
        self.rule = rule
        self.pattern = compiled(rule.pattern)
        self._unless = compiled(rule.unless) if rule.unless else None

    def harmless(self, said: str) -> list[Span]:
        """The stretches of `said` in which the phrase does no harm."""
        return _spans(self._unless, said) if self._unless else []


class _Page:
    """A text with its quotes and times found once, however many phrases are looked at."""

    def __init__(self, text: str, times: Sequence[Any]) -> None:
        self.text = text
        self._quotes = _spans(QUOTES, text)
        self._times = [span for pattern in times for span in _spans(pattern, text)]

    def quoted(self, phrase: Span) -> bool:
        """Words quoted from somebody, and titles, are not ours."""
        return any(start < phrase[0] and phrase[1] < end for start, end in self._quotes)

    def timed(self, sentence: Sentence, phrase: Span) -> bool:
        """A time here or in the next sentence keeps a promise honest. Inside the phrase itself only
        an exact one does: "within 5 minutes", "十分钟内", not "any day now".
        """
        return any(
            sentence.start <= start
            and end <= sentence.next_end
            and (not _within((start, end), phrase) or _exact(self.text[start:end]))
            for start, end in self._times
        )


def _faults(rule: _Compiled, page: _Page, sentence: Sentence) -> Iterator[Finding]:
    said = page.text[sentence.start : sentence.end]
    phrases = _spans(rule.pattern, said)
    harmless = rule.harmless(said) if phrases else []
    for phrase in phrases:
        if any(_within(phrase, span) for span in harmless):
            continue
        start, end = sentence.start + phrase[0], sentence.start + phrase[1]
        if page.quoted((start, end)):
            continue
        if rule.rule.fault is Fault.TIMELESS and page.timed(sentence, (start, end)):
            continue
        yield Finding(
            rule=rule.rule.id,
            fault=rule.rule.fault,
            severity=rule.rule.severity,
            start=start,
            end=end,
            said=page.text[start:end],
            rewrite=rule.rule.instead,
        )


def _exact(time: str) -> bool:
    return has_digits(time) or any(unit in time for unit in _EXACT_UNITS)


def _spans(pattern: Any, text: str) -> list[Span]:
    return [hit.span() for hit in pattern.finditer(text)]


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def compiled(pattern: str) -> Any:
    """A pattern ready to read with, capitals or not."""
    return roomy(f"(?i){pattern}")


def _in_script(finding: Finding, text: str) -> Finding:
    """The finding in the script it was written in."""
    said, rewrite = text[finding.start : finding.end], to_traditional(finding.rewrite)
    return replace(finding, said=said, rewrite=rewrite)


def _apart(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings in order; of two that overlap the earlier and longer one stays."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
    return tuple(kept)
