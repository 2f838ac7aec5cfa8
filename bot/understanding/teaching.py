"""What the model learns from: labelled messages, and beside them the questions of the articles and
the phrases of the lexicons, each with the labels it is sure of.

It fits nothing; `training` does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.corpus import Labelled
from bot.understanding.judging import PERSON, URGENT
from bot.understanding.lexicon import Group, Label
from bot.understanding.phrases import Spelled
from bot.understanding.reading import Emotion, Intent, Signal
from handoff.escalation import Priority, Reason

_ASKED = 0.5  # what a question of an article counts for, a message being 1
_BESIDE = 0.3  # and what a phrase of a lexicon
_SPELLINGS = 10
_REASON_OF = {
    Signal.HARM: Reason.LEGAL_SAFETY,
    Signal.SELF_HARM: Reason.LEGAL_SAFETY,
    Signal.LEGAL_STEP: Reason.LEGAL_SAFETY,
    Signal.LEGAL_TOLD: Reason.LEGAL_SAFETY,
    Signal.COUNTERFEIT: Reason.LEGAL_SAFETY,
    Signal.SECURITY: Reason.LEGAL_SAFETY,
    Signal.IP_NOTICE: Reason.LEGAL_SAFETY,
    Signal.ASKS_PERSON: Reason.EXPLICIT_REQUEST,
    Signal.PUBLIC_THREAT: Reason.EMOTION,
    Signal.PLEADING: Reason.EMOTION,
    Signal.SARCASM: Reason.EMOTION,
    Signal.AUTHORITY_ASKED: Reason.POLICY_AUTHORITY,
    Signal.BULK: Reason.HIGH_VALUE,
    Signal.VIP: Reason.HIGH_VALUE,
}
_PLAIN = 0.8  # groups of this weight show their signal alone
_FELT = 0.5
_TALK = frozenset({Intent.COMPLAINT, Intent.HUMAN_REQUEST})


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text with what it is known to be: heads that are left out say nothing about it."""

    normal: str
    symbols: Sequence[str]
    labels: Mapping[str, bool]
    weight: float = 1.0


def lesson_of(message: Labelled, normal: str, symbols: Sequence[str]) -> Lesson:
    """Returns what a labelled message teaches."""
    labels = {f"emotion.{emotion}": message.emotion is emotion for emotion in Emotion}
    doubtful = {*message.intents, *message.intent_ok} - {message.intent}
    for intent in Intent:
        if intent not in doubtful:
            labels[f"intent.{intent}"] = message.intent is intent
    if not message.borderline:
        for reason in Reason:
            labels[f"reason.{reason}"] = reason in message.handoff_reasons
        labels[URGENT] = message.priority is Priority.URGENT
        labels[PERSON] = message.handoff
    return Lesson(normal, symbols, labels)


def lesson_of_question(
    normal: str, symbols: Sequence[str], intent: Intent, *, calm: bool = True
) -> Lesson:
    """Returns what a question of an article teaches: its intent, and how it sounds when `calm`."""
    labels = {f"intent.{each}": each is intent for each in Intent}
    if calm and intent not in _TALK:
        labels |= {f"emotion.{each}": each is Emotion.NEUTRAL for each in Emotion}
        labels |= {f"reason.{each}": False for each in Reason}
        labels[URGENT] = labels[PERSON] = False
    return Lesson(normal, symbols, labels, _ASKED)


def lessons_of(groups: Iterable[tuple[Group, Sequence[Spelled]]]) -> Iterator[Lesson]:
    """Yields what the phrases of a lexicon teach, spelled out in a few of their ways."""
    for group, phrases in groups:
        labels = _labels_of(group.label, group.weight)
        if not labels:
            continue
        between = "" if "zh" in group.id.split(".") else " "
        for phrase in phrases:
            for normal in _spellings(phrase.sides, between):
                yield Lesson(normal, (), labels, _BESIDE)


def _labels_of(label: Label, weight: float) -> Mapping[str, bool]:
    if isinstance(label, Intent):
        return lesson_of_question("", (), label).labels
    if isinstance(label, Emotion) and weight >= _FELT:
        return {f"emotion.{each}": each is label for each in Emotion}
    if isinstance(label, Signal) and weight >= _PLAIN and label in _REASON_OF:
        return {f"reason.{each}": each is _REASON_OF[label] for each in Reason}
    return {}


def _spellings(sides: Sequence[Sequence[str]], between: str) -> Iterable[str]:
    """Returns some ways to read a phrase: every side walks through its literals at its own pace."""
    ways = max(len(side) for side in sides)
    step = max(1, ways // _SPELLINGS)
    found = (between.join(side[way % len(side)] for side in sides) for way in range(0, ways, step))
    return list(dict.fromkeys(found))[:_SPELLINGS]
