"""Tell who presses on about an order that was just told from who asks of it anew.

What they add may be for a person, or ask for the reason that was not told yet; it says nothing.
"""

from __future__ import annotations

import re2

from bot.cues import Cue
from bot.hearing import ANSWERED_LATE
from bot.state import SAID_CHARS
from bot.talk import Talk
from bot.understanding.reading import Role
from handoff.knowledge import OVER, UNPAID, OrderStatus
from handoff.shop import Order
from handoff.text import normalise

_SPAN = re2.compile(
    r"(?:\d+|[两二三四几半十]|\b(?:two|three|several|many)) ?(?:个)?"
    r"(?:天|周|星期|月|days|weeks|month)"
)
"""How long something has lasted."""
_SUPPOSES = re2.compile(
    r"(?:如果|要是|万一|假如|若).{0,16}(?:[没不未](?:[能会有]|按时|准时|及时|如期|在.{1,4}前){0,3}"
    r"(?:[送收寄派]?到(?:[^店站]|$)|[送寄派]来)|还没来|到不了|延误|晚(?:到|了|[几一两]天))"
    r"|(?:[没不]到|到不了).{0,3}(?:怎么办|咋办|呢)"
    r"|\b(?:what|and|but) if (?:it|they|that|this|(?:the|my) \w+)\b.{0,16}(?:\b(?:late|delayed)\b"
    r"|(?:n't|\bnot|\bnever)\b.{0,12}\b(?:arriv\w*|comes?|deliver\w*|here|there|turns?|in time)\b)"
)
"""What if it does not come in time; whether they are there when it comes is another question."""
_PAID = frozenset({Cue.CHARGED, Cue.PAID_TWICE})
ON_ITS_WAY = frozenset(
    {
        OrderStatus.SHIPPED,
        OrderStatus.PARTIALLY_SHIPPED,
        OrderStatus.DELAYED,
        OrderStatus.OUT_FOR_DELIVERY,
        OrderStatus.READY_FOR_PICKUP,
    }
)
NEEDS_PERSON = frozenset({OrderStatus.ON_HOLD, OrderStatus.EXCEPTION, OrderStatus.DELIVERY_FAILED})


def just_told(talk: Talk, order: Order) -> bool:
    """Whether the last answer told this order, and nothing of it has changed since."""
    if talk.reading is None or any(talk.plan.has(kind) for kind in ANSWERED_LATE):
        return False  # a press asks to see it; of a late answer nobody knows whether it was read
    said = talk.last_said
    meaning = talk.voice.both(talk.seeds.knowledge.orders.words(order.status).meaning)
    if order.no not in said:
        return False
    cut = len(said) >= SAID_CHARS and any(order.no + mark in said for mark in (" (", "（"))
    return cut or meaning in said


def supposes_late(talk: Talk, order: Order) -> bool:
    """Whether they ask what happens if the order just told, on its way, does not come in time."""
    asks = talk.reading is not None and _SUPPOSES.search(talk.reading.normal) is not None
    return asks and order.status in ON_ITS_WAY


def for_a_person(talk: Talk, order: Order) -> bool:
    """Whether what is added to an order just told is what a person waits for: a time for the
    courier, or that the money is out for days.
    """
    return order.status in NEEDS_PERSON or (order.status in OVER and lasts(talk))


def lasts(talk: Talk) -> bool:
    """Whether they say for how long something has lasted."""
    return talk.reading is not None and _SPAN.search(talk.reading.normal) is not None


def unexplained(talk: Talk, order: Order) -> bool:
    """Whether a payment failed for a reason that was not told yet, and no money has left."""
    codes = [payment.code for payment in order.payments if payment.code and not payment.paid]
    failed = order.status is OrderStatus.PAYMENT_FAILED
    told = talk.plan.before.code == codes[-1] if codes else True
    return failed and not told and not paid_unseen(talk, order)


def paid_unseen(talk: Talk, order: Order) -> bool:
    """Whether money has left the customer, as they say, for an order that counts as unpaid: they
    are never told to pay again.
    """
    if order.status not in UNPAID:
        return False
    before = talk.plan.before
    said = [line.text for line in before.recent if line.role is Role.USER]
    if talk.reading is not None:
        said.append(talk.reading.text)
    cues = talk.seeds.cues
    told = (cues.in_text(normalise(text)) for text in (*said, before.matter))
    return any(not _PAID.isdisjoint(signs) for signs in told)
