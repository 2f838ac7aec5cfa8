"""What the model's margins mean: the intents, the emotion, and how likely each reason for a person
is.

The thresholds were chosen on messages held out from training (`docs/understanding.md`). Whether a
person takes over is decided by the rules of escalation, not here.
"""

import math
from collections.abc import Mapping, Sequence
from operator import itemgetter

import msgspec

from bot.understanding.model import Weighs
from bot.understanding.reading import Emotion, Intent
from handoff.escalation import Reason

URGENT, PERSON = "urgent", "person"
INTENT_HEADS = tuple(f"intent.{intent}" for intent in Intent)
EMOTION_HEADS = tuple(f"emotion.{emotion}" for emotion in Emotion)
REASON_HEADS = tuple(f"reason.{reason}" for reason in Reason)
HEADS = (*INTENT_HEADS, *EMOTION_HEADS, *REASON_HEADS, URGENT, PERSON)
OPINION_HEADS = (
    *(f"emotion.{each}" for each in (Emotion.NEUTRAL, Emotion.ANGRY, Emotion.POSITIVE)),
    *REASON_HEADS,
    URGENT,
    *(f"intent.{each}" for each in (Intent.COMPLAINT, Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE)),
    PERSON,
)
"""The heads whose margins together tell whether a person is needed."""

_INTENTS, _EMOTIONS = tuple(Intent), tuple(Emotion)
_REASONS = (*map(str, Reason), URGENT, PERSON)
_for_opinion = itemgetter(*map(HEADS.index, OPINION_HEADS))
_FEELINGS = len(_INTENTS)
_LIKELY = _FEELINGS + len(_EMOTIONS)
_CALM_SHIFT = 0.5  # calm is so common that it must lead by this much
_ALSO = -0.35  # the margin at which a second intent is told
_MOST_TOLD = 3
_NO_REASON = 0.02
_SHARPNESS = 3.0  # of the share the main intent has among all


class Judgement(msgspec.Struct, frozen=True):
    """What the model makes of a message. `likely` goes by reason, `urgent` and `person`."""

    intents: tuple[Intent, ...]
    confidence: float
    emotion: Emotion
    strength: float
    likely: Mapping[str, float]


def judge(model: Weighs, margins: Sequence[float]) -> Judgement:
    """Returns the decisions the margins amount to."""
    intents = margins[:_FEELINGS]
    best = max(intents)
    main = intents.index(best)
    others = [place for place, margin in enumerate(intents) if margin > _ALSO and place != main]
    others.sort(key=intents.__getitem__, reverse=True)
    emotion, strength = _emotion(margins[_FEELINGS:_LIKELY])
    likely = dict(zip(_REASONS, model.likelihoods(margins, _LIKELY), strict=True))
    likely[PERSON] = _needed(model, margins, max(likely.values()))
    return Judgement(
        intents=_told([_INTENTS[place] for place in (main, *others)]),
        confidence=_share(intents, best),
        emotion=emotion,
        strength=strength,
        likely=likely,
    )


def _needed(model: Weighs, margins: Sequence[float], likeliest: float) -> float:
    """How likely a person is needed; where no head sees a reason, there is nothing to weigh."""
    if likeliest < _NO_REASON:
        return likeliest
    return model.opinion.likelihood(_for_opinion(margins))


def _told(ranked: Sequence[Intent]) -> tuple[Intent, ...]:
    """Returns the main intent and two more at most: what is no matter of ours stands alone."""
    if ranked[0] is Intent.OUT_OF_SCOPE:
        return (Intent.OUT_OF_SCOPE,)
    return tuple(each for each in ranked if each is not Intent.OUT_OF_SCOPE)[:_MOST_TOLD]


def _share(intents: Sequence[float], best: float) -> float:
    """The share of the best among all, were the margins shares of one whole."""
    return round(1 / sum([math.exp(_SHARPNESS * (margin - best)) for margin in intents]), 2)


def _emotion(margins: Sequence[float]) -> tuple[Emotion, float]:
    calm, *felt = margins
    best = max(felt)
    if best < calm - _CALM_SHIFT:
        return Emotion.NEUTRAL, 0.0
    strength = 1 / (1 + math.exp(-2 * (best - calm + _CALM_SHIFT)))
    return _EMOTIONS[1 + felt.index(best)], round(strength, 2)
