"""What a run has to reach, and what may be wrong with it. No tests here.

Values only; the rules are in `rules_*.py`, `checker.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tests.faults.history import FaultInjected

USUAL_RECOVERY_MS = 60_000.0


class Rule(StrEnum):
    """The invariants of the fault matrix, as `reliability.md` numbers them."""

    NOTHING_INVENTED = "I1"
    NOTHING_LOST = "I2"
    ONE_HOLDER = "I3"
    IN_ORDER = "I4"
    ONE_CASE = "I5"
    IN_TIME = "I6"
    RIGHT_RECIPIENT = "I7"
    NOT_TWICE = "I8"
    NO_LEAK = "I9"
    BACK_TO_NORMAL = "I10"


class Wrong(StrEnum):
    """What was seen; the figures count some of them by name."""

    UNASKED = "spoken to before the customer wrote"
    UNSAID = "nobody had said"
    LOST = "lost message"
    LOST_WORDS = "lost words of an agent"
    GAP = "a page missed an event"
    TWO_HOLDERS = "two holders"
    WRONG_HOLDER = "a holder was named who never was"
    STALE_ACTION = "stale action accepted"
    STALE_WORD = "stale word"
    INVERSION = "out of order"
    TWO_CASES = "two open cases"
    LATE = "late"
    SLOW = "slow as a whole"
    FOREIGN = "shown to somebody else"
    NOTE_LEFT = "a note left the house"
    TWICE_UNCAUSED = "said twice without a fault"
    TWICE_TOO_OFTEN = "said twice too often"
    TWICE_HEARD = "heard twice"
    LEAK = "in a log line"
    NOT_BACK = "not back in time"


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken: what was seen, where, and when it began."""

    rule: Rule
    wrong: Wrong
    where: str
    at_ms: float = 0.0

    def __str__(self) -> str:
        return f"{self.rule} {self.wrong}: {self.where} (at {self.at_ms:.0f} ms)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a run has to reach.

    `deadline_ms` counts healthy time only: while a fault lasts, and for the time its kind has to
    recover, nobody's clock runs. `recovery_ms` is that time by how a fault's kind begins; the
    longest beginning counts. `duplicates_per_fault` is None where only a sum over runs is judged.
    """

    deadline_ms: float = 10_000.0
    p99_ms: float | None = None
    recovery_ms: Mapping[str, float] = field(default_factory=dict)
    duplicates_per_fault: float | None = 0.5
    settle_ms: float = 1_000.0
    """A send accepted this long before a fault may not have been written down when it struck."""
    felt_ms: float = 2_000.0
    """A store that is back is left alone a little longer, so a send may end unwritten after it."""
    in_flight_ms: float = 15_000.0
    """A word begun before a claim, and told of in its answer, may arrive this long after it."""
    canaries: frozenset[str] = frozenset()
    """Secrets, names, phone numbers and addresses: none of it may stand in a log line."""

    def recovery_of(self, fault: FaultInjected) -> float:
        """How long this fault may be felt after its end."""
        fitting = [kind for kind in self.recovery_ms if fault.kind.startswith(kind)]
        return self.recovery_ms[max(fitting, key=len)] if fitting else USUAL_RECOVERY_MS
