"""Answers about orders and parcels, for who proved that they are theirs.

An unknown number and somebody else's get the same words. Nothing of an order is told before that.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.meant import order_meant
from bot.answers.parcels import tell_public_waybill
from bot.answers.payments import explain_failed
from bot.answers.pressing import (
    for_a_person,
    just_told,
    supposes_late,
    unexplained,
)
from bot.answers.refunds import no_refund, tell_no_refund, tell_of_deed
from bot.answers.states import tell_order, tell_same
from bot.answers.telling import tell_article
from bot.cues import Cue, order_like
from bot.facts import PARCELS_MAX
from bot.formwords import order_in
from bot.hearing import ActKind
from bot.reasons import CaseReason
from bot.slots import NUMBERS_MAX, shop_numbers, tail_in
from bot.talk import Talk
from bot.understanding.reading import Intent
from handoff.knowledge import OVER, Article, OrderStatus
from handoff.shop import Order
from handoff.text import normalise
from handoff.words import Button

CHOICES_MAX = LISTED_MAX = 6
_LATE_ARTICLE = "delivery-late"
_PARCELS_ARTICLE = "order-splitting"


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
        elif order is not None and tell_of_deed(talk, order, goal):
            talk.offer("menu")
        elif order is not None and goal == Intent.REFUND_STATUS and no_refund(talk, order):
            tell_no_refund(talk, order)
        elif order is not None:
            tell_order(talk, order)


def _tell_again(talk: Talk, order: Order) -> None:
    """Answer what is asked on about an order just told: some of it is for a person."""
    if for_a_person(talk, order):
        late = order.status in OVER
        talk.hand = talk.hand or (CaseReason.VERDICT if late else CaseReason.PARCEL)
    elif order.status is OrderStatus.PARTIALLY_SHIPPED and (parts := _not_told(talk)):
        tell_article(talk, parts)
    elif unexplained(talk, order):
        tell_order(talk, order, whole=False)
        explain_failed(talk, order)
    elif supposes_late(talk, order) and (article := talk.article(_LATE_ARTICLE)):
        tell_article(talk, article)
    else:
        tell_same(talk, order)


def _not_told(talk: Talk) -> Article | None:
    """The article on orders in several parcels, unless it was told last."""
    last = talk.plan.before.article == _PARCELS_ARTICLE
    return None if last else talk.article(_PARCELS_ARTICLE)


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
