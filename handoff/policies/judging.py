"""Try the rules of a policy on facts, in order, and say what the first that holds says.

A missing fact that a customer can tell is asked for; one that only the shop knows counts as
unknown. A rule that promises a time or a sum is passed over where it cannot be worked out. Pure:
the moment is given.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import orjson

from handoff.policies.rules import Held, Policies, Policy, Rule, Share, Span, in_currency
from handoff.policies.verdict import Facts, FactValue, Outcome, Verdict, read_fact
from handoff.shop import Money


def judge(policy: Policy, facts: Facts, now: datetime) -> Verdict:
    """The verdict on `facts` at `now`, whose time zone is the shop's.

    Raises KeyError for a fact the policy does not know.
    """
    for name in facts:
        policy.facts[name]
    for rule in policy.rules:
        held, missing = _holds(policy, rule, facts, now)
        if held is Held.YES and (verdict := _said(policy, rule, facts, now)) is not None:
            return verdict
        if held is Held.OPEN:
            return _asks(policy, rule, missing, facts, now)
    raise AssertionError("the last rule of a policy has no condition")


def replay(policies: Policies, record: str) -> Verdict:
    """The verdict of a record, made again by the rules as they are now.

    Equal ids say that the same rule in the same version still decides. Raises ValueError for what
    is no record, KeyError for a policy or a fact that is gone.
    """
    values = orjson.loads(record)
    facts = {name: read_fact(value) for name, value in values["facts"].items()}
    policy = policies.named(values["id"].partition("/")[0])
    return judge(policy, facts, datetime.fromisoformat(values["at"]))


def _holds(policy: Policy, rule: Rule, facts: Facts, now: datetime) -> tuple[Held, str]:
    """A rule that fails on a known fact is passed over before anything is asked for it."""
    missing = ""
    for condition in rule.when:
        fact = condition.fact
        if fact not in facts and policy.facts[fact].asked is not None:
            missing = missing or fact
        elif not condition.holds(facts.get(fact), now):
            return Held.NO, ""
    return (Held.OPEN, missing) if missing else (Held.YES, "")


def _asks(policy: Policy, rule: Rule, missing: str, facts: Facts, now: datetime) -> Verdict:
    asked = policy.facts[missing].asked
    assert asked is not None
    return Verdict(
        policy=policy.name,
        rule=rule.id,
        version=policy.version,
        outcome=Outcome.ASKS,
        clause=rule.clause,
        facts=facts,
        at=now,
        told=asked,
        asks=missing,
    )


def _said(policy: Policy, rule: Rule, facts: Facts, now: datetime) -> Verdict | None:
    """What the rule says; None when a time or a sum it names cannot be worked out."""
    due, last_day = _moment(rule.due, facts, now), _moment(rule.last_day, facts, now)
    amount = _part(rule.amount, facts)
    if (rule.due and not due) or (rule.last_day and not last_day) or (rule.amount and not amount):
        return None
    return Verdict(
        policy=policy.name,
        rule=rule.id,
        version=policy.version,
        outcome=rule.outcome,
        clause=rule.clause,
        facts=facts,
        at=now,
        told=rule.told,
        remedies=rule.remedies,
        materials=rule.materials,
        payer=rule.payer,
        due=due,
        last_day=last_day.date() if last_day else None,
        amount=amount,
    )


def _moment(span: Span | None, facts: Facts, now: datetime) -> datetime | None:
    """A span's end, in the shop's zone."""
    if span is None:
        return None
    start = facts.get(span.fact) if span.fact else now
    if not isinstance(start, date):
        return None
    if not isinstance(start, datetime):
        start = datetime(start.year, start.month, start.day, tzinfo=now.tzinfo)
    end = timedelta(days=span.days, hours=span.hours, minutes=span.minutes)
    return start.astimezone(now.tzinfo) + end


def _part(share: Share | None, facts: Facts) -> Money | None:
    whole: FactValue = facts.get(share.fact) if share else None
    if share is None or not isinstance(whole, Money):
        return None
    most = in_currency(share.most, whole)
    if most is None:
        return None
    return Money(whole.currency, min(whole.minor_units * share.percent // 100, most))
