"""Tell where an order stands, to who proved that it is theirs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.parcels import due_lines, tell_parcels
from bot.answers.pressing import NEEDS_PERSON, paid_unseen
from bot.talk import Talk
from handoff.knowledge import PACKING, UNPAID, OrderStatus
from handoff.shop import Item, Order
from handoff.words import Button

PROVEN_MAX = 6


def tell_order(talk: Talk, order: Order, *, whole: bool = True) -> None:
    """Where the order stands, what comes next and when, and where its parcels are; in short, only
    where it stands.
    """
    voice = talk.voice
    words = talk.seeds.knowledge.orders.words(order.status)
    meaning = voice.both(words.meaning)
    items = items_told(talk, order.items)
    head = voice.say("order.status", order_no=order.no, items=items, meaning=meaning)
    lines = [head]
    if whole and order.status is OrderStatus.PARTIALLY_SHIPPED:
        lines.append(_next_step(talk, order))
    elif whole and not order.waybills:
        lines += [_next_step(talk, order), *_due(talk, order)]
    talk.answer_with("\n".join(line for line in lines if line), "tried.order", order_no=order.no)
    if whole:
        tell_parcels(talk, order)
    if order.status in NEEDS_PERSON or paid_unseen(talk, order):
        talk.offer_person()
    elif order.pay_url and order.status in UNPAID:
        talk.layout.buttons.append(Button(talk.voice.say("button.pay"), url=order.pay_url))
    proven(talk, order)
    talk.offer("menu")


def tell_same(talk: Talk, order: Order) -> None:
    """Asked on about what was just told, nobody is told all of it again: how it stands, by when,
    and who knows more.
    """
    words = talk.seeds.knowledge.orders.words(order.status)
    lines = [
        talk.voice.say("order.same", order_no=order.no, meaning=talk.voice.both(words.meaning))
    ]
    lines += due_lines(talk, order) or _due(talk, order) or [_next_step(talk, order)]
    talk.answer_with("\n".join(filter(None, lines)), "tried.order", order_no=order.no)
    talk.offer_person()
    proven(talk, order)
    talk.offer("menu")


def items_told(talk: Talk, items: Sequence[Item]) -> str:
    """Items by name, with their quantity where it is not one."""
    names = [
        item.name if item.quantity == 1 else f"{item.name} ×{item.quantity}" for item in items[:3]
    ]
    return talk.voice.joiner.join(names)


def note_proven(talk: Talk) -> None:
    """Remember the orders that were proved in this turn, whatever it is about."""
    held = [number for number, proof in talk.facts.proofs.items() if proof.holds]
    new = [number for number in held if number not in talk.state.proven]
    if new:
        talk.state = talk.state.changed(proven=(*talk.state.proven, *new)[-PROVEN_MAX:])


def proven(talk: Talk, order: Order) -> None:
    """Remember that the order is theirs, and that nothing more is asked about it."""
    kept = (number for number in talk.state.proven if number != order.no)
    talk.state = talk.state.changed(
        asks="", goal="", order_no=order.no, proven=(*kept, order.no)[-PROVEN_MAX:]
    )


def _next_step(talk: Talk, order: Order) -> str:
    if paid_unseen(talk, order):
        return talk.voice.say("order.paid_unseen")
    return talk.voice.both(talk.seeds.knowledge.orders.words(order.status).next_step)


def _due(talk: Talk, order: Order) -> list[str]:
    if order.due_at is None:
        return []
    talk.timed = True
    when = talk.voice.when(order.due_at)
    if order.due_at < talk.voice.now:
        talk.offer_person()
        return [talk.voice.say("order.overdue", when=when)]
    ships = order.status in PACKING
    return [talk.voice.say("order.ships_by" if ships else "order.arrives_by", when=when)]
