"""What the customer wants: the words' weights added up, with what entities and signs tell.

A trained model may add its scores to those of the lexicons. It reads no history; `history` does.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.understanding.emotion import Feeling
from bot.understanding.lexicon import Hit, Mark
from bot.understanding.reading import Emotion, Entities, Intent, Signal
from bot.understanding.scene import Scene

_AGAIN, _AGAIN_MOST = 0.25, 1.0
_ALSO = 2.0  # a second intent needs this much of its own
_BESIDE_MAIN = 0.45  # and this share of the main one's score
_ASKED_GOODS = 0.7  # a question that names goods is about them when it is about nothing else
_LEAST = 0.5
_TAKEN_BACK = 5.0
_SURE = 2.5  # a score that alone makes an intent certain

_BY_ENTITY: Mapping[str, tuple[tuple[Intent, float], ...]] = {
    "order_no": ((Intent.ORDER_STATUS, 1.4),),
    "tracking_no": ((Intent.LOGISTICS_TRACKING, 2.4),),
    "carrier": ((Intent.LOGISTICS_TRACKING, 1.0),),
    "payment_code": ((Intent.PAYMENT_ERROR, 4.5),),
    "amount": ((Intent.PAYMENT_ERROR, 0.3),),
}
_BY_SIGNAL: Mapping[Signal, tuple[tuple[Intent, float], ...]] = {
    Signal.HARM: ((Intent.COMPLAINT, 6.0),),
    Signal.SELF_HARM: ((Intent.COMPLAINT, 6.0),),
    Signal.LEGAL_STEP: ((Intent.COMPLAINT, 5.0),),
    Signal.PUBLIC_THREAT: ((Intent.COMPLAINT, 4.0),),
    Signal.SECURITY: ((Intent.COMPLAINT, 4.5),),
    Signal.COUNTERFEIT: ((Intent.COMPLAINT, 3.0),),
    Signal.IP_NOTICE: ((Intent.COMPLAINT, 5.0),),
    Signal.SARCASM: ((Intent.COMPLAINT, 1.5),),
    Signal.ASKS_PERSON: ((Intent.HUMAN_REQUEST, 6.0),),
    Signal.AUTHORITY_ASKED: ((Intent.RETURN_REFUND_POLICY, 2.0),),
    Signal.REFUSES_LESS: ((Intent.RETURN_REFUND_POLICY, 2.5),),
    Signal.PROBLEM: ((Intent.RETURN_REFUND_POLICY, 0.5), (Intent.COMPLAINT, 0.5)),
}
_BY_EMOTION: Mapping[Emotion, tuple[Intent, float]] = {
    Emotion.ANGRY: (Intent.COMPLAINT, 4.0),
    Emotion.SAD: (Intent.COMPLAINT, 1.5),
    Emotion.POSITIVE: (Intent.GREETING_THANKS, 1.2),
}
_ORDER = {intent: place for place, intent in enumerate(Intent)}


@dataclass(frozen=True, slots=True)
class Wish:
    """The intents of a message, main one first, and how sure the main one is."""

    intents: tuple[Intent, ...]
    confidence: float
    scores: Mapping[Intent, float]
    shown_by: tuple[Hit, ...]


def scored(hits: Iterable[Hit]) -> dict[Intent, float]:
    """Returns the weight of the phrases per intent; a group counts once, its repeats a little."""
    first: dict[str, Hit] = {}
    more: dict[Intent, float] = defaultdict(float)
    scores: dict[Intent, float] = defaultdict(float)
    for hit in hits:
        if not isinstance(hit.label, Intent):
            continue
        known = first.setdefault(hit.group.id, hit)
        if known is hit:
            scores[hit.label] += hit.group.weight
        elif hit.start >= known.end:
            more[hit.label] += _AGAIN * hit.group.weight
    for intent, extra in more.items():
        scores[intent] += min(extra, _AGAIN_MOST)
    return scores


def add_facts(scores: dict[Intent, float], entities: Entities) -> None:
    """Adds what the values in the message tell about the wish."""
    for kind, shares in _BY_ENTITY.items():
        if getattr(entities, kind):
            _add(scores, shares)


def add_signs(
    scores: dict[Intent, float], scene: Scene, signals: frozenset[Signal], feeling: Feeling
) -> None:
    """Adds what signs and emotion tell about the wish."""
    if scene.marked(Mark.GOODS) and scene.marked(Mark.QUESTION):
        scores[Intent.PRODUCT_QUESTION] += _ASKED_GOODS
    for signal in signals:
        _add(scores, _BY_SIGNAL.get(signal, ()))
    if feeling.emotion in _BY_EMOTION:
        _add(scores, (_BY_EMOTION[feeling.emotion],))
    if Signal.TAKES_BACK in signals and feeling.emotion is not Emotion.ANGRY:
        scores[Intent.GREETING_THANKS] += _TAKEN_BACK
    if Signal.LOSS in signals and feeling.emotion is Emotion.SAD:
        scores[Intent.COMPLAINT] += 2.0
    urgent = {Signal.DEADLINE, Signal.STAKE} & signals and feeling.emotion is Emotion.ANXIOUS
    if urgent or ({Signal.VIP} & signals and scene.marked(Mark.UNRESOLVED)):
        scores[Intent.COMPLAINT] += 4.0
    if Signal.BOT_MISREAD in signals and feeling.emotion is Emotion.ANGRY:
        scores[Intent.COMPLAINT] += 2.0


def _add(scores: dict[Intent, float], shares: Iterable[tuple[Intent, float]]) -> None:
    for intent, weight in shares:
        scores[intent] += weight


def fallback_of(scene: Scene) -> Intent:
    """Returns what unknown words are taken for: in a shop, a question is about goods."""
    asked = scene.marked(Mark.QUESTION) and not scene.marked(Mark.ADDRESSED)
    return Intent.PRODUCT_QUESTION if asked else Intent.OUT_OF_SCOPE


def wish_of(
    scores: Mapping[Intent, float],
    hits: tuple[Hit, ...],
    fallback: Intent = Intent.OUT_OF_SCOPE,
) -> Wish:
    """Returns the intents the scores amount to; `fallback` with no confidence when to nothing."""
    ranked = sorted(scores, key=lambda intent: (-scores[intent], _ORDER[intent]))
    if not ranked or scores[ranked[0]] < _LEAST:
        return Wish((fallback,), 0.0, scores, ())
    main, best = ranked[0], scores[ranked[0]]
    others = [
        intent
        for intent in ranked[1:]
        if scores[intent] >= max(_ALSO, _BESIDE_MAIN * best)
        and intent is not Intent.GREETING_THANKS
    ]
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    confidence = min(1.0, best / _SURE) * best / (best + second)
    shown = tuple(hit for hit in hits if hit.label is main)
    return Wish((main, *others[:2]), round(confidence, 2), scores, shown)
