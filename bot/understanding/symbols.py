"""The signs of a message as the model sees them: names of lexicon groups, values, and history.

It names what others found and weighs nothing.
"""

from collections.abc import Collection, Mapping
from itertools import combinations

from bot.understanding.emotion import Feeling
from bot.understanding.history import NO_HISTORY, History
from bot.understanding.lexicon import Label, Mark
from bot.understanding.reading import Amount, Emotion, Entities, Signal
from bot.understanding.scene import Scene

_SIGNAL = {signal: f"signal.{signal}" for signal in Signal}
_EARLIER = {signal: f"earlier.{signal}" for signal in Signal}
_WAVED: Mapping[Label, str] = {label: f"not.{label}" for label in (*Signal, *Emotion)}
_FEELING = {emotion: f"feeling.{emotion}" for emotion in Emotion}
_BESIDE: Mapping[Label, str] = {
    mark: f"mark.{mark}"
    for mark in (
        *(Mark.PRAISE, Mark.CONTRAST, Mark.NEGATION, Mark.SUPPOSED, Mark.CALM),
        *(Mark.UNRESOLVED, Mark.GOODS, Mark.QUESTION),
    )
}
_KINDS = ("order_no", "tracking_no", "carrier", "payment_code", "amount", "phone", "pieces")
_YUAN = {"CNY": 1.0, "USD": 7.1, "EUR": 7.7, "GBP": 9.0, "HKD": 0.91, "TWD": 0.23, "JPY": 4.8}
_STEPS = ((5_000, "worth.high"), (1_000, "worth.middle"), (0, "worth.low"))
_MANY_PIECES = 50
_MISSES_COUNTED = 2
_STUCK = frozenset(
    {
        "missed.1",
        "missed.2",
        "asked.again",
        "talk.asks_again.most",
        "talk.asks_again.much",
        "asked.slot",
    }
)


def symbols_of(
    scene: Scene,
    feeling: Feeling,
    signals: frozenset[Signal],
    entities: Entities,
    history: History,
) -> list[str]:
    """Returns the names of all signs, each once."""
    hits = (*scene.intents, *scene.emotions, *scene.signals, *scene.marks)
    names = list({hit.group.id for hit in hits})
    names += [_SIGNAL[signal] for signal in signals]
    names += {_WAVED[hit.label] for hit in scene.waved if hit.label in _WAVED}
    names.append(_FEELING[feeling.emotion])
    names += [f"holds.{kind}" for kind in _KINDS if getattr(entities, kind)]
    if amounts := entities.amount or history.carried.amount:
        names.append(_worth(amounts))
    if max(entities.pieces, default=0) >= _MANY_PIECES:
        names.append("pieces.many")
    told = _of_history(history) if history is not NO_HISTORY else []
    return names + told + _together(scene, signals, _STUCK.intersection(told))


def _together(scene: Scene, signals: Collection[Signal], stuck: Collection[str] = ()) -> list[str]:
    """What the message is about, and every two of those subjects: "eyelid" beside "swollen"."""
    about = {topic.rpartition(".")[0] for topic in scene.topics}
    about |= {_SIGNAL[signal] for signal in signals}
    about |= {_BESIDE[hit.label] for hit in scene.marks if hit.label in _BESIDE}
    return [*about, *map("+".join, combinations(sorted(about.union(stuck)), 2))]


def _worth(amounts: tuple[Amount, ...]) -> str:
    yuan = max(each.minor_units / 100 * _YUAN.get(each.currency, 1.0) for each in amounts)
    return next(name for least, name in _STEPS if yuan >= least)


def _of_history(history: History) -> list[str]:
    names = [*history.talk, *(_EARLIER[signal] for signal in history.signals)]
    names.append(f"missed.{min(history.misses, _MISSES_COUNTED)}")
    if history.intent is not None:
        names.append(f"was.{history.intent}")
    if history.asked_slot:
        names.append("asked.slot")
    if history.same_questions:
        names.append("asked.again")
    return names
