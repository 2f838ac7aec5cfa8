"""Judge a run: was anything invented, lost, out of order, said twice, late, leaked? No tests here.

Pure: a history in, a verdict out. It believes nothing the program says of itself: what became of a
message is seen in Telegram's chat and on agents' pages (`evidence.py`), alerts come from the alert
sink, and only the harness writes history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.faults.evidence import Evidence
from tests.faults.figures import Figures, figures_of
from tests.faults.history import Event, History
from tests.faults.rules_people import no_gap, no_stale_action, no_stale_word, one_case, one_holder
from tests.faults.rules_time import back_to_normal, in_time, no_leak
from tests.faults.rules_words import (
    in_order,
    not_twice,
    nothing_invented,
    nothing_lost,
    right_recipient,
)
from tests.faults.verdict import Expected, Rule, Violation

_CHAT = re.compile(r"\bchat (\d+)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker found."""

    violations: tuple[Violation, ...]
    figures: Figures
    story: tuple[Event, ...] = field(default=(), repr=False)
    """All that happened in the chat of the first violation."""

    @property
    def broken(self) -> frozenset[Rule]:
        """The rules that were broken."""
        return frozenset(violation.rule for violation in self.violations)

    def report(self, most: int = 20) -> str:
        """The figures, and what went wrong."""
        shown = [str(violation) for violation in self.violations[:most]]
        more = len(self.violations) - most
        rest = [f"… and {more} more"] * (more > 0)
        return "\n".join([*self.figures.lines(), *shown, *rest, *map(str, self.story)])


def check(
    history: History, expected: Expected | None = None, *, log: Iterable[str] = ()
) -> Verdict:
    """Judge a history, and the log lines captured beside it, by all ten rules."""
    evidence, expected = Evidence(history), expected or Expected()
    found = [
        *nothing_invented(evidence),
        *nothing_lost(evidence),
        *no_gap(evidence),
        *one_holder(evidence),
        *no_stale_action(evidence),
        *no_stale_word(evidence, expected),
        *in_order(evidence),
        *one_case(evidence),
        *in_time(evidence, expected),
        *right_recipient(evidence),
        *not_twice(evidence, expected),
        *no_leak(evidence, expected, log),
        *back_to_normal(evidence, expected),
    ]
    found.sort(key=lambda violation: violation.at_ms)
    return Verdict(tuple(found), figures_of(evidence, found), _story(history, found))


def _story(history: History, found: Sequence[Violation]) -> tuple[Event, ...]:
    named = next((match for each in found if (match := _CHAT.search(each.where))), None)
    if named is None:
        return ()
    return tuple(event for event in history if getattr(event, "chat", 0) == int(named[1]))
