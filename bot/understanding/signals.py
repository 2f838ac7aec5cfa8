"""Map a Reading to the Signals that escalation knows.

It adds what the bot's side knows besides the words: the order's value, the customer's tier, the
misses in a row. It decides nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.understanding.reading import Amount, Emotion, Intent, Reading, Signal
from handoff.escalation import Reason, Signals
from handoff.shop import Money

_TROUBLE = frozenset(
    {Signal.PROBLEM, Signal.HARM, Signal.COUNTERFEIT, Signal.SECURITY, Signal.REFUSES_LESS}
)
_FLAGS: Mapping[Signal, str] = {
    signal: str(signal) for signal in Signal if str(signal) in Signals.__struct_fields__
}
"""Signals by the field of the same name that they set."""
_DISPUTES = frozenset({Intent.COMPLAINT, Intent.REFUND_STATUS})
_STILL_STUCK = 0.3


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the words; leave out what is not."""

    order_value: Money | None = None
    vip: bool = False
    misses: int = 0


def signals_of(reading: Reading, known: Known | None = None) -> Signals:
    """Returns the signals of a reading together with what is known besides."""
    known = known or Known()
    said: dict[str, Any] = {_FLAGS[each]: True for each in reading.signals if each in _FLAGS}
    if known.vip:
        said["vip"] = True
    return Signals(
        emotion=reading.emotion,
        intensity=reading.intensity,
        has_problem=_has_problem(reading),
        pieces=max(reading.entities.pieces, default=0),
        order_value=known.order_value or _named_value(reading),
        misses=known.misses,
        missed_before=reading.misses,
        need_open=_need_open(reading),
        repeats=reading.repeats,
        likely=_likely(reading, known),
        words=Words(reading),
        **said,
    )


def _likely(reading: Reading, known: Known) -> Mapping[str, float]:
    """What the model makes of the words; what the shop knows of the value counts before it."""
    if known.order_value is None or Reason.HIGH_VALUE not in reading.likely:
        return reading.likely
    return {name: share for name, share in reading.likely.items() if name != Reason.HIGH_VALUE}


def _has_problem(reading: Reading) -> bool:
    return bool(reading.signals & _TROUBLE) or reading.intent in _DISPUTES


def _need_open(reading: Reading) -> bool:
    """Tells whether the customer still waits for an answer, as far as the words tell."""
    if reading.takes_back or reading.emotion is Emotion.POSITIVE:
        return False
    if reading.intent is Intent.GREETING_THANKS:
        return False
    stuck = reading.likely.get(Reason.BOT_FAILED, 0.0) >= _STILL_STUCK
    return stuck or not reading.entities.as_lists()  # a value given once more settles nothing


def _named_value(reading: Reading) -> Money | None:
    """Returns the largest sum named now, or else in earlier turns."""
    amounts: Sequence[Amount] = reading.entities.amount or reading.carried.amount
    largest = max(amounts, key=lambda amount: amount.minor_units, default=None)
    return Money(largest.currency, largest.minor_units) if largest else None


class Words(Mapping[str, Sequence[str]]):
    """The customer's words by signal, gathered when a decision is told: most turns tell none."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __getitem__(self, signal: str) -> Sequence[str]:
        return self._gathered[signal]

    def __iter__(self) -> Iterator[str]:
        return iter(self._gathered)

    def __len__(self) -> int:
        return len(self._gathered)

    @cached_property
    def _gathered(self) -> Mapping[str, Sequence[str]]:
        words: dict[str, list[str]] = defaultdict(list)
        for sign in self._reading.evidence:
            name = "emotion" if sign.label == self._reading.emotion else str(sign.label)
            words["has_problem" if sign.label == Signal.PROBLEM else name].append(sign.words)
        return words
