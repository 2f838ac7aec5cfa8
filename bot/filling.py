"""Move a form along with what a turn heard: begun, answered, agreed to, put aside.

Pure, and without the seeds: what words mean for a slot is settled when the turn is answered. Here
is decided only what the shop has to be asked for, and the one thing it is asked to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from bot.forms import FORM_LIFE_MS, KEY_CHARS, NEW_ADDRESS, NO, REMEDY, VARIANT, YES, Form
from bot.hearing import Act, ActKind
from bot.state import State
from bot.understanding.reading import Intent, Reading
from handoff.conversation import ConversationId
from handoff.shop import Deed

ARRANGED = frozenset(
    {
        Intent.RETURN_REFUND_POLICY,
        Intent.CANCEL_ORDER,
        Intent.ADDRESS_CHANGE,
        Intent.COMPLAINT,
    }
)
"""Intents that may end in something the shop is asked to do."""
_BEARING = frozenset({ActKind.PHONE, ActKind.FORM, ActKind.BEGIN, ActKind.ORDER})


class Move(StrEnum):
    """What became of a form in a turn."""

    NONE = ""
    GOES_ON = "goes_on"
    """There is a form; what was heard may answer it."""
    AGREED = "agreed"
    """The customer said yes to what was restated: the shop is asked to start it."""
    DECLINED = "declined"
    REPEATED = "repeated"
    """A yes to what was started before."""
    OUTDATED = "outdated"
    """A press on a form that is gone."""


class Moved(msgspec.Struct, frozen=True):
    """The state with its form after a turn's mail, and what happened to it."""

    state: State
    move: Move = Move.NONE
    key: str = ""
    """The form that was pressed, when it was started before."""
    deed: Deed | None = None


def move_form(
    state: State,
    acts: Sequence[Act],
    reading: Reading | None,
    *,
    agrees: bool | None,
    at: tuple[ConversationId, int, int],
) -> Moved:
    """Move the form; `at` is the conversation, the update and the time in ms of the turn."""
    if state.form is not None and at[2] - state.form.at_ms > FORM_LIFE_MS:
        state = state.changed(form=None)
    for act in reversed(acts):
        if act.kind is ActKind.BEGIN:
            return _begun(state, act.value, at)
        if act.kind is ActKind.FORM:
            return _pressed(state, act.value, at)
    form = state.form
    if form is None:
        return Moved(state)
    if reading is not None:
        if form.ready and agrees and len(form.choices) < 2:
            return _agreed(state, form, at)
        if reading.takes_back or (form.ready and agrees is False):
            return Moved(state, Move.DECLINED)
        return Moved(state, Move.GOES_ON)
    bears = any(
        act.kind in _BEARING or (act.kind is ActKind.FILE and form.order_no) for act in acts
    )
    return Moved(state, Move.GOES_ON if bears else Move.NONE)


def new_form(policy: str, order_no: str, at: tuple[ConversationId, int, int]) -> Form:
    """A form that is begun in this turn; however often the turn is decided, it is the same."""
    conversation, update_id, now_ms = at
    named = f"{conversation}:{update_id}:{policy}".encode()
    key = hashlib.sha256(named).hexdigest()[:KEY_CHARS]
    return Form(policy, key, now_ms, order_no)


def _begun(state: State, value: str, at: tuple[ConversationId, int, int]) -> Moved:
    policy, _, rest = value.partition(":")
    order_no, _, reason = rest.partition(":")
    form = state.form
    if form is None or (form.policy, form.order_no) != (policy, order_no):
        form = new_form(policy, order_no, at)
    if reason:
        form = form.with_told(reason=reason)
    state = state.changed(form=form)
    if order_no:
        state = state.changed(order_no=order_no)
    return Moved(state, Move.GOES_ON)


def _pressed(state: State, value: str, at: tuple[ConversationId, int, int]) -> Moved:
    key, _, answer = value.partition(":")
    slot, _, chosen = answer.partition(":")
    form = state.form
    if form is None or form.key != key:
        known = any(done.key == key for done in state.done)
        return Moved(state, Move.REPEATED if known else Move.OUTDATED, key)
    if slot == NO:
        return Moved(state, Move.DECLINED)
    if slot == YES and form.ready:
        return _agreed(state, form, at)
    if slot == REMEDY and form.ready and chosen in form.choices:
        told = {**form.told, REMEDY: chosen}
        return _agreed(state, form.changed(told=told), at)
    if chosen:
        form = form.with_told(**{slot: chosen})
    return Moved(state.changed(form=form.changed(at_ms=at[2])), Move.GOES_ON)


def _agreed(state: State, form: Form, at: tuple[ConversationId, int, int]) -> Moved:
    remedy = form.told.get(REMEDY, "") or "".join(form.choices[:1])
    deed = Deed(
        op=f"{form.policy}:{at[0]}:{form.key}",
        kind=form.policy,
        order_no=form.order_no,
        verdict=form.record,
        item=form.told.get("item", ""),
        remedy=remedy,
        details=form.told.get(NEW_ADDRESS, "") or form.told.get(VARIANT, ""),
    )
    return Moved(state.changed(form=form), Move.AGREED, form.key, deed)
