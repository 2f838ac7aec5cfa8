"""When money comes back: of what was just arranged, and that none is due where nothing was."""

from __future__ import annotations

from bot.answers.pressing import ON_ITS_WAY
from bot.answers.states import proven, tell_order
from bot.answers.verdicts import judged_again
from bot.talk import Talk
from bot.understanding.reading import Intent
from handoff.knowledge import PACKING, RECEIVED, OrderStatus
from handoff.shop import Order

_NEVER_PAID = "cancel/not-paid-yet"
_MAY_REFUND = frozenset(OrderStatus) - RECEIVED - PACKING - ON_ITS_WAY
_DEEDS = {"returns": "order.refund_follows", "cancel": "order.cancel_refund"}
"""What tells when the money of a deed comes."""


def tell_of_deed(talk: Talk, order: Order, goal: str) -> bool:
    """When the money of what was just arranged comes, or else the news of it; False when nothing of
    it is known here.
    """
    done = next((one for one in reversed(talk.state.done) if one.order_no == order.no), None)
    verdict = judged_again(talk, talk.state.ruled.record) if done and talk.state.ruled else None
    if done is None or talk.asks_where:
        return False
    if verdict is not None and verdict.policy != done.policy:
        verdict = None  # of something else that was judged since
    unpaid = verdict is not None and verdict.id.startswith(_NEVER_PAID)
    due = verdict.due if verdict is not None else None
    key = _DEEDS.get(done.policy, "") if goal == Intent.REFUND_STATUS else ""
    if not key and due and done.number in talk.last_said:
        key = f"form.next.{done.policy}"
    if not key or (done.policy == "cancel" and not (unpaid or due)):
        return False
    slots = {"order_no": order.no, "number": done.number}
    when = talk.voice.when(due) if due else ""
    text = talk.voice.say("order.never_paid" if unpaid else key, **slots, when=when)
    talk.answer_with(text, "tried.order", order_no=order.no)
    proven(talk, order)
    return True


def no_refund(talk: Talk, order: Order) -> bool:
    """Whether nothing that would end in a refund was started for the order, as far as we know."""
    started = any(done.order_no == order.no for done in talk.state.done)
    return not started and order.status not in _MAY_REFUND


def tell_no_refund(talk: Talk, order: Order) -> None:
    """Who asks for a refund of an order nobody returned hears that first, and the way to one."""
    tell_order(talk, order, whole=False)
    here, on_its_way = order.status in RECEIVED, order.status in ON_ITS_WAY
    key = "order.no_refund_way" if on_its_way else "order.no_refund_yet"
    talk.tell("order.no_refund" if here else key)
    if on_its_way:
        return
    policy = "returns" if here else "cancel"
    talk.offer(f"begin:{policy}:{order.no}", f"begin.{policy}")
