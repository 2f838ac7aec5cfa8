"""A verdict: what a rule says about one set of facts, and how to make it again.

Values only; `judging.py` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import orjson

from handoff.knowledge.articles import Both
from handoff.shop import Money

FactValue = bool | int | str | date | datetime | Money | None
"""A value of a fact. None says that it was asked and nobody knows."""
Facts = Mapping[str, FactValue]


class Outcome(StrEnum):
    """What a verdict comes to."""

    GRANTED = "granted"
    """The bot may say yes and begin."""
    REFUSED = "refused"
    """Not by this way; the remedies say by which other."""
    WAITS = "waits"
    """Nothing to do now; `due` says when the next step is expected."""
    PERSON = "person"
    """Beyond the bot's authority: a person decides."""
    ASKS = "asks"
    """One fact is missing: `asks` names it."""


class Payer(StrEnum):
    """Who pays the postage."""

    SHOP = "shop"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a rule. `clause` is what it rests on; times and sums are worked out already."""

    policy: str
    rule: str
    version: int
    outcome: Outcome
    clause: str
    facts: Facts
    at: datetime
    """The moment it was made for, in the shop's zone."""
    told: Both
    remedies: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    payer: Payer | None = None
    due: datetime | None = None
    last_day: date | None = None
    amount: Money | None = None
    asks: str = ""

    @property
    def id(self) -> str:
        """The name by which the verdict is quoted: policy, rule and version."""
        return f"{self.policy}/{self.rule}@{self.version}"

    def record(self) -> str:
        """The verdict as text that `replay` reads: what was judged, when, and what came out."""
        facts = {name: _written(value) for name, value in self.facts.items()}
        values = {"id": self.id, "at": self.at.isoformat(), "facts": facts}
        return orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def _written(value: FactValue) -> object:
    """A fact as JSON that says its kind, so that a date is not read back as a word."""
    match value:
        case Money():
            return {"money": [value.currency, value.minor_units]}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case _:
            return value


def read_fact(value: object) -> FactValue:
    """A fact as it stood in a record; raises ValueError for what no record holds."""
    match value:
        case {"money": [str(currency), int(minor_units)]}:
            return Money(currency, minor_units)
        case {"moment": str(text)}:
            return datetime.fromisoformat(text)
        case {"day": str(text)}:
            return date.fromisoformat(text)
        case bool() | int() | str() | None:
            return value
        case _:
            raise ValueError("no fact of a verdict")
