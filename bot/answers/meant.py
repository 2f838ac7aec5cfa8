"""Which order is meant by words that name no number.

It looks at what was told and listed before, and at the names of goods; it says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.formwords import order_in
from bot.slots import POINTING_CHARS, shop_numbers, told_before
from bot.talk import Talk
from handoff.shop import Order

_BARE_CHARS_ZH, _BARE_CHARS_EN = 1, 6
"""Beside the name of goods, so little says nothing but "and that one?"."""


def order_meant(talk: Talk) -> str:
    """The order a text means: another of theirs whose goods it names, else the one in question."""
    number, reading = talk.state.order_no, talk.reading
    if reading is None or shop_numbers(reading):
        return number
    theirs = _theirs(talk)
    named = order_in(reading.normal, theirs)
    return named.no if named is not None else number


def pointed_at(talk: Talk) -> str:
    """The order that a few words point at among several that were told or listed; empty when they
    point at none.
    """
    reading, before = talk.reading, talk.plan.before
    words = talk.seeds.forms
    if reading is None or before.form is not None or not points(talk):
        return ""
    theirs = {order.no for order in talk.facts.mine or ()} | set(talk.facts.shown)
    numbers = [number for number in before.listed or told_before(before) if number in theirs]
    if len(numbers) < 2:
        return ""
    if words.other(reading.normal):
        others = [number for number in numbers if number != before.order_no]
        return others[0] if len(others) == 1 else ""
    place = words.place(reading.normal, len(numbers))
    return numbers[place] if place is not None else ""


def points(talk: Talk) -> bool:
    """Whether a few words mean one of several by its place, and name none."""
    reading = talk.reading
    if reading is None or shop_numbers(reading) or len(reading.normal) > POINTING_CHARS:
        return False
    return talk.seeds.forms.points(reading.normal)


def only_names_goods(talk: Talk) -> bool:
    """Whether a text says hardly more than the name of goods in an order of theirs."""
    reading, theirs = talk.reading, _theirs(talk)
    if reading is None or len(reading.normal) > POINTING_CHARS or not theirs:
        return False
    named = order_in(reading.normal, theirs)
    if named is None:
        return False
    most = _BARE_CHARS_ZH if reading.language.is_chinese else _BARE_CHARS_EN
    return talk.seeds.forms.beside_names(reading.normal, named) <= most


def _theirs(talk: Talk) -> Sequence[Order]:
    return tuple({order.no: order for order in (*(talk.facts.mine or ()), *_shown(talk))}.values())


def _shown(talk: Talk) -> Sequence[Order]:
    return tuple(talk.facts.shown.values())
