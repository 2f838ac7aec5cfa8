import csv
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from handoff.knowledge import OrderStatus, TrackingStatus
from handoff.knowledge.payments import CodeKind, Retry
from handoff.policies import FactKind, FactValue, Outcome, Policies, Policy, judge, load_policies
from handoff.policies import replay as judge_again
from handoff.shop import Money

ROOT = Path(__file__).resolve().parents[3]
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
POLICIES = load_policies(ROOT / "seeds")


def golden() -> list[dict[str, str]]:
    found = []
    for path in sorted((Path(__file__).parent / "golden").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            name = path.stem.replace("-", "_")
            found += [{"policy": name, **row} for row in csv.DictReader(rows)]
    return found


GOLDEN = golden()


def money(text: str) -> Money:
    currency, _, minor_units = text.partition(":")
    return Money(currency, int(minor_units))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def value(policy: Policy, name: str, text: str) -> FactValue:
    if text == "unknown":
        return None
    return {
        FactKind.FLAG: lambda: {"yes": True, "no": False}[text],
        FactKind.CHOICE: lambda: text,
        FactKind.NUMBER: lambda: int(text),
        FactKind.DAY: lambda: date.fromisoformat(text),
        FactKind.MOMENT: lambda: moment(text),
        FactKind.SUM: lambda: money(text),
    }[policy.facts[name].kind]()


def facts(policy: Policy, text: str) -> dict[str, FactValue]:
    pairs = (pair.partition("=") for pair in text.split())
    return {name: value(policy, name, written) for name, _, written in pairs}


@pytest.mark.parametrize("row", GOLDEN, ids=[f"{row['policy']}: {row['case']}" for row in GOLDEN])
def test_verdict_is_as_written_down(row: dict[str, str]) -> None:
    policy = POLICIES.named(row["policy"])

    verdict = judge(policy, facts(policy, row["facts"]), NOW)

    assert (verdict.rule, verdict.outcome, verdict.asks) == (
        row["rule"],
        row["outcome"],
        row["asks"],
    )
    assert verdict.last_day == (date.fromisoformat(row["last_day"]) if row["last_day"] else None)
    assert verdict.due == (moment(row["due"]) if row["due"] else None)
    assert verdict.amount == (money(row["amount"]) if row["amount"] else None)
    assert str(verdict.payer or "") == row["postage"]


def test_there_are_golden_cases_enough() -> None:
    assert len(GOLDEN) >= 150


def test_every_rule_is_reached_by_a_golden_case() -> None:
    reached = {(row["policy"], row["rule"]) for row in GOLDEN if row["outcome"] != "asks"}
    written = {(p.name, rule.id) for p in POLICIES.by_name.values() for rule in p.rules}

    # The last rule of a policy whose choices are all spoken for is there for facts gone missing.
    never = {("exchange", "anything-else"), ("price_protection", "anything-else")}
    never |= {("parcel_steps", "anything-else")}
    assert written - reached == never


@pytest.mark.parametrize("row", GOLDEN[::7], ids=lambda row: row["case"])
def test_verdict_can_be_made_again_from_its_record(row: dict[str, str]) -> None:
    policy = POLICIES.named(row["policy"])
    verdict = judge(policy, facts(policy, row["facts"]), NOW)

    assert judge_again(POLICIES, verdict.record()) == verdict


@pytest.mark.parametrize(
    ("policy", "fact", "vocabulary"),
    [
        ("cancel", "state", OrderStatus),
        ("address_change", "state", OrderStatus),
        ("order_steps", "status", OrderStatus),
        ("parcel_steps", "status", TrackingStatus),
        ("payment", "kind", CodeKind),
        ("payment", "retry", Retry),
    ],
)
def test_policies_speak_the_words_of_the_house(
    policy: str, fact: str, vocabulary: type[OrderStatus]
) -> None:
    assert set(POLICIES.named(policy).facts[fact].choices) == {str(each) for each in vocabulary}


def test_a_deadline_counts_days_of_the_shop_not_of_utc() -> None:
    policy = POLICIES.named("returns")
    signed = date(2026, 11, 12)
    known = {"reason": "no_reason", "category": "clothes", "intact": True, "signed_on": signed}
    last_minute = datetime(2026, 11, 19, 23, 59, tzinfo=ZONE)
    minute_later = datetime(2026, 11, 20, 0, 0, tzinfo=ZONE)

    assert judge(policy, known, last_minute).outcome is Outcome.GRANTED
    assert judge(policy, known, minute_later).outcome is Outcome.REFUSED


def test_a_fact_the_policy_does_not_know_is_refused() -> None:
    with pytest.raises(KeyError):
        judge(POLICIES.named("cancel"), {"weather": "fine"}, NOW)


def test_policies_are_values_that_no_reading_changes() -> None:
    again: Policies = load_policies(ROOT / "seeds")

    assert again == POLICIES
