"""The last look at a reply: what the guard would stop is said otherwise before it leaves.

Every paragraph is judged once and then remembered, so that what comes from the seeds as it stands
costs next to nothing. A faulty sentence makes way for a phrase of the book; names and a carrier's
own words are facts and stay as they are. It logs nothing: whoever loads it is told of each mending.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.facts import Facts
from bot.voice import Voice
from handoff.speech.guard import Fault, Finding, Guard, Severity, sentence_of
from handoff.text import Language

PARAGRAPHS_KEPT = 8192
_STOPS = {";": ".", "；": "。"}
OnMended = Callable[[Finding], None]


def told_to_nobody(_finding: Finding) -> None:
    """Nobody counts what is mended."""


class Manners:
    """The guard over what the bot is about to say."""

    def __init__(self, guard: Guard, on_mended: OnMended = told_to_nobody) -> None:
        self._guard = guard
        self._on_mended = on_mended
        self._clean: dict[str, set[str]] = {language.value: set() for language in Language}

    def well_said(self, text: str, voice: Voice, facts: Facts | None = None) -> str:
        """The text, every sentence that should not be said replaced by one that may."""
        parts, clean = text.split("\n\n"), self._clean[voice.language.value]
        if clean.issuperset(parts):
            return text
        return "\n\n".join(
            part if part in clean else self._mended(part, voice, facts) for part in parts
        )

    def _mended(self, part: str, voice: Voice, facts: Facts | None) -> str:
        found = self._look(part, voice.language)
        if not found:
            self._keep(part, self._clean[voice.language.value])
            return part
        if facts is not None:
            found = self._look(_without(part, names_of(facts)), voice.language)
        for finding in found:
            self._on_mended(finding)
        return _replaced(part, found, voice)

    @staticmethod
    def _keep(part: str, clean: set[str]) -> None:
        if len(clean) >= PARAGRAPHS_KEPT:
            clean.clear()
        clean.add(part)

    def _look(self, part: str, language: Language) -> Sequence[Finding]:
        found = self._guard.look(part, language)
        return [finding for finding in found if finding.severity is Severity.BLOCK]


def names_of(facts: Facts) -> Iterator[str]:
    """What others wrote and a reply repeats: goods, and what carriers say of a parcel."""
    for orders in (facts.shown.values(), facts.mine or ()):
        for order in orders:
            yield from (item.name for item in order.items)
    for parcel in facts.parcels.values():
        for event in parcel.events:
            yield from (event.text, event.place)


def _without(part: str, names: Iterator[str]) -> str:
    for name in sorted(filter(None, names), key=len, reverse=True):
        part = part.replace(name, "_" * len(name))
    return part


def _replaced(part: str, found: Sequence[Finding], voice: Voice) -> str:
    """Whole sentences make way: half of one and half of another read like neither."""
    told: dict[str, None] = {}
    kept, at = [], 0
    for finding in found:
        start, end = sentence_of(part, finding.start)
        if start < at:
            continue
        better = voice.say("mended.blame" if finding.fault is Fault.BLAME else "mended.unsure")
        space = part[start:end][: len(part[start:end]) - len(part[start:end].lstrip())]
        kept += [_ended(part[at:start]), "" if better in told else space + better]
        told[better] = None
        at = end
    return "".join([*kept, part[at:]]).strip()


def _ended(before: str) -> str:
    """What stands before a new sentence, its half sentence made whole."""
    return before[:-1] + _STOPS[before[-1]] if before and before[-1] in _STOPS else before
