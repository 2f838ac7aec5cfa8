"""Read what a turn heard: fill slots, keep the language, and say which facts are wanted.

Pure: state, mail and a reader in, a plan out. What is said comes later (`bot/answering.py`);
nothing is asked of a store or a shop here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec.structs import replace

from bot.edits import TEXT_CHARS_MAX, changed_edits, note_texts
from bot.facts import Wanted
from bot.filling import Moved, move_form
from bot.heard import Heard
from bot.hearing import ANSWERED_LATE, NOT_THEIRS, Act, ActKind, Taken, take_apart
from bot.plan import Plan
from bot.slots import ORDER_INTENTS, expecting_tail, fill_slots, says_matter
from bot.state import State
from bot.understanding.asides import Aside
from bot.understanding.reading import Intent, Reading, Utterance
from bot.wanting import wanted_by
from handoff.agenda import Turn
from handoff.conversation import Holder
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

    def aside(self, text: str) -> Aside | None:
        """What kind of aside the whole text is; None for a text that says something by itself."""


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
        aside=None if reading is None or remark else reader.aside(reading.text),
        apart=apart,
    )
    wanted = wanted_by(plan)
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
