"""How a policy is written down in `seeds/policies`, and what one file can be wrong in by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from handoff.knowledge.articles import Both
from handoff.knowledge.schema import Line, Seed
from handoff.language import has_han
from handoff.policies.rules import Condition, Fact, FactKind, Policy, Rule, Share, Span
from handoff.policies.verdict import FactValue, Outcome, Payer
from handoff.shop import Money

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=60)]
SLOTS = frozenset({"last_day", "due", "amount"})
UNKNOWN = "unknown"
"""Written for a fact nobody knows."""


class BothSeed(Seed):
    """A text in both languages."""

    zh: Line
    en: Line

    @model_validator(mode="after")
    def _each_in_its_language(self) -> Self:
        if not has_han(self.zh) or has_han(self.en):
            raise ValueError("zh is written in Chinese and en in English")
        if "你" in self.zh:
            raise ValueError("addresses the customer without 您")
        return self

    def value(self) -> Both:
        """The domain value."""
        return Both(self.zh, self.en)


class FactSeed(Seed):
    """A fact, and how a customer is asked for it; left out when only the shop can know."""

    kind: FactKind
    choices: dict[Name, BothSeed | None] = Field(default={})
    asked: BothSeed | None = None

    @model_validator(mode="after")
    def _choices_where_something_is_chosen(self) -> Self:
        if (self.kind is FactKind.CHOICE) != bool(self.choices):
            raise ValueError("choices belong to a fact of kind choice, and to no other")
        if self.asked and None in self.choices.values():
            raise ValueError("a choice that is asked for needs its words")
        return self

    def value(self, name: str) -> Fact:
        """The domain value."""
        choices = {key: words.value() if words else None for key, words in self.choices.items()}
        return Fact(name, self.kind, choices, self.asked.value() if self.asked else None)


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Sums = Annotated[dict[Currency, Annotated[int, Field(gt=0)]], Field(min_length=1)]


class RangeSeed(Seed):
    """From and to, both included: of a number, of a sum (minor units by currency), or of a time
    that passed.
    """

    min: int | Sums | None = None
    max: int | Sums | None = None
    min_days_ago: int | None = None
    max_days_ago: int | None = None
    min_hours_ago: float | None = None
    max_hours_ago: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("needs a least or a most")
        return self


def _listed(value: object) -> object:
    return value if isinstance(value, list | dict) else [value]


Values = Annotated[list[bool | int | str], Field(min_length=1)]
Wanted = Annotated[RangeSeed | Values, BeforeValidator(_listed)]


class SpanSeed(Seed):
    """A time counted from a fact, or from `now`."""

    after: Name | Literal["now"]
    days: int = 0
    hours: int = 0
    minutes: int = 0

    def value(self) -> Span:
        """The domain value."""
        fact = "" if self.after == "now" else self.after
        return Span(fact, self.days, self.hours, self.minutes)


class ShareSeed(Seed):
    """A share of a sum, with a most for each currency the shop sells in (minor units)."""

    of: Name
    percent: int = Field(ge=1, le=100)
    most: Sums

    def value(self) -> Share:
        """The domain value."""
        return Share(self.of, self.percent, _sums(self.most))


class RuleSeed(Seed):
    """One rule. `told` may use {last_day}, {due} and {amount}, where the rule has them."""

    id: RuleId
    clause: Line = Field(description="What the rule rests on: a law's article, a shop's term.")
    when: dict[Name, Wanted] = Field(default={})
    outcome: Outcome
    told: BothSeed
    remedies: list[Name] = Field(default=[])
    materials: list[Name] = Field(default=[])
    postage: Payer | None = None
    due: SpanSeed | None = None
    last_day: SpanSeed | None = None
    amount: ShareSeed | None = None

    @model_validator(mode="after")
    def _decides_something(self) -> Self:
        if self.outcome is Outcome.ASKS:
            raise ValueError("a rule decides; a missing fact is asked for by itself")
        if self.outcome is Outcome.REFUSED and not self.remedies:
            raise ValueError("a refusal offers a remedy")
        if self.outcome is Outcome.WAITS and self.due is None:
            raise ValueError("who waits is told until when: due is missing")
        for text in (self.told.zh, self.told.en):
            for slot in _slots(text):
                if slot not in SLOTS or getattr(self, slot) is None:
                    raise ValueError(f"uses {{{slot}}}, which the rule does not have")
        return self

    def value(self) -> Rule:
        """The domain value."""
        return Rule(
            id=self.id,
            clause=self.clause,
            when=tuple(_condition(fact, wanted) for fact, wanted in self.when.items()),
            outcome=self.outcome,
            told=self.told.value(),
            remedies=tuple(self.remedies),
            materials=tuple(self.materials),
            payer=self.postage,
            due=self.due.value() if self.due else None,
            last_day=self.last_day.value() if self.last_day else None,
            amount=self.amount.value() if self.amount else None,
        )


def _slots(text: str) -> Iterator[str]:
    return (name for _literal, name, _spec, _how in Formatter().parse(text) if name is not None)


def _condition(fact: str, wanted: RangeSeed | list[bool | int | str]) -> Condition:
    if isinstance(wanted, RangeSeed):
        return Condition(
            fact,
            least=wanted.min if isinstance(wanted.min, int) else None,
            most=wanted.max if isinstance(wanted.max, int) else None,
            sum_least=_sums(wanted.min),
            sum_most=_sums(wanted.max),
            days_least=wanted.min_days_ago,
            days_most=wanted.max_days_ago,
            hours_least=wanted.min_hours_ago,
            hours_most=wanted.max_hours_ago,
        )
    values: tuple[FactValue, ...] = tuple(None if v == UNKNOWN else v for v in wanted)
    return Condition(fact, values=values)


def _sums(sums: int | Mapping[str, int] | None) -> tuple[Money, ...]:
    if not isinstance(sums, Mapping):
        return ()
    return tuple(Money(currency, minor_units) for currency, minor_units in sums.items())


class PolicySeed(Seed):
    """A whole policy: its facts and its rules in the order in which they are tried."""

    name: Name
    version: int = Field(ge=1, strict=True)
    source: Line
    facts: dict[Name, FactSeed]
    rules: list[RuleSeed] = Field(min_length=1)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) < len(ids):
            raise ValueError("two rules have one id")
        if self.rules[-1].when:
            raise ValueError("the last rule must hold whatever the facts are")
        if not all(rule.when for rule in self.rules[:-1]):
            raise ValueError("a rule without a condition hides those below it")
        for rule in self.rules:
            self._known(rule)
        return self

    def _known(self, rule: RuleSeed) -> None:
        spans = [span.after for span in (rule.due, rule.last_day) if span and span.after != "now"]
        shares = [rule.amount.of] if rule.amount else []
        for name in (*rule.when, *spans, *shares):
            if name not in self.facts:
                raise ValueError(f"{rule.id} looks at {name}, which is no fact of this policy")
        for name, wanted in rule.when.items():
            self._fits(rule.id, name, wanted)

    def _fits(self, rule: str, name: str, wanted: RangeSeed | list[bool | int | str]) -> None:
        fact = self.facts[name]
        if isinstance(wanted, RangeSeed):
            allowed = _RANGES.get(fact.kind, frozenset())
            by_currency = isinstance(wanted.min, dict) or isinstance(wanted.max, dict)
            if not wanted.model_fields_set <= allowed or by_currency != (fact.kind is FactKind.SUM):
                raise ValueError(f"{rule}: {name} is a {fact.kind} and has no such range")
            return
        for value in wanted:
            flag = fact.kind is FactKind.FLAG and isinstance(value, bool)
            choice = fact.kind is FactKind.CHOICE and value in fact.choices
            if not (flag or choice or value == UNKNOWN):
                raise ValueError(f"{rule}: {name} cannot be {value}")

    def value(self) -> Policy:
        """The domain value."""
        facts = {name: fact.value(name) for name, fact in self.facts.items()}
        rules = tuple(rule.value() for rule in self.rules)
        return Policy(self.name, self.version, self.source, facts, rules)


_PASSED = frozenset({"min_days_ago", "max_days_ago"})
_RANGES = {
    FactKind.NUMBER: frozenset({"min", "max"}),
    FactKind.SUM: frozenset({"min", "max"}),
    FactKind.DAY: _PASSED,
    FactKind.MOMENT: _PASSED | {"min_hours_ago", "max_hours_ago"},
}


class OffersSeed(Seed):
    """The words of every remedy a verdict may offer and of every material it may need."""

    remedies: dict[Name, BothSeed]
    materials: dict[Name, BothSeed]
