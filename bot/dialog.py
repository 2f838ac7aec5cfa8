"""Read what a turn heard: fill slots, keep the language, and say which facts are wanted.

Pure: state, mail and a reader in, a plan out. What is said comes later (`bot/answering.py`);
nothing is asked of a store or a shop here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.facts import Proof, Wanted
from bot.heard import Heard
from bot.hearing import Act, ActKind, LinkReader, Taken, take_apart
from bot.slots import ORDER_INTENTS, fill_slots, shop_numbers, tail_in
from bot.state import Read, State
from bot.understanding.reading import Emotion, Intent, Reading, Signal, Utterance
from handoff.agenda import Turn
from handoff.conversation import Holder, Message
from handoff.text import Language, clean_text, language_of

HEAD_STARTS_MS = (0, 10 * 60_000, 30 * 60_000)
TEXT_CHARS_MAX = 4_000
"""So much of a turn's text is read for its meaning; the transcript keeps all of it."""
UNANSWERED_CHARS_MAX = 600
READ_LINES = 6
_BURST_READINGS_MAX = 5
_MISSES_BEFORE_HANDOFF = 2


class Reads(Protocol):
    """What the dialogue needs of `bot.understanding`."""

    def read(
        self, text: str, context: Sequence[Utterance] = (), hint: Language | None = None
    ) -> Reading:
        """What the text means in the light of earlier turns."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a turn heard and needs to know. `reading` is None when nothing was written."""

    turn: Turn
    state: State
    language: Language
    rows: tuple[Message, ...]
    acts: tuple[Act, ...]
    reading: Reading | None
    wanted: Wanted
    before: State
    """The state before this turn: what was asked last."""
    at: datetime

    def has(self, kind: ActKind) -> bool:
        """Whether the turn holds such an act."""
        return any(act.kind is kind for act in self.acts)

    def value(self, kind: ActKind) -> str | None:
        """The value of the last such act; None when there is none."""
        return next((act.value for act in reversed(self.acts) if act.kind is kind), None)


def plan_turn(
    state: State,
    turn: Turn,
    heard: Sequence[Heard],
    reader: Reads,
    now: datetime,
    *,
    read_order_link: LinkReader = lambda _payload: None,
) -> Plan:
    """Read a turn's mail and say which facts its answer needs."""
    taken = take_apart(state, heard, read_order_link)
    if turn.holder is Holder.AGENT:
        return _silent(turn, taken, state, now)
    reading = _reading(taken, reader)
    language = _language(taken, reading)
    told = _remembered(taken, reading, language)
    told = _with_order_act(told, taken.acts)
    told = fill_slots(told, state, reading)
    return Plan(
        turn=turn,
        state=told,
        language=language,
        rows=tuple(taken.rows),
        acts=tuple(taken.acts),
        reading=reading,
        wanted=_wanted(told, turn, taken, reading, now),
        before=state,
        at=now,
    )


def _silent(turn: Turn, taken: Taken, before: State, now: datetime) -> Plan:
    """Under an agent everything is written down and nothing is thought."""
    state = taken.state
    for message in taken.texts:
        state = state.heard_line(message.text)
    return Plan(
        turn=turn,
        state=state,
        language=_spoken(state),
        rows=tuple(taken.rows),
        acts=(),
        reading=None,
        wanted=Wanted(),
        before=before,
        at=now,
    )


def _reading(taken: Taken, reader: Reads) -> Reading | None:
    """One reading of everything written in the turn: several short messages are one question."""
    context, hint = taken.state.recent, _hint(taken.state)
    changed = [message for message in taken.edits if _changed(taken.state, message, reader)]
    texts = [clean_text(message.text) for message in (*changed, *taken.texts)]
    if any(act.kind is ActKind.EXPIRED for act in taken.acts) and taken.state.unanswered:
        texts.insert(0, taken.state.unanswered)
    whole = "\n".join(texts)[:TEXT_CHARS_MAX].strip()
    if not whole:
        return None
    reading = reader.read(whole, context, hint)
    _note_meanings(taken, changed, reading, reader)
    return reading


def _changed(state: State, message: Message, reader: Reads) -> bool:
    """Whether an edit says something else than what was answered."""
    read = reader.read(message.text[:TEXT_CHARS_MAX], (), _hint(state))
    old = next((line for line in state.read if line.message_id == message.revises), None)
    return old is None or old.meaning != meaning_of(read)


def meaning_of(reading: Reading) -> str:
    """What an edit must change to be answered again: intents and entities."""
    entities = reading.entities.as_lists()
    values = ";".join(f"{kind}={','.join(found)}" for kind, found in entities.items())
    return f"{','.join(reading.intents)}|{values}"


def _note_meanings(taken: Taken, changed: Sequence[Message], whole: Reading, reader: Reads) -> None:
    """Remember what each message meant by itself, as an edit will be read."""
    messages = [*changed, *taken.texts][-_BURST_READINGS_MAX:]
    alone = len(messages) == 1 and not taken.state.recent
    lines = list(taken.state.read)
    for message in messages:
        number = message.revises or message.message_id
        text = message.text[:TEXT_CHARS_MAX]
        reading = whole if alone else reader.read(text, (), _hint(taken.state))
        lines = [line for line in lines if line.message_id != number]
        lines.append(Read(number, meaning_of(reading)))
    taken.state = replace(taken.state, read=tuple(lines[-READ_LINES:]))


def _hint(state: State) -> Language | None:
    if state.tongue:
        return Language(state.tongue)
    interface = state.contact.language.lower()
    if interface.startswith("zh"):
        traditional = any(part in interface for part in ("hant", "tw", "hk", "mo"))
        return Language.ZH_HANT if traditional else Language.ZH_HANS
    return Language.EN if interface else None


def _spoken(state: State) -> Language:
    return _hint(state) or Language.EN


def _language(taken: Taken, reading: Reading | None) -> Language:
    chosen = [act.value for act in taken.acts if act.kind is ActKind.LANGUAGE and act.value]
    if chosen:
        taken.state = replace(taken.state, tongue=chosen[-1], chosen=True)
    if taken.state.chosen or reading is None:
        return _spoken(taken.state)
    return language_of(reading.text, _hint(taken.state))


def _remembered(taken: Taken, reading: Reading | None, language: Language) -> State:
    state = replace(taken.state, tongue=str(language))
    if reading is not None:
        state = state.heard_line(reading.text)
        state = replace(state, unanswered=reading.text[:UNANSWERED_CHARS_MAX])
    return state


def _with_order_act(state: State, acts: Sequence[Act]) -> State:
    for act in acts:
        if act.kind is ActKind.ORDER:
            goal, _, order_no = act.value.partition(":")
            state = replace(state, goal=goal, order_no=order_no or state.order_no)
        elif act.kind is ActKind.WALLET:
            state = replace(state, wallet=act.value, goal=Intent.PAYMENT_ERROR, asks="")
    return state


def _wanted(
    state: State, turn: Turn, taken: Taken, reading: Reading | None, now: datetime
) -> Wanted:
    shared = any(act.kind is ActKind.PHONE for act in taken.acts)
    asked = state.goal in ORDER_INTENTS or shared
    named = shop_numbers(reading)
    numbers = tuple(dict.fromkeys((*named, *((state.order_no,) if state.order_no else ()))))
    weighs = asked or bool(named) or (reading is not None and _troubled(reading))
    numbers = numbers if weighs else ()
    return Wanted(
        contact=str(turn.conversation),
        phone=state.contact.phone,
        mine=asked and bool(state.contact.phone) and not state.order_no,
        orders=numbers,
        proofs=_proofs(state, turn, taken.update_id, reading) if asked else (),
        proven=state.proven,
        track=asked,
        ranks=_ranks(state, turn, taken, reading, now),
    )


def _proofs(state: State, turn: Turn, update_id: int, reading: Reading | None) -> tuple[Proof, ...]:
    """Digits given now are compared; digits that were refused before are not tried again."""
    number, tail = state.order_no, tail_in(reading) or state.tail
    if not number or not tail or number in state.proven:
        return ()
    return (Proof(number, tail, op=f"proof:{turn.conversation}:{update_id}:{number}"),)


def _ranks(
    state: State, turn: Turn, taken: Taken, reading: Reading | None, now: datetime
) -> tuple[float, ...]:
    """Places in the queue that may have to be told; none for an ordinary question."""
    now_ms = now.timestamp() * 1000
    if turn.holder is Holder.QUEUE and state.case is not None:
        return (float(state.case.entered_ms - state.case.head_start_ms),)
    if _may_hand_over(state, taken, reading):
        return tuple(now_ms - head_start for head_start in HEAD_STARTS_MS)
    return ()


def _may_hand_over(state: State, taken: Taken, reading: Reading | None) -> bool:
    if any(act.kind is ActKind.HUMAN for act in taken.acts):
        return True
    if state.asks == "phone_tail" or state.misses >= _MISSES_BEFORE_HANDOFF:
        return True
    return reading is not None and _troubled(reading)


_CALM_SIGNALS = frozenset({Signal.TAKES_BACK, Signal.BULK})


def _troubled(reading: Reading) -> bool:
    """Whether the words may end with a person: then the order's value and the queue matter."""
    heavy = (Intent.COMPLAINT, Intent.HUMAN_REQUEST, Intent.PAYMENT_ERROR)
    upset = reading.emotion not in (Emotion.NEUTRAL, Emotion.POSITIVE)
    return upset or reading.intent in heavy or bool(reading.signals - _CALM_SIGNALS)
