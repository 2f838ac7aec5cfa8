"""The values an answer needs, found in what the customer wrote: order, digits of a phone, wallet.

A slot once filled is never asked for again. Whether a claim to an order holds is settled elsewhere.
"""

from __future__ import annotations

import re2

from bot.questions import is_wordless
from bot.state import State
from bot.understanding.reading import Intent, Reading
from handoff.shop import TAIL_DIGITS

ORDER_INTENTS = frozenset({Intent.ORDER_STATUS, Intent.LOGISTICS_TRACKING, Intent.REFUND_STATUS})
PROOFS = frozenset({"order_no", "phone_tail"})
"""The slots that prove whose an order is."""
NUMBERS_MAX = 20
"""So many orders one turn looks up: after an outage a customer's questions come all at once."""
_SHORT_CHARS = 40
"""An answer to a question of ours is short; a longer text is a matter of its own."""
_BARE_CHARS_ZH = 14
_LOOSE = frozenset({Intent.CANCEL_ORDER, Intent.ADDRESS_CHANGE, Intent.PRODUCT_QUESTION})
"""Read from a few words beside an order number, these are a guess."""
_SURE = 0.6
_CERTAIN = 0.9
"""A word beside a number, "invoice W1000001", that is read with more is what is asked for."""
_POINTING = ORDER_INTENTS | {Intent.PRODUCT_QUESTION, Intent.OUT_OF_SCOPE}
"""As which words that only point at an order are read."""
POINTING_CHARS = 32
"""So few words may point at something that was told before."""
_FOUR_ALONE = re2.compile(r"\d{4}")
_PHONE_ALONE = re2.compile(
    r"(?:my|the|this is|我的?|这是)? ?(?:tele)?(?:phone|mobile|cell|tel|手机|电话)?"
    r" ?(?:number|no|号码?)? ?(?:is|it's|是|为)?[\s:：,，+]*[\d ()+-]{8,20}[^\d\pL]*"
)
_FOUR_DIGITS = re2.compile(r"(?:^|\D)(\d{4})(?:\D|$)")
_PHONE_WORDS = (
    "手机尾号|电话尾号|手机号|手机|电话|尾号|号码|phone|mobile|last four|last 4|ending|ends"
)
_ORDER_AND_TAIL = re2.compile(
    rf"\w{{8,12}}[\s,，、;；/:：-]+(?:{_PHONE_WORDS})?[\s:：是in]*(\d{{4}})[^\d\pL]*"
)
"""An order number and four digits, and hardly a word between."""
_TAIL_BESIDE = re2.compile(
    rf"(?:\b[a-z]{{0,3}}\d{{7,12}}[\s,，、;；/:：-]+|(?:{_PHONE_WORDS})[\s,，:：是]*)"
    rf"(?:(?:{_PHONE_WORDS}|is|in|with|:)[\s:：,，]*)*(\d{{4}})(?:[\s,，.。!！?？;；)）]|$)"
)
"""Four digits behind an order number or a word for a phone, whatever else is said."""
_UNIT_OR_YEAR = re2.compile(r"20[12]\d|\d{4} ?(?:元|块|yuan|usd|dollars|rmb|cny|pcs|pieces)")
_DIGITS = re2.compile(r"(?:^|\D)(\d{4})(?:\D|$)")
_PHONE_WORDS = (
    "手机尾号|电话尾号|手机号|手机|电话|尾号|号码|phone|mobile|last four|last 4|ending|ends"
)
_ORDER_AND_TAIL = re2.compile(
    rf"\w{{8,12}}[\s,，、;；/:：-]+(?:{_PHONE_WORDS})?[\s:：是in]*(\d{{4}})[^\d\pL]*"
)
"""An order number and four digits, and hardly a word between."""
_DIGITS = re2.compile(r"\d+")
_BARE_NUMBER_CHARS = 6


def only_a_phone(reading: Reading) -> bool:
    """Whether a phone is typed, and nothing else said: "call me on ..." wants a person."""
    return bool(reading.entities.phone) and _PHONE_ALONE.fullmatch(reading.normal) is not None


def shop_numbers(reading: Reading | None) -> tuple[str, ...]:
    """Order numbers the text itself names."""
    return reading.entities.order_no[:NUMBERS_MAX] if reading else ()


def tail_in(reading: Reading | None) -> str:
    """The last four digits of a phone, as the text gives them."""
    if reading is None:
        return ""
    if reading.entities.phone_tail:
        return reading.entities.phone_tail[-1]
    if reading.entities.phone:
        digits = "".join(filter(str.isdigit, reading.entities.phone[-1]))
        return digits[-TAIL_DIGITS:]
    return _tail_beside(reading.normal) if reading.entities.order_no else ""


def _tail_beside(normal: str) -> str:
    """Four digits given with an order number, when they can be nothing else."""
    alone = _ORDER_AND_TAIL.fullmatch(normal)
    found = alone or _TAIL_BESIDE.search(normal)
    if found is None or (not alone and _UNIT_OR_YEAR.match(normal[found.start(1) :])):
        return ""
    return str(found.group(1))


def tails_by_order(reading: Reading | None) -> dict[str, str]:
    """The digits given for each of several orders: one each in their order, or one for all."""
    numbers = shop_numbers(reading)
    tails = reading.entities.phone_tail if reading else ()
    if len(numbers) < 2 or not tails:
        return {}
    if len(tails) == 1:
        tails *= len(numbers)
    return dict(zip(numbers, tails, strict=True)) if len(tails) == len(numbers) else {}


def expecting_tail(before: State, reading: Reading | None) -> State:
    """The state before, as if digits had been asked for: nothing but four digits behind an order
    that nobody has proved yet can only prove it.
    """
    bare = reading is not None and _FOUR_ALONE.fullmatch(reading.normal.strip()) is not None
    number = before.order_no
    free = not (before.asks or before.form or number in before.proven)
    if not (bare and number and free):
        return before
    goal = before.goal if before.goal in ORDER_INTENTS else Intent.ORDER_STATUS
    return before.changed(asks="phone_tail", goal=goal)


def fill_slots(state: State, before: State, reading: Reading | None) -> tuple[State, str]:
    """Write down what the text gives; also returns what this turn looks orders up for.

    A goal that waits for a slot outlives other questions.
    """
    if reading is None:
        return state, state.goal
    state = _with_numbers(state, reading)
    if before.asks == "phone_tail" and not tail_in(reading):
        state = state.changed(tail=_four_digits(reading))
    else:
        state = state.changed(tail=tail_in(reading) or state.tail)
    goal = goal_of(state, before, reading)
    waiting = before.goal if before.asks else ""
    return state.changed(goal=goal or waiting), goal


def _four_digits(reading: Reading) -> str:
    """Four digits in a short text that holds no others: those of an address are no proof."""
    named = set(reading.entities.order_no) | {no[1:] for no in reading.entities.order_no}
    digits = [found for found in _DIGITS.findall(reading.normal) if found not in named]
    if len(reading.normal) > _SHORT_CHARS or len(digits) != 1:
        return ""
    found = _FOUR_DIGITS.search(reading.normal)
    return str(found.group(1)) if found else ""


def _with_numbers(state: State, reading: Reading) -> State:
    entities, carried = reading.entities, reading.carried
    order = entities.order_no or (() if state.order_no else carried.order_no)
    waybill = entities.tracking_no or (() if state.tracking_no else carried.tracking_no)
    if order and order[0] != state.order_no:
        state = state.changed(order_no=order[0])
    if waybill:
        state = state.changed(tracking_no=waybill[0])
    if entities.payment_code:
        state = state.changed(code=entities.payment_code[0])
    return state


def goal_of(state: State, before: State, reading: Reading) -> str:
    """The intent the turn works on: the old one while its slot is being filled, else the text's."""
    if before.goal and before.asks and gives_slot(before, state, reading):
        return before.goal
    if reading.intent in ORDER_INTENTS or reading.intent is Intent.PAYMENT_ERROR:
        return reading.intent
    return ""


def gives_slot(before: State, state: State, reading: Reading) -> bool:
    """Whether the text answers what was asked for last, and little else."""
    if len(reading.normal) > _SHORT_CHARS:
        return False
    given = {
        "order_no": bool(reading.entities.order_no or reading.entities.tracking_no),
        "phone_tail": bool(state.tail) and state.tail in reading.normal,
        "wallet": reading.intent in (Intent.PAYMENT_ERROR, Intent.OUT_OF_SCOPE),
    }
    return given.get(before.asks, False)


def list_open(before: State) -> bool:
    """Whether the orders of their phone were just listed, or may be: one of them is meant next."""
    free = bool(before.contact.phone) and not before.order_no and before.form is None
    return free and before.goal in ORDER_INTENTS and before.asks in ("", "order_no")


def told_before(state: State) -> tuple[str, ...]:
    """The orders of theirs that words like "the other one" may mean."""
    listed = tuple(number for number in state.listed if number in state.proven)
    return listed if len(listed) > 1 else state.proven[-2:]


def may_point(state: State, reading: Reading | None) -> bool:
    """Whether a few words without a number may mean another order of theirs than the last."""
    few = reading is not None and len(reading.normal) <= POINTING_CHARS
    few = few and reading is not None and reading.intent in _POINTING
    several = len(state.proven) > 1 or bool(state.contact.phone)
    return few and several and bool(state.order_no) and not shop_numbers(reading)


def only_names_an_order(reading: Reading) -> bool:
    """Whether the number of an order is all there is, or all that is sure of a text."""
    numbers = shop_numbers(reading)
    if not numbers:
        return False
    beside = len(reading.normal) - sum(map(len, numbers))
    if _ORDER_AND_TAIL.fullmatch(reading.normal):
        return True
    if reading.intent not in _POINTING and reading.confidence >= _CERTAIN:
        return False
    return beside <= _BARE_NUMBER_CHARS or (reading.intent in _LOOSE and reading.confidence < _SURE)


def says_matter(before: State, state: State, reading: Reading) -> bool:
    """Whether the text says what it is about: not just a slot, a thank-you or "a person please"."""
    if is_wordless(reading.normal):
        return False
    if before.asks and before.goal and gives_slot(before, state, reading):
        return False
    bare = set(reading.intents) <= {Intent.GREETING_THANKS, Intent.HUMAN_REQUEST}
    most = _BARE_CHARS_ZH if reading.language.is_chinese else _SHORT_CHARS
    return not (bare or reading.takes_back) or len(reading.normal) > most
