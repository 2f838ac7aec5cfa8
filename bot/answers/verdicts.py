"""Judge an order by a policy with everything that is known, and put the verdict into words.

The rules are `handoff/policies`; here are only the facts a shop's order gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple

from bot.answers.articles import FAULTS
from bot.answers.pressing import ON_ITS_WAY
from bot.forms import ITEM, MADE_GOOD, NO, YES, Form, Ruled
from bot.parts import goods_of, is_some
from bot.pieces import asked_for
from bot.talk import Talk
from handoff.knowledge import OVER, PACKING, RECEIVED, UNPAID, OrderStatus, TrackingStatus
from handoff.policies import (
    FactKind,
    Facts,
    FactValue,
    Outcome,
    Policy,
    Verdict,
    judge,
    replay,
)
from handoff.shop import Item, Money, Order, Parcel

_EU = frozenset(
    (
        *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
        *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
    )
)


class Matter(NamedTuple):
    """An order in question, where its parcels are, and what the customer told."""

    order: Order
    parcels: tuple[Parcel, ...]
    form: Form
    talk: Talk

    @property
    def items(self) -> tuple[Item, ...]:
        """The items it is about."""
        return goods_of(self.form.told.get(ITEM, ""), self.order.items)


def matter_of(talk: Talk, order: Order, form: Form) -> Matter:
    """What is judged: the order with the parcels that were found."""
    found = (talk.facts.parcels.get(waybill.tracking_no) for waybill in order.waybills)
    return Matter(order, tuple(parcel for parcel in found if parcel is not None), form, talk)


def rule(matter: Matter) -> Verdict:
    """The verdict; over several kinds of items the one that grants least."""
    voice = matter.talk.voice
    policy = matter.talk.seeds.policies.named(matter.form.policy)
    told = _told(policy, matter.form.told)
    known = {
        name: value
        for name, value in _KNOWN[policy.name](matter).items()
        if value is not None or name not in told
    }
    categories = {item.category for item in matter.items} if "category" in policy.facts else {""}
    verdicts = []
    for category in sorted(categories):
        named = {"category": category} if category else {}
        facts = _fitting(policy, {**told, **named, **known})
        verdicts.append(judge(policy, facts, voice.now.astimezone(voice.zone)))
    return min(verdicts, key=lambda verdict: _ORDER.index(verdict.outcome))


_ORDER = (Outcome.ASKS, Outcome.PERSON, Outcome.REFUSED, Outcome.WAITS, Outcome.GRANTED)


def _fitting(policy: Policy, facts: Facts) -> Facts:
    """Only what the policy looks at; what a customer can tell is left out until somebody knows."""
    asked = {name for name, fact in policy.facts.items() if fact.asked is not None}
    return {
        name: value
        for name, value in facts.items()
        if name in policy.facts and not (value is None and name in asked)
    }


def _told(policy: Policy, told: Mapping[str, str]) -> Facts:
    return {
        name: _value(policy.facts[name].kind, text)
        for name, text in told.items()
        if name in policy.facts
    }


def _value(kind: FactKind, text: str) -> FactValue:
    if kind is FactKind.FLAG:
        return {YES: True, NO: False}.get(text)
    return date.fromisoformat(text) if kind is FactKind.DAY else text


def in_hand(form: Form, order: Order) -> bool:
    """Whether a fault is told of goods the carrier still has on the way: its record lags."""
    return order.status in ON_ITS_WAY and form.told.get("reason") in FAULTS


def keep(talk: Talk, verdict: Verdict) -> None:
    """Remember a verdict that is told, for the packet and to judge it again."""
    outcome = str(verdict.outcome)
    pieces = asked_for(verdict.materials)
    ruled = Ruled(verdict.id, outcome, verdict.clause, verdict.record(), pieces)
    talk.state = talk.state.changed(ruled=ruled)
    talk.timed = talk.timed or verdict.due is not None or verdict.last_day is not None


def told_words(talk: Talk, verdict: Verdict) -> str:
    """What the rule says, its times and sums filled in."""
    voice = talk.voice
    return voice.both(verdict.told).format(
        due=voice.when(verdict.due) if verdict.due else "",
        last_day=voice.day(verdict.last_day) if verdict.last_day else "",
        amount=verdict.amount or "",
    )


def materials_words(talk: Talk, verdict: Verdict, without: Collection[str]) -> str:
    """What the customer should have ready, `without` what they have sent or told that they have
    not; empty when nothing is needed.
    """
    words = talk.seeds.policies.materials
    there = {"new_address", *without}
    needed = [talk.voice.both(words[name]) for name in verdict.materials if name not in there]
    joined = talk.voice.joiner.join(needed)
    return talk.voice.say("form.materials", materials=joined) if needed else ""


def judged_again(talk: Talk, record: str) -> Verdict | None:
    """The verdict by which something was offered; None when its policy is gone since then."""
    try:
        return replay(talk.seeds.policies, record)
    except (KeyError, ValueError):
        return None


def _state(matter: Matter) -> dict[str, FactValue]:
    return {
        "state": str(matter.order.status),
        "custom": any(item.category == "custom" for item in matter.items),
        "total": matter.order.total,
        "abroad": _abroad(matter.order),
        "part": _some(matter),
    }


def _some(matter: Matter) -> bool:
    """Whether only some of the order's goods are meant."""
    return is_some(matter.form.told.get(ITEM, ""), matter.order.items)


def _abroad(order: Order) -> bool | None:
    return order.country != "CN" if order.country else None


def _bought(matter: Matter) -> dict[str, FactValue]:
    order = matter.order
    return {
        "delivered": order.status in RECEIVED or in_hand(matter.form, order),
        "sent": order.status not in UNPAID | PACKING,
        "region": _region(order.country),
        "signed_on": _signed_on(matter),
        "part": _some(matter),
        "in_stock": None,
        "confirmed": None,
    }


def _region(country: str) -> str | None:
    if not country:
        return None
    return "cn" if country == "CN" else "eu" if country in _EU else "other"


def _signed_on(matter: Matter) -> date | None:
    at = _signed_at(matter)
    return at.astimezone(matter.talk.voice.zone).date() if at else None


def _signed_at(matter: Matter) -> datetime | None:
    """When the last parcel was handed over."""
    return _last_at(matter, TrackingStatus.DELIVERED)


def _last_at(matter: Matter, *states: TrackingStatus) -> datetime | None:
    """When the last of the parcels in such a state came to it."""
    scans = (one.events[0].at for one in matter.parcels if one.status in states and one.events)
    return max(scans, default=None)


def _parcel(matter: Matter) -> dict[str, FactValue]:
    scans = [parcel.events[0].at for parcel in matter.parcels if parcel.events]
    trouble = matter.form.told.get("trouble", "")
    states = {parcel.status for parcel in matter.parcels}
    if TrackingStatus.LOST in states:
        trouble = "lost"
    elif trouble == "lost":
        # Only the carrier can say so; before that it is a parcel that stands still or is not found.
        trouble = "not_received" if matter.order.status in RECEIVED else "stuck"
    return {
        "trouble": trouble or None,
        "last_scan_at": max(scans, default=None),
        "signed_at": _signed_at(matter),
        "abroad": _abroad(matter.order),
    }


_DISPATCHES = (
    ("unpaid", UNPAID),
    ("preparing", PACKING | {OrderStatus.PARTIALLY_SHIPPED}),
    ("closed", OVER),
)


def _dispatch(matter: Matter) -> dict[str, FactValue]:
    status = matter.order.status
    state = next((name for name, found in _DISPATCHES if status in found), "shipped")
    return {
        "state": None if status is OrderStatus.EXCEPTION else state,
        "promised_at": matter.order.due_at,
        "total": matter.order.total,
        "coupon_given": _made_good(matter),
    }


def _made_good(matter: Matter) -> bool:
    done = matter.talk.state.done
    return any(one.policy in MADE_GOOD and one.order_no == matter.order.no for one in done)


def _price(matter: Matter) -> dict[str, FactValue]:
    paid = [payment.at for payment in matter.order.payments if payment.paid]
    bought = max(paid, default=matter.order.placed_at)
    return {
        "bought_on": bought.astimezone(matter.talk.voice.zone).date(),
        "returned": matter.order.status is OrderStatus.REFUNDED,
        "difference": None,
    }


def _named_sum(talk: Talk) -> Money | None:
    amounts = talk.reading.entities.amount if talk.reading else ()
    return Money(amounts[0].currency, amounts[0].minor_units) if amounts else None


def _compensation(matter: Matter) -> dict[str, FactValue]:
    return {
        "cause": _fault_of_ours(matter),
        "given_before": _made_good(matter),
        "total": matter.order.total,
        "asked_for": _named_sum(matter.talk),
    }


_LATE = frozenset({"late_dispatch", "late_delivery"})


def _fault_of_ours(matter: Matter) -> str:
    """What went wrong on our side: of the goods we have their word, of lateness the order's, which
    ends where a parcel waits to be fetched.
    """
    order, told = matter.order, matter.form.told.get("cause", "")
    if told and told not in _LATE:
        return told
    came: datetime | None = matter.talk.voice.now
    if order.status in RECEIVED | {OrderStatus.READY_FOR_PICKUP}:
        came = _last_at(matter, TrackingStatus.DELIVERED, TrackingStatus.READY_FOR_PICKUP)
    if order.status in UNPAID or not (order.due_at and came and order.due_at < came):
        return "goodwill"
    return "late_dispatch" if order.status in PACKING else "late_delivery"


_KNOWN: Mapping[str, Callable[[Matter], dict[str, FactValue]]] = {
    "returns": _bought,
    "exchange": _bought,
    "cancel": _state,
    "address_change": _state,
    "parcel_trouble": _parcel,
    "late_dispatch": _dispatch,
    "price_protection": _price,
    "compensation": _compensation,
}
