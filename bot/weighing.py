"""Weigh a turn: does a person have to take over, why, and how far ahead does the case start.

It brings what was read and what was found to the rules, and adds the reasons that only the flow
knows: an identity that could not be proved, a payment code that a person must look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from bot.answers.pressing import ON_ITS_WAY
from bot.answers.verdicts import judged_again
from bot.cues import Cue
from bot.packing import order_in_question
from bot.slots import ORDER_INTENTS
from bot.talk import Seeds, Talk
from bot.understanding.reading import Emotion, Intent, Reading, Signal
from bot.understanding.signals import Known, signals_of
from bot.voice import Voice
from handoff.escalation import Escalation, Priority, Reason, Signals, decide
from handoff.knowledge import PACKING
from handoff.knowledge.articles import tongue_of
from handoff.policies import Payer
from handoff.priority import Standing, head_start_seconds, reason_line
from handoff.shop import Order

SECOND_MS = 1000
_GRAVE = frozenset({str(Reason.LEGAL_SAFETY), "urgent"})
_SURELY_GRAVE = 0.5
_FEW_CHARS_ZH, _FEW_CHARS_EN = 12, 24
_PLAIN = frozenset({Signal.PROBLEM, Signal.BULK, Signal.DEADLINE})
_TALK = frozenset(
    {Intent.OUT_OF_SCOPE, Intent.COMPLAINT, Intent.HUMAN_REQUEST, Intent.GREETING_THANKS}
)
_SAYS_FAILED = frozenset({Signal.BOT_MISREAD, Signal.REPEATED})


@dataclass(frozen=True, slots=True)
class Weight:
    """Why a person takes over, and how many ms the case starts ahead. `why` tells its place."""

    reason: str
    priority: str
    head_start_ms: int
    why: str
    evidence: str


def weigh(talk: Talk) -> Weight | None:
    """The reason to hand over, or None while the bot goes on."""
    signals = _signals(talk)
    escalation = decide(signals, talk.seeds.rules, talk.voice.language)
    if escalation is not None and not _settled(talk, escalation.reason):
        return _weight(talk, escalation, signals)
    if not talk.hand:
        return None
    emotion, intensity = signals.emotion, signals.intensity
    value = signals.order_value
    standing = Standing(Priority.NORMAL, emotion, intensity, value, repeats=signals.repeats)
    return _of(talk.hand, talk.voice.say(f"why.{talk.hand}"), standing, talk.seeds, talk.voice)


def _settled(talk: Talk, reason: Reason) -> bool:
    """Whether this very reply sees to the reason: a wish within the bot's own authority is granted,
    and what was not understood is told by an example.
    """
    if reason is Reason.POLICY_AUTHORITY:
        return talk.within or _pays_postage(talk)
    return talk.explained and reason is Reason.BOT_FAILED


def _pays_postage(talk: Talk) -> bool:
    """Whether the postage that is asked for is ours to pay already."""
    form = talk.state.form
    verdict = judged_again(talk, form.record) if form is not None and form.ready else None
    return verdict is not None and verdict.payer is Payer.SHOP and talk.cue(Cue.POSTAGE)


def weight_of(reason: str, seeds: Seeds, voice: Voice) -> Weight:
    """The weight of a handoff about which nothing else is known."""
    return _of(reason, voice.say(f"why.{reason}"), Standing(Priority.NORMAL), seeds, voice)


def _signals(talk: Talk) -> Signals:
    order = order_in_question(talk)
    misses = talk.state.misses + 1 if talk.missed else 0
    value, vip = order.total if order else None, _is_vip(talk)
    if order is not None and _only_awaited(talk, order):
        value, vip = None, False
    known = Known(order_value=value, vip=vip, misses=misses)
    if talk.reading is None or talk.form_text or talk.said_nothing:
        return Signals(vip=known.vip, order_value=known.order_value, misses=misses)
    # Whether the bot failed is known here turn by turn; the words of old answers need no judging.
    signals = signals_of(talk.reading, known)
    return replace(signals, missed_before=0, likely=_likely(talk, talk.reading, signals.likely))


def _only_awaited(talk: Talk, order: Order) -> bool:
    """Whether somebody calm asks after an order that is on its way in time: that is no trouble."""
    reading = talk.reading
    late = order.due_at is not None and order.due_at < talk.voice.now
    calm = reading is not None and reading.emotion is Emotion.NEUTRAL
    asks = reading is not None and reading.intent in ORDER_INTENTS and reading.signals <= _PLAIN
    return calm and asks and not late and order.status in ON_ITS_WAY | PACKING


def _likely(talk: Talk, reading: Reading, likely: Mapping[str, float]) -> Mapping[str, float]:
    """What the model makes of the words; that answers were alike tells it nothing by itself, and
    of a few calm words within a talk it can hardly tell anything.
    """
    few, untold = _few_calm_words(talk, reading), set[str]()
    if few and likely.get(Reason.LEGAL_SAFETY, 0.0) < _SURELY_GRAVE:
        untold |= _GRAVE
    asks_on = few and reading.intent not in _TALK
    if asks_on or (reading.misses and not reading.signals & _SAYS_FAILED):
        untold.add(Reason.BOT_FAILED)
    return {name: share for name, share in likely.items() if name not in untold}


def _few_calm_words(talk: Talk, reading: Reading) -> bool:
    most = _FEW_CHARS_ZH if reading.language.is_chinese else _FEW_CHARS_EN
    calm = reading.emotion is Emotion.NEUTRAL and reading.signals <= _PLAIN
    return calm and bool(talk.plan.before.recent) and len(reading.normal) <= most


def _is_vip(talk: Talk) -> bool:
    orders = (*talk.facts.orders.values(), *(talk.facts.mine or ()))
    return any(order.vip for order in orders)


def _weight(talk: Talk, escalation: Escalation, signals: Signals) -> Weight:
    standing = Standing(
        priority=escalation.priority,
        emotion=signals.emotion,
        intensity=signals.intensity,
        order_value=signals.order_value,
        repeats=signals.repeats,
    )
    return _of(escalation.reason, escalation.evidence, standing, talk.seeds, talk.voice)


def _of(reason: str, evidence: str, standing: Standing, seeds: Seeds, voice: Voice) -> Weight:
    tongue = tongue_of(voice.language)
    return Weight(
        reason=str(reason),
        priority=str(standing.priority),
        head_start_ms=head_start_seconds(standing, seeds.weights) * SECOND_MS,
        why=voice.text(reason_line(standing, seeds.weights, language=tongue)),
        evidence=voice.text(evidence),
    )


def kept_waiting_ms(head_start_ms: int, seeds: Seeds) -> int:
    """The head start of somebody who was kept waiting beyond the named time."""
    weights = seeds.weights
    more = min(head_start_ms + weights.promise * SECOND_MS, weights.ceiling * SECOND_MS)
    return max(head_start_ms, more)
