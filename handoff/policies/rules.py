"""A policy: the facts it looks at and its rules, in the order in which they are tried.

The first rule whose conditions all hold decides. Values only; `seed.py` reads them from files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum

from handoff.knowledge.articles import Both
from handoff.policies.verdict import FactValue, Outcome, Payer
from handoff.shop import Money


class FactKind(StrEnum):
    """What a fact is made of."""

    FLAG = "flag"
    CHOICE = "choice"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a policy wants to know. Without `asked` only the shop can know it."""

    name: str
    kind: FactKind
    choices: Mapping[str, Both | None]
    asked: Both | None = None


class Held(Enum):
    """Whether a condition holds; a fact that is still missing leaves it open."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Condition:
    """What one fact must be: one of `values`, within a least and a most, or so long ago.

    A deadline of n days ends with the n-th day after the day itself. A sum in a currency that has
    no least and no most here meets neither.
    """

    fact: str
    values: tuple[FactValue, ...] = ()
    least: int | None = None
    most: int | None = None
    sum_least: tuple[Money, ...] = ()
    sum_most: tuple[Money, ...] = ()
    days_least: int | None = None
    days_most: int | None = None
    hours_least: float | None = None
    hours_most: float | None = None

    def holds(self, value: FactValue, now: datetime) -> bool:
        """Whether a known value meets it; a value nobody knows meets only `unknown`."""
        if value is None or self.values:
            return value in self.values
        if isinstance(value, datetime) and (self.hours_least, self.hours_most) != (None, None):
            hours = (now - value).total_seconds() / 3600
            return _within(hours, self.hours_least, self.hours_most)
        if isinstance(value, date):
            day = value.astimezone(now.tzinfo).date() if isinstance(value, datetime) else value
            return _within((now.date() - day).days, self.days_least, self.days_most)
        if isinstance(value, Money):
            least, most = in_currency(self.sum_least, value), in_currency(self.sum_most, value)
            return (least, most) != (None, None) and _within(value.minor_units, least, most)
        return isinstance(value, int) and _within(value, self.least, self.most)


def _within(size: float, least: float | None, most: float | None) -> bool:
    return (least is None or size >= least) and (most is None or size <= most)


def in_currency(sums: Iterable[Money], like: Money) -> int | None:
    """The minor units of the sum in the currency of `like`; None when there is none."""
    return next((each.minor_units for each in sums if each.currency == like.currency), None)


@dataclass(frozen=True, slots=True)
class Span:
    """A time counted from a fact, or from now when `fact` is empty."""

    fact: str
    days: int = 0
    hours: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a sum the bot may give by itself, never more than `most`."""

    fact: str
    percent: int
    most: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy: when it speaks, and what it says."""

    id: str
    clause: str
    when: tuple[Condition, ...]
    outcome: Outcome
    told: Both
    remedies: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    payer: Payer | None = None
    due: Span | None = None
    last_day: Span | None = None
    amount: Share | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one question. The last rule has no condition, so every question ends."""

    name: str
    version: int
    source: str
    facts: Mapping[str, Fact]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies of one reading of the seeds, with the words of what they offer and need."""

    by_name: Mapping[str, Policy]
    remedies: Mapping[str, Both]
    materials: Mapping[str, Both]

    def named(self, name: str) -> Policy:
        """The policy of this name; raises KeyError."""
        return self.by_name[name]
