"""What is arranged for an order may have to become something else, by where the order stands."""

from __future__ import annotations

from bot.answers.articles import FAULTS
from bot.answers.pressing import ON_ITS_WAY
from bot.answers.states import tell_order
from bot.forms import SENT_BACK, Form
from bot.talk import Talk
from bot.understanding.reading import Intent
from handoff.knowledge import OVER, PACKING, RECEIVED, UNPAID, OrderStatus
from handoff.shop import Order

GOALS = {
    "returns": Intent.RETURN_REFUND_POLICY,
    "exchange": Intent.RETURN_REFUND_POLICY,
    "price_protection": Intent.RETURN_REFUND_POLICY,
    "cancel": Intent.CANCEL_ORDER,
    "address_change": Intent.ADDRESS_CHANGE,
    "parcel_trouble": Intent.LOGISTICS_TRACKING,
    "late_dispatch": Intent.ORDER_STATUS,
    "compensation": Intent.COMPLAINT,
}
"""What is asked for, by the policy, while its order is not proved yet."""


def redirected(form: Form, order: Order) -> Form:
    """What has not left is not sent back but called off; what arrived damaged is sent back."""
    called_off = form.policy == "returns" and order.status in PACKING | UNPAID | OVER
    if called_off and not _not_here_to_break(form, order):
        return form.changed(policy="cancel")
    damaged = form.policy == "parcel_trouble" and form.told.get("trouble") == "damaged"
    if damaged and order.status in RECEIVED:
        return form.changed(policy="returns", told={"reason": "damaged"})
    return form


def turns_aside(talk: Talk, form: Form, order: Order) -> bool:
    """Whether the order cannot be the one that is meant, or misses nothing: says so, and asks."""
    if _not_here_to_break(form, order):
        _ask_other_order(talk, form, order)
        return True
    if _rest_follows(form, order) or _still_comes(talk, form, order):
        talk.state = talk.state.changed(form=None)
        tell_order(talk, order)
        talk.offer_person()
        return True
    return False


def _not_here_to_break(form: Form, order: Order) -> bool:
    """Whether a fault is told of goods that have not left us: they are of another order."""
    faulty = form.policy in SENT_BACK and form.told.get("reason") in FAULTS
    return faulty and order.status in PACKING | UNPAID


def _still_comes(talk: Talk, form: Form, order: Order) -> bool:
    """Whether a parcel is missed that is on its way and not late."""
    missed = form.policy == "parcel_trouble" and form.told.get("trouble") == "not_received"
    late = order.due_at is not None and order.due_at < talk.voice.now
    return missed and not late and order.status in PACKING | UNPAID | ON_ITS_WAY


def _rest_follows(form: Form, order: Order) -> bool:
    """Whether goods are missed that are in a parcel still to come."""
    missed = form.told.get("reason") == "wrong_item" or form.told.get("trouble") == "missing_part"
    return missed and order.status is OrderStatus.PARTIALLY_SHIPPED


def _ask_other_order(talk: Talk, form: Form, order: Order) -> None:
    talk.tell("form.other_order", order_no=order.no)
    talk.ask("order_no", GOALS[form.policy])
    talk.state = talk.state.changed(form=form.renumbered(""), order_no="")
    talk.answered = True
    talk.offer_person()
