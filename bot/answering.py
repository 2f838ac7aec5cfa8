"""Decide a turn: what is said, remembered, promised and handed over.

Pure: a plan and its facts in, an Outcome out. It holds the seeds, connects nothing, and signs no
buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from msgspec.structs import replace

from bot.apology import apologise
from bot.card import card_timer, card_word, carded
from bot.cues import load_cues
from bot.facts import Facts
from bot.finishing import close_reply
from bot.flood import is_flood, keep_all
from bot.formwords import load_form_words
from bot.gaps import with_gap
from bot.handing import PROMISE_TIMER, hand_over
from bot.heard import Heard
from bot.hearing import ActKind
from bot.manners import Manners, OnMended, told_to_nobody
from bot.plan import Plan
from bot.replying import make_reply
from bot.state import State
from bot.talk import Seeds, Talk
from bot.tone import UNFOLDED, folded
from bot.uses import note_uses
from bot.voice import Voice
from bot.waiting import answer_waiting
from bot.weighing import Weight, weigh
from handoff.agenda import Chore, Outcome, Turn
from handoff.calendar import load_hours
from handoff.conversation import Author, Holder, Message
from handoff.errors import SeedError, SeedErrors, SlotEmpty
from handoff.escalation import Rules, load_rules
from handoff.knowledge import load_knowledge
from handoff.policies import load_policies
from handoff.priority import Weights, load_weights
from handoff.speech import load_phrasebook
from handoff.speech.guard_seed import load_guard
from handoff.spots import Spot
from handoff.text import Language, language_of, split_message
from handoff.words import ANSWER_LIFE_MS, NOTICE_LIFE_MS, Body, Word, WordKind

RULES_FILE = "escalation.yaml"


class Answerer:
    """The seeds, and the answers made from them."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds

    @classmethod
    def load(cls, seeds_dir: Path, on_mended: OnMended = told_to_nobody) -> Self:
        """Read all seeds an answer needs; raises SeedErrors with every mistake at once."""
        faults: list[SeedError] = []
        *read, guard = (_read(load, seeds_dir, faults) for load in _LOADERS)
        if faults:
            raise SeedErrors(dict.fromkeys(faults))
        parts = [*read, Manners(guard, on_mended)]
        return cls(Seeds(*parts))

    @property
    def seeds(self) -> Seeds:
        """What answers are made from."""
        return self._seeds

    def answer(self, plan: Plan, facts: Facts, now: datetime) -> Outcome:
        """Decide the turn. A reply that would have a hole is not said: a person answers instead."""
        if plan.turn.holder is Holder.AGENT:
            return Outcome(state=plan.state.encode(), rows=plan.rows)
        try:
            return self._decided(plan, facts, now)
        except SlotEmpty as empty:
            return self.apology_outcome(plan.turn, str(empty), now, plan.rows)

    def _decided(self, plan: Plan, facts: Facts, now: datetime) -> Outcome:
        talk = self._talk(plan, facts, now)
        if plan.turn.holder is Holder.QUEUE:
            return self._waiting(talk)
        return with_gap(talk, self._holding(talk))

    def rehearse(self, plan: Plan, facts: Facts) -> Talk | None:
        """The bot's reply as far as its matter goes; None when a person is due or holds."""
        if plan.turn.holder is not Holder.BOT:
            return None
        talk = self._talk(plan, facts, plan.at)
        try:
            make_reply(talk)
        except SlotEmpty:
            return None
        return talk if weigh(talk) is None else None

    def _talk(self, plan: Plan, facts: Facts, now: datetime) -> Talk:
        voice = self._voice(plan.language, now, plan.state.replies)
        return Talk(seeds=self._seeds, plan=plan, facts=facts, voice=voice, state=plan.state)

    def flood_outcome(
        self, state: State, turn: Turn, heard: Sequence[Heard], now: datetime
    ) -> Outcome | None:
        """What becomes of a turn that is not to be thought about now; None of all others."""
        if not is_flood(state, turn, heard):
            return None
        language = Language(state.tongue) if state.tongue else language_of(_texts(heard))
        return keep_all(state, turn, heard, self._voice(language, now))

    def interim_body(self, state: State) -> Body:
        """The one line said when facts take long."""
        language = Language(state.tongue) if state.tongue else Language.EN
        return Body(self._seeds.book.say("interim", language), holds=Spot.INTERIM)

    def apology_outcome(
        self, turn: Turn, why: str, now: datetime, rows: tuple[Message, ...] = ()
    ) -> Outcome:
        """Give a turn whose mail cannot be read to a person, without reading it; `rows` is what can
        be shown of it."""
        return apologise(self._seeds, turn, why, now=now, rows=rows)

    def _voice(self, language: Language, now: datetime, turn: int = 0) -> Voice:
        return Voice(self._seeds.book, language, self._seeds.hours, now, turn)

    def _holding(self, talk: Talk) -> Outcome:
        back = talk.plan.has(ActKind.RESOLVED)
        make_reply(talk)
        weight = weigh(talk)
        uses = note_uses(talk, handed=weight is not None)
        if weight is not None:
            return _handed(talk, weight, uses)
        close_reply(talk)
        if talk.facts.wording:
            talk.layout.parts = [talk.facts.wording, *filter(None, [talk.layout.folded])]
        words = _words(talk, WordKind.ANSWER)
        return Outcome(
            state=_remembered(talk, words),
            words=words,
            rows=talk.plan.rows,
            timers=talk.timers | ({PROMISE_TIMER: 0} if back else {}),
            chores=uses,
            may_restart=bool(words) and not (back or talk.started),
        )

    def _waiting(self, talk: Talk) -> Outcome:
        waited = answer_waiting(talk, weigh(talk))
        words = carded(talk, _words(talk, waited.kind))
        moved = (card_word(waited.card),) if waited.card else ()
        return Outcome(
            state=_remembered(talk, words),
            words=words + moved,
            rows=talk.plan.rows,
            patch_rank=waited.rank,
            patch_reason=waited.reason,
            patch_priority=waited.priority,
            patch_packet=waited.packet,
            timers=waited.timers,
            chores=waited.chores,
            may_restart=bool(words) and waited.only_answer,
        )


def _texts(heard: Sequence[Heard]) -> str:
    return " ".join(one.message.text for one in heard[:20] if one.message)


def _handed(talk: Talk, weight: Weight, uses: tuple[Chore, ...]) -> Outcome:
    handed = hand_over(talk, weight)
    words = carded(talk, _words(talk, WordKind.NOTICE))
    return Outcome(
        state=_remembered(talk, words),
        words=words,
        rows=talk.plan.rows,
        open_case=handed.case,
        timers={PROMISE_TIMER: handed.promise_ms, **card_timer(talk)},
        chores=(handed.chore, *uses),
    )


def _words(talk: Talk, kind: WordKind) -> tuple[Word, ...]:
    """The reply in parts a message can hold; what can be pressed stands under the last."""
    body = talk.layout.body(quiet=talk.upset)
    text = talk.seeds.manners.well_said(body.text, talk.voice, talk.facts)
    life_ms = ANSWER_LIFE_MS if kind is WordKind.ANSWER else NOTICE_LIFE_MS
    *first, last = split_message(text) or [""]
    if not last:
        return ()
    last, fold = (last, UNFOLDED) if first else folded(last, talk.layout.folded)
    bodies = [*map(Body, first), replace(body, text=last, fold=fold)]
    if talk.facts.slow:
        bodies[0] = replace(bodies[0], replaces=Spot.INTERIM)
    return tuple(Word(kind, Author.BOT, each, life_ms=life_ms) for each in bodies)


def _remembered(talk: Talk, words: Sequence[Word]) -> bytes:
    state = talk.state
    for word in words:
        state = state.said_line(word.body.text)
    if words:
        state = state.changed(replies=state.replies + 1)
    return state.encode()


def _load_rules(seeds_dir: Path) -> Rules:
    return load_rules(seeds_dir / RULES_FILE)


def _load_weights(seeds_dir: Path) -> Weights:
    return load_weights(seeds_dir / RULES_FILE)


_LOADERS: tuple[Callable[[Path], Any], ...] = (
    load_knowledge,
    load_phrasebook,
    load_hours,
    load_cues,
    _load_rules,
    _load_weights,
    load_policies,
    load_form_words,
    load_guard,
)
"""In the order of the fields of `Seeds`; the guard last."""


def _read(load: Callable[[Path], Any], seeds_dir: Path, faults: list[SeedError]) -> Any:
    """What a loader gives; its mistakes are kept, so that all files are read before any is told."""
    try:
        return load(seeds_dir)
    except SeedErrors as errors:
        faults.extend(errors.errors)
        return None
