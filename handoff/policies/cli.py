"""`python -m handoff judge`: try the rules on facts, or make an old verdict again.

It reads the seeds and prints; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

import typer

from handoff.calendar import load_hours
from handoff.errors import SeedErrors
from handoff.policies.judging import judge, replay
from handoff.policies.loader import load_policies
from handoff.policies.rules import Fact, FactKind, Policies
from handoff.policies.verdict import Facts, FactValue, Verdict
from handoff.shop import Money

UNKNOWN = "unknown"
_FLAGS = {"yes": True, "no": False}


def print_verdict(seeds_dir: Path, policy: str, facts: Iterable[str]) -> None:
    """Print the verdict on facts written `name=value`, or on a record; exits with 1 on mistakes."""
    try:
        policies = load_policies(seeds_dir)
        now = datetime.now(load_hours(seeds_dir).zone)
    except SeedErrors as errors:
        for error in errors.errors:
            typer.echo(f"wrong {error}", err=True)
        raise typer.Exit(1) from None
    try:
        verdict = _verdict(policies, policy, facts, now)
    except (KeyError, ValueError) as error:
        typer.echo(f"{error.args[0]} is not known here. Policies: {', '.join(policies.by_name)}.")
        raise typer.Exit(1) from None
    for line in _lines(verdict):
        typer.echo(line)


def _verdict(policies: Policies, policy: str, facts: Iterable[str], now: datetime) -> Verdict:
    if policy.startswith("{"):
        return replay(policies, policy)
    rules = policies.named(policy)
    return judge(rules, _facts(rules.facts, facts, now), now)


def _facts(known: Mapping[str, Fact], written: Iterable[str], now: datetime) -> Facts:
    pairs = (pair.partition("=") for pair in written)
    return {name: _value(known[name], text, now) for name, _, text in pairs}


def _value(fact: Fact, text: str, now: datetime) -> FactValue:
    if text == UNKNOWN:
        return None
    match fact.kind:
        case FactKind.FLAG:
            return _FLAGS[text]
        case FactKind.NUMBER:
            return int(text)
        case FactKind.DAY:
            return date.fromisoformat(text)
        case FactKind.MOMENT:
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
        case FactKind.SUM:
            currency, _, minor_units = text.partition(":")
            return Money(currency, int(minor_units))
        case FactKind.CHOICE:
            return {choice: choice for choice in fact.choices}[text]


def _lines(verdict: Verdict) -> Iterable[str]:
    yield f"{verdict.id}  {verdict.outcome}  ({verdict.clause})"
    slots = {"due": verdict.due, "last_day": verdict.last_day, "amount": verdict.amount}
    yield verdict.told.zh.format(**slots)
    yield verdict.told.en.format(**slots)
    for name in ("asks", "due", "last_day", "amount", "payer"):
        if value := getattr(verdict, name):
            yield f"{name}: {value}"
    for name, values in (("remedies", verdict.remedies), ("materials", verdict.materials)):
        if values:
            yield f"{name}: {', '.join(values)}"
    yield f"record: {verdict.record()}"
