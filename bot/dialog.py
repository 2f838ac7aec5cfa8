"""Read what a turn heard: fill slots, keep the language, and say which facts are wanted.

Pure: state, mail and a reader in, a plan out. What is said comes later (`bot/answering.py`);
nothing is asked of a store or a shop here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec.structs import replace

from bot.edits import TEXT_CHARS_MAX, changed_edits, note_texts
from bot.facts import Proof, Wanted
from bot.filling import ARRANGED, Move, Moved, move_form
from bot.heard import Heard
from bot.hearing import ANSWERED_LATE, NOT_THEIRS, Act, ActKind, Taken, take_apart
from bot.slots import (
    ORDER_INTENTS,
    expecting_tail,
    fill_slots,
    list_open,
    may_point,
    only_names_an_order,
    says_matter,
    shop_numbers,
    tail_in,
    tails_by_order,
    told_before,
)
from bot.state import State
from bot.tone import CALM
from bot.understanding.reading import Intent, Reading, Signal, Utterance
from handoff.agenda import Turn
from handoff.conversation import Holder, Message
from handoff.text import Language, clean_text

UNANSWERED_CHARS_MAX = 600
MATTER_CHARS_MAX = 200


class Reads(Protocol):
    """What the dialogue needs of `bot.understanding`."""

    def read(
        self, text: str, *, context: Sequence[Utterance] = (), hint: Language | None = None
    ) -> Reading:
        """What the text means in the light of earlier turns."""

    def agrees(self, text: str, restated: str = "") -> bool | None:
        """Whether the text is a bare yes or a bare no, to what a policy `restated`; else None."""


class Plan(msgspec.Struct, frozen=True):
    """What a turn heard and needs to know. `reading` is None when nothing was written."""

    turn: Turn
    state: State
    language: Language
    rows: tuple[Message, ...]
    acts: tuple[Act, ...]
    reading: Reading | None
    goal: str
    """The intent that orders, parcels or payments are looked at for in this turn."""
    wanted: Wanted
    before: State
    """The state before this turn: what was asked last."""
    at: datetime
    update_id: int = 0
    """The last update of the turn: what is begun in it is named by it."""
    move: Move = Move.NONE
    form_key: str = ""
    """The form that was agreed to or pressed."""
    agrees: bool | None = None
    """Whether a text of the turn is a bare yes or a bare no."""
    remark: bool = False
    """Nothing but such a yes or no was written."""
    apart: bool = False
    """One of several messages asks for an order or a parcel by number, whatever the others say."""

    def has(self, kind: ActKind) -> bool:
        """Whether the turn holds such an act."""
        return bool(self.acts) and any(act.kind is kind for act in self.acts)

    def value(self, kind: ActKind) -> str | None:
        """The value of the last such act; None when there is none."""
        return next((act.value for act in reversed(self.acts) if act.kind is kind), None)


def plan_turn(
    state: State, turn: Turn, heard: Sequence[Heard], reader: Reads, now: datetime
) -> Plan:
    """Read a turn's mail and say which facts its answer needs."""
    taken = take_apart(state, heard)
    if turn.holder is Holder.AGENT:
        return _silent(turn, taken, state, now)
    reading = _reading(turn, taken, reader)
    apart = _asked_apart(taken, reading, reader)
    language = _language(taken, reading)
    state = expecting_tail(state, reading)
    told = _with_order_act(_remembered(taken, reading, language), taken.acts)
    told, goal = fill_slots(told, state, reading)
    agrees, remark = _agrees(taken, reader)
    moved = _moved(told, turn, taken, (reading, agrees, now))
    told = moved.state
    if reading is not None and says_matter(state, told, reading):
        told = told.changed(matter=reading.text[:MATTER_CHARS_MAX])
    plan = Plan(
        turn=turn,
        state=told,
        language=language,
        rows=tuple(taken.rows),
        acts=tuple(taken.acts),
        reading=reading,
        goal=goal,
        wanted=Wanted(),
        before=state,
        at=now,
        update_id=taken.update_id,
        move=moved.move,
        form_key=moved.key,
        agrees=agrees,
        remark=remark,
        apart=apart,
    )
    wanted = _wanted(plan, taken.update_id)
    return replace(plan, wanted=replace(wanted, deed=moved.deed) if moved.deed else wanted)


def _agrees(taken: Taken, reader: Reads) -> tuple[bool | None, bool]:
    """The bare yes or no of a turn, and whether it is all there is. A yes counts with the first
    text that is one: what was started is not unsaid by the next.
    """
    form = taken.state.form
    restated = form.policy if form is not None and form.ready else ""
    heard = [reader.agrees(message.text, restated) for message in taken.texts]
    agrees = True if True in heard else (False if False in heard else None)
    return agrees, agrees is not None and None not in heard


def _moved(
    state: State, turn: Turn, taken: Taken, heard: tuple[Reading | None, bool | None, datetime]
) -> Moved:
    """Nothing is arranged while a person is awaited."""
    reading, agrees, now = heard
    if turn.holder is not Holder.BOT:
        return Moved(state)
    at = (turn.conversation, taken.update_id, int(now.timestamp() * 1000))
    return move_form(state, taken.acts, reading, agrees=agrees, at=at)


def _silent(turn: Turn, taken: Taken, before: State, now: datetime) -> Plan:
    """Under an agent everything is written down and nothing is thought: no flood lasts into it."""
    state = taken.state.changed(flooded=False)
    for message in taken.texts:
        state = state.heard_line(message.text)
    return Plan(
        turn=turn,
        state=state,
        language=_spoken(state),
        rows=tuple(taken.rows),
        acts=(),
        reading=None,
        goal="",
        wanted=Wanted(),
        before=before,
        at=now,
    )


def _reading(turn: Turn, taken: Taken, reader: Reads) -> Reading | None:
    """One reading of everything written in the turn: several short messages are one question."""
    texts = [
        clean_text(message.text)
        for message in (*changed_edits(turn, taken, reader.read), *taken.texts)
    ]
    note_texts(taken)
    context = taken.state.recent
    if taken.state.unanswered and any(act.kind in ANSWERED_LATE for act in taken.acts):
        texts.insert(0, taken.state.unanswered)
        # Decided again, not asked again: it must not count as a repeated question.
        context = tuple(line for line in context if line.text not in taken.state.unanswered)
    whole = readable(texts)
    return reader.read(whole, context=context, hint=hint_of(taken.state)) if whole else None


def readable(texts: Sequence[str]) -> str:
    """What of a turn's texts is read for its meaning."""
    return "\n".join(texts)[:TEXT_CHARS_MAX].strip()


def _asked_apart(taken: Taken, reading: Reading | None, reader: Reads) -> bool:
    """Read as one, an order's number or the wish for a person may drown in a thank-you or another
    question: look at each. Returns whether a number is asked for; the wish becomes an act.
    """
    if reading is None or len(taken.texts) < 2:
        return False
    each = [reader.read(clean_text(one.text)[:TEXT_CHARS_MAX]) for one in taken.texts]
    if any(one.asks_person for one in each) and not reading.takes_back:
        taken.acts.append(Act(ActKind.HUMAN))
    return any(
        one.intent in ORDER_INTENTS and bool(one.entities.order_no or one.entities.tracking_no)
        for one in each
    )


def hint_of(state: State) -> Language | None:
    """The language to fall back on where a text shows none."""
    if state.tongue:
        return Language(state.tongue)
    interface = state.contact.language.lower()
    if interface.startswith("zh"):
        traditional = any(part in interface for part in ("hant", "tw", "hk", "mo"))
        return Language.ZH_HANT if traditional else Language.ZH_HANS
    return Language.EN if interface else None


def _spoken(state: State) -> Language:
    return hint_of(state) or Language.EN


def _language(taken: Taken, reading: Reading | None) -> Language:
    chosen = [act.value for act in taken.acts if act.kind is ActKind.LANGUAGE and act.value]
    if chosen:
        taken.state = taken.state.changed(tongue=chosen[-1], chosen=True)
    if taken.state.chosen or reading is None:
        return _spoken(taken.state)
    return reading.language


def _remembered(taken: Taken, reading: Reading | None, language: Language) -> State:
    over = any(act.kind is ActKind.QUIET for act in taken.acts)
    state = taken.state.changed(tongue=str(language), flooded=taken.state.flooded and not over)
    if reading is not None:
        return state.heard_line(reading.text).with_unanswered(reading.text[:UNANSWERED_CHARS_MAX])
    if any(act.kind not in NOT_THEIRS for act in taken.acts):
        return state.with_unanswered("")  # they went on to something else
    return state


def _with_order_act(state: State, acts: Sequence[Act]) -> State:
    for act in acts:
        if act.kind is ActKind.ORDER:
            goal, _, order_no = act.value.partition(":")
            # Whose phone is known may choose among all orders; others go on with the last one.
            kept = "" if state.contact.phone else state.order_no
            state = state.changed(goal=goal, order_no=order_no or kept)
        elif act.kind is ActKind.WALLET:
            state = state.changed(wallet=act.value, goal=Intent.PAYMENT_ERROR, asks="")
    return state


def _wanted(plan: Plan, update_id: int) -> Wanted:
    state = plan.state
    asked = _asks_order(plan)
    points = may_point(plan.before, plan.reading) and plan.turn.holder is Holder.BOT
    return Wanted(
        contact=str(plan.turn.conversation),
        phone=state.contact.phone,
        mine=(asked or points) and bool(state.contact.phone) and not _named(plan),
        orders=(*_numbers(plan, asked), *(told_before(plan.before) if points else ())),
        proofs=_proofs(plan, update_id) if asked else (),
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


def _proofs(plan: Plan, update_id: int) -> tuple[Proof, ...]:
    """The digits given are compared with the orders they are given for, and with the one in
    question, unless it is proved already.
    """
    state = plan.state
    claims = tails_by_order(plan.reading)
    for number in (state.order_no, *state.then):
        claims.setdefault(number, tail_in(plan.reading) or state.tail)
    begun = f"proof:{plan.turn.conversation}:{update_id}"
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
