"""Answers about orders and parcels, for who proved that they are theirs.

An unknown number and somebody else's get the same words. Nothing of an order is told before that.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.meant import order_meant
from bot.answers.parcels import due_lines, tell_parcels, tell_public_waybill
from bot.answers.payments import explain_failed
from bot.answers.pressing import (
    NEEDS_PERSON,
    ON_ITS_WAY,
    for_a_person,
    just_told,
    paid_unseen,
    supposes_late,
    unexplained,
)
from bot.answers.telling import tell_article
from bot.answers.verdicts import judged_again
from bot.cues import Cue, order_like
from bot.facts import PARCELS_MAX
from bot.formwords import order_in
from bot.hearing import ActKind
from bot.reasons import CaseReason
from bot.slots import NUMBERS_MAX, shop_numbers, tail_in
from bot.talk import Talk
from bot.understanding.reading import Intent
from handoff.knowledge import OVER, PACKING, RECEIVED, UNPAID, OrderStatus
from handoff.shop import Item, Order
from handoff.text import normalise
from handoff.words import Button

CHOICES_MAX = LISTED_MAX = 6
_LATE_ARTICLE = "delivery-late"
_NEVER_PAID = "cancel/not-paid-yet"
_MAY_REFUND = frozenset(OrderStatus) - RECEIVED - PACKING - ON_ITS_WAY


def answer_order(talk: Talk, goal: str) -> None:
    """Tell an order, or ask for the one thing that is still missing."""
    talk.state = talk.state.changed(goal=goal)
    waybills = _waybills(talk)
    named = shop_numbers(talk.reading)
    if not named and talk.state.then and tail_in(talk.reading) + talk.state.tail:
        named = (talk.state.order_no, *talk.state.then)
    talk.state = talk.state.changed(then=())
    if len(named) > 1 or (named and waybills):
        _answer_several(talk, named, goal)
    elif waybills:
        _answer_waybills(talk, waybills, goal)
    else:
        action = "track" if goal == Intent.LOGISTICS_TRACKING else "order"
        order = settle_order(talk, goal, action=action)
        again = order is not None and not named and just_told(talk, order)
        if order is not None and again:
            _tell_again(talk, order)
        elif order is not None and goal == Intent.REFUND_STATUS and _tell_of_deed(talk, order):
            talk.offer("menu")
        elif order is not None and goal == Intent.REFUND_STATUS and _no_refund(talk, order):
            _tell_no_refund(talk, order)
        elif order is not None:
            tell_order(talk, order)


def _tell_again(talk: Talk, order: Order) -> None:
    """Answer what is asked on about an order just told: some of it is for a person."""
    if for_a_person(talk, order):
        late = order.status in OVER
        talk.hand = talk.hand or (CaseReason.VERDICT if late else CaseReason.PARCEL)
    elif unexplained(talk, order):
        tell_order(talk, order, whole=False)
        explain_failed(talk, order)
    elif supposes_late(talk, order) and (article := talk.article(_LATE_ARTICLE)):
        tell_article(talk, article)
    else:
        _tell_same(talk, order)


def _tell_same(talk: Talk, order: Order) -> None:
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


def _tell_of_deed(talk: Talk, order: Order) -> bool:
    """When the money of what was just arranged comes; False when nothing of it is known here."""
    done = next((one for one in reversed(talk.state.done) if one.order_no == order.no), None)
    if done is None or done.policy not in ("returns", "cancel"):
        return False
    verdict = judged_again(talk, talk.state.ruled.record) if talk.state.ruled else None
    unpaid = verdict is not None and verdict.id.startswith(_NEVER_PAID)
    due = verdict.due if verdict is not None and done.policy == "cancel" else None
    if done.policy == "cancel" and not (unpaid or due):
        return False
    key = "order.cancel_refund" if due else "order.refund_follows"
    when = talk.voice.when(due) if due else ""
    slots = {"order_no": order.no, "number": done.number, "when": when}
    text = talk.voice.say("order.never_paid" if unpaid else key, **slots)
    talk.answer_with(text, "tried.order", order_no=order.no)
    proven(talk, order)
    return True


def _no_refund(talk: Talk, order: Order) -> bool:
    """Whether nothing that would end in a refund was started for the order, as far as we know."""
    started = any(done.order_no == order.no for done in talk.state.done)
    return not started and order.status not in _MAY_REFUND


def _tell_no_refund(talk: Talk, order: Order) -> None:
    """Who asks for a refund of an order nobody returned hears that first, and the way to one."""
    tell_order(talk, order, whole=False)
    here, on_its_way = order.status in RECEIVED, order.status in ON_ITS_WAY
    key = "order.no_refund_way" if on_its_way else "order.no_refund_yet"
    talk.tell("order.no_refund" if here else key)
    if on_its_way:
        return
    policy = "returns" if here else "cancel"
    talk.offer(f"begin:{policy}:{order.no}", f"begin.{policy}")


def settle_order(talk: Talk, goal: str, *, action: str) -> Order | None:
    """The order in question, if it may be shown; else the one thing is asked that is missing.

    `action` is what the buttons do by which one of several orders is chosen.
    """
    number = order_meant(talk) if talk.state.form is None else talk.state.order_no
    if number in talk.facts.shown:
        return talk.facts.shown[number]
    if "orders" in talk.facts.missing or "gate" in talk.facts.missing:
        _shop_away(talk, *filter(None, [number]))
    elif number:
        _prove(talk, number, goal)
    elif talk.facts.mine is not None:
        return _choose(talk, talk.facts.mine, goal, action)
    else:
        _ask_number(talk, goal)
    return None


def proven(talk: Talk, order: Order) -> None:
    """Remember that the order is theirs, and that nothing more is asked about it."""
    kept = (number for number in talk.state.proven if number != order.no)
    talk.state = talk.state.changed(
        asks="", goal="", order_no=order.no, proven=(*kept, order.no)[-6:]
    )


def _waybills(talk: Talk) -> tuple[str, ...]:
    return talk.reading.entities.tracking_no[:NUMBERS_MAX] if talk.reading else ()


def _answer_waybills(talk: Talk, waybills: Sequence[str], goal: str) -> None:
    owners: dict[str, Order] = {}
    for waybill in waybills:
        owned = [order for order in talk.facts.shown.values() if _holds(order, waybill)]
        if owned:
            owners[owned[0].no] = owned[0]
        else:
            tell_public_waybill(talk, waybill)
            talk.state = talk.state.changed(goal=goal, asks="order_no")
    for order in owners.values():
        tell_order(talk, order)


def _holds(order: Order, waybill: str) -> bool:
    return any(own.tracking_no == waybill for own in order.waybills)


def _answer_several(talk: Talk, numbers: Sequence[str], goal: str) -> None:
    """Tell every order that was named; what is not proved yet is asked for last, one at a time."""
    shown = [talk.facts.shown[number] for number in numbers if number in talk.facts.shown]
    talk.state = talk.state.changed(listed=tuple(order.no for order in shown[:LISTED_MAX]))
    whole = sum(len(order.waybills) for order in shown) <= PARCELS_MAX >= len(shown)
    for order in shown:
        tell_order(talk, order, whole=whole)
    for waybill in _waybills(talk):
        if not any(_holds(order, waybill) for order in shown):
            tell_public_waybill(talk, waybill)
    first, *others = [number for number in numbers if number not in talk.facts.shown] or [""]
    if not first:
        return
    talk.state = talk.state.changed(order_no=first)
    if "orders" in talk.facts.missing or "gate" in talk.facts.missing:
        _shop_away(talk, first, *others)
        return
    _prove(talk, first, goal)
    talk.state = talk.state.changed(then=tuple(others))
    if others:
        talk.tell("order.then", order_nos=talk.voice.joiner.join(others))


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


def _next_step(talk: Talk, order: Order) -> str:
    if paid_unseen(talk, order):
        return talk.voice.say("order.paid_unseen")
    return talk.voice.both(talk.seeds.knowledge.orders.words(order.status).next_step)


def items_told(talk: Talk, items: Sequence[Item]) -> str:
    """Items by name, with their quantity where it is not one."""
    names = [
        item.name if item.quantity == 1 else f"{item.name} ×{item.quantity}" for item in items[:3]
    ]
    return talk.voice.joiner.join(names)


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


def _shop_away(talk: Talk, *numbers: str) -> None:
    if numbers:
        talk.tell("shop.away_for", order_nos=talk.voice.joiner.join(numbers))
    else:
        talk.tell("shop.away")
    talk.note("tried.shop_away")
    talk.offer("again")
    talk.offer_person()
    talk.asked = True


def _prove(talk: Talk, number: str, goal: str) -> None:
    proof = talk.facts.proofs.get(number)
    if proof is not None and proof.locked:
        talk.hand = CaseReason.IDENTITY
        return
    refused = proof is not None and not proof.holds
    given = bool(tail_in(talk.reading)) or talk.plan.before.asks == "phone_tail"
    talk.ask("phone_tail", goal)
    talk.state = talk.state.changed(tail="")
    if refused and given:
        talk.tell("order.unmatched", order_no=number)
        talk.note("tried.unmatched")
        talk.offer_person()
    elif talk.cue(Cue.NO_NUMBER):
        talk.tell("ask.phone_forgotten")
        talk.layout.ask_contact = talk.voice.say("button.share")
    elif talk.plan.before.asks == "phone_tail" and talk.plan.before.order_no == number:
        talk.missed = True
        talk.tell("ask.phone_tail_again", order_no=number)
    elif talk.state.contact.phone:
        talk.tell("ask.phone_tail_other", order_no=number)
    else:
        talk.tell("ask.phone_tail", order_no=number)
        talk.layout.ask_contact = talk.voice.say("button.share")


def _choose(talk: Talk, mine: Sequence[Order], goal: str, action: str) -> Order | None:
    if len(mine) == 1:
        return mine[0]
    if not mine:
        talk.missed = talk.plan.before.asks == "order_no" and not talk.plan.has(ActKind.PHONE)
        talk.tell("order.none_mine_again" if talk.missed else "order.none_mine")
        talk.ask("order_no", goal)
        talk.offer_person()
        return None
    said = (talk.reading.normal if talk.reading else "", normalise(talk.plan.before.matter))
    for text in said:
        if text and (named := order_in(text, mine)):
            return named
    talk.tell("order.choose", count=len(mine))
    talk.answered = True
    listed = tuple(order.no for order in mine[:LISTED_MAX])
    talk.state = talk.state.changed(asks="", goal=goal, listed=listed)
    for order in mine[:CHOICES_MAX]:
        label = talk.voice.say("order.choice", order_no=order.no, items=order.items[0].name)
        talk.layout.buttons.append(Button(label[:48], action=f"{action}:{order.no}"))
    return None


def _ask_number(talk: Talk, goal: str) -> None:
    if talk.asked and talk.state.asks == "order_no":
        return  # one reply asks for the number once
    again = talk.plan.before.asks == "order_no"
    given = _mistyped(talk)
    talk.ask("order_no", goal)
    if given:
        talk.missed = again
        talk.tell("order.malformed", given=given)
        talk.offer_person()
        return
    if talk.cue(Cue.NO_NUMBER):
        talk.tell("ask.share_instead")
    elif again:
        talk.missed = True
        talk.tell("ask.order_no_again")
    else:
        talk.tell("ask.order_no")
    talk.layout.ask_contact = talk.voice.say("button.share")


def _mistyped(talk: Talk) -> str:
    reading = talk.reading
    if reading is None:
        return ""
    given = order_like(reading.text)
    known = (*reading.entities.tracking_no, *reading.entities.phone, *reading.entities.phone_tail)
    digits = "".join(filter(str.isdigit, given))
    return "" if any(digits and digits in number for number in known) else given
