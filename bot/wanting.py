"""Say which facts the answer to a turn needs: orders, proofs of whose they are, a place to wait.

Nothing is asked of a shop or a store here; `bot/facts.py` does.
"""

from __future__ import annotations

from bot.facts import Proof, Wanted
from bot.filling import ARRANGED, Move
from bot.hearing import ActKind
from bot.plan import Plan
from bot.slots import (
    ORDER_INTENTS,
    list_open,
    may_point,
    only_names_an_order,
    shop_numbers,
    tail_in,
    tails_by_order,
    told_before,
)
from bot.tone import CALM
from bot.understanding.asides import Aside
from bot.understanding.reading import Intent, Reading, Signal
from handoff.conversation import Holder


def wanted_by(plan: Plan) -> Wanted:
    """The facts the answer to a turn needs."""
    state = plan.state
    asked = _asks_order(plan)
    points = may_point(plan.before, plan.reading) and plan.turn.holder is Holder.BOT
    return Wanted(
        contact=str(plan.turn.conversation),
        phone=state.contact.phone,
        mine=(asked or points) and bool(state.contact.phone) and not _named(plan),
        orders=(*_numbers(plan, asked), *(told_before(plan.before) if points else ())),
        proofs=_proofs(plan) if asked else (),
        proven=state.proven,
        track=asked or points,
        said=plan.reading.normal if plan.reading else "",
        rank=_rank(plan),
    )


def _named(plan: Plan) -> bool:
    """Whether it is said, or pressed, which order is meant."""
    pressed = plan.reading is None and bool(plan.state.order_no)
    return pressed or bool(shop_numbers(plan.reading))


def _asks_order(plan: Plan) -> bool:
    """Whether an order or a parcel is asked for, alone or beside another matter, or changed."""
    asked = {plan.goal, *(plan.reading.intents if plan.reading else ())}
    if asked & ORDER_INTENTS or plan.has(ActKind.PHONE) or plan.apart:
        return True
    if Intent.PAYMENT_ERROR in asked and shop_numbers(plan.reading):
        return True
    again = plan.aside is Aside.ASKS_ON or (plan.before.dropped is not None and plan.remark)
    if again and plan.state.order_no in plan.state.proven:
        return True
    if plan.reading is not None and only_names_an_order(plan.reading):
        return True
    return list_open(plan.before) or _arranges(plan)


def _arranges(plan: Plan) -> bool:
    """Whether something is being arranged for an order, or is about to be."""
    if plan.move is not Move.NONE or plan.has(ActKind.DUE):
        return True
    state, reading = plan.state, plan.reading
    if reading is None or plan.turn.holder is not Holder.BOT:
        return False
    known = state.order_no or state.contact.phone
    return bool(known) and not _OF_AN_ORDER.isdisjoint(reading.intents)


_OF_AN_ORDER = ARRANGED | {Intent.PRODUCT_QUESTION}
"""What may need the order in question, though it is not asked for itself."""


def _numbers(plan: Plan, asked: bool) -> tuple[str, ...]:
    """Orders to look up: those named, the one in question, and those a waybill may belong to."""
    state, reading = plan.state, plan.reading
    handed = plan.turn.holder is Holder.BOT and plan.has(ActKind.HUMAN)
    named = shop_numbers(reading)
    weighs = asked or bool(named) or (reading is not None and _troubled(reading)) or handed
    form_no = state.form.order_no if state.form and plan.move is not Move.NONE else ""
    numbers = [*named, *filter(None, [state.order_no, form_no]), *state.then] if weighs else []
    if reading is not None and reading.entities.tracking_no:
        numbers += state.proven
    return tuple(dict.fromkeys(numbers))


def _proofs(plan: Plan) -> tuple[Proof, ...]:
    """The digits given are compared with the orders they are given for, and with the one in
    question, unless it is proved already.
    """
    state = plan.state
    claims = tails_by_order(plan.reading)
    for number in (state.order_no, *state.then):
        claims.setdefault(number, tail_in(plan.reading) or state.tail)
    begun = f"proof:{plan.turn.conversation}:{plan.update_id}"
    return tuple(
        Proof(number, tail, op=f"{begun}:{number}")
        for number, tail in claims.items()
        if number and tail and number not in state.proven
    )


def _rank(plan: Plan) -> float | None:
    """Whoever waits may have to be told a place; for a new case it is asked when it opens."""
    case = plan.state.case
    if plan.turn.holder is not Holder.QUEUE or case is None:
        return None
    return float(case.entered_ms - case.head_start_ms)


_HEAVY_INTENTS = frozenset({Intent.COMPLAINT, Intent.HUMAN_REQUEST, Intent.PAYMENT_ERROR})


def _troubled(reading: Reading) -> bool:
    """Whether the words may end with a person: then the order's value and the queue matter."""
    if reading.emotion not in CALM or reading.intent in _HEAVY_INTENTS:
        return True
    return bool(reading.signals - {Signal.TAKES_BACK})
