"""How far ahead of its time a case stands in the queue, and why, in one line.

Rank is the time of entering minus a head start in seconds. The head start has a ceiling, so a case
is only ever overtaken by those that enter within that time after it: nobody starves.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Literal

from handoff.escalation import Emotion, Priority
from handoff.shop import Money

_VALUE_FROM_MINOR = 100_00  # orders up to a hundred are worth no head start
_VALUE_DECADES = 3  # at a hundred thousand the head start for value is full
_REPEATS_COUNTED = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """Head starts in seconds at most, for each cause, and the ceiling of their sum."""

    urgent: int
    high: int
    emotion: int
    value: int
    promise: int
    repeat: int
    ceiling: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What makes a case stand where it stands.

    `promise_risk` (0 to 1) is how near a promised time is to being missed; 1 is missed.
    """

    priority: Priority
    emotion: Emotion = Emotion.NEUTRAL
    intensity: float = 0.0
    order_value: Money | None = None
    promise_risk: float = 0.0
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class HeadStart:
    """Seconds ahead of the time of entering, and what each cause gave, the largest first."""

    seconds: int
    parts: tuple[tuple[str, int], ...]


def head_start(standing: Standing, weights: Weights) -> HeadStart:
    """Returns how far ahead a case stands, cut at the ceiling, with its causes."""
    causes = {
        str(standing.priority): _by_priority(standing.priority, weights),
        str(standing.emotion): _by_emotion(standing, weights),
        "value": _by_value(standing.order_value, weights),
        "promise": round(weights.promise * _share(standing.promise_risk)),
        "repeat": weights.repeat * min(max(standing.repeats, 0), _REPEATS_COUNTED),
    }
    parts = sorted(((name, worth) for name, worth in causes.items() if worth), key=_largest_first)
    return HeadStart(min(weights.ceiling, sum(worth for _, worth in parts)), tuple(parts))


def head_start_seconds(standing: Standing, weights: Weights) -> int:
    """Returns how many seconds ahead of its time of entering a case stands."""
    return head_start(standing, weights).seconds


def _largest_first(part: tuple[str, int]) -> tuple[int, str]:
    return -part[1], part[0]


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _by_priority(priority: Priority, weights: Weights) -> int:
    return {Priority.URGENT: weights.urgent, Priority.HIGH: weights.high}.get(priority, 0)


def _by_emotion(standing: Standing, weights: Weights) -> int:
    if standing.emotion in {Emotion.NEUTRAL, Emotion.POSITIVE}:
        return 0
    return round(weights.emotion * _share(standing.intensity))


def _by_value(value: Money | None, weights: Weights) -> int:
    """Ten times the value is a third more; minor units are compared as they are."""
    if value is None or value.minor_units <= _VALUE_FROM_MINOR:
        return 0
    return round(
        weights.value * _share(log10(value.minor_units / _VALUE_FROM_MINOR) / _VALUE_DECADES)
    )


_NAMES: dict[str, tuple[str, str]] = {
    "normal": ("normal", "普通"),
    "high": ("high priority", "优先"),
    "urgent": ("urgent", "紧急"),
    "anxious": ("anxious", "焦急"),
    "angry": ("angry", "生气"),
    "sad": ("sad", "难过"),
    "value": ("order of {value}", "订单 {value}"),
    "promise": ("a promised time is near", "承诺时间将到"),
    "repeat": ("asked again", "重复来问"),
}


def reason_line(
    standing: Standing, weights: Weights, *, language: Literal["en", "zh"] = "en"
) -> str:
    """Returns one line that tells why a case stands where it stands."""
    start = head_start(standing, weights)
    zh = language == "zh"
    if not start.parts:
        return "按进入时间排队" if zh else "in order of arrival"
    named = [_NAMES[name][zh].format(value=standing.order_value) for name, _ in start.parts]
    minutes = round(start.seconds / 60)
    if zh:
        return f"{'、'.join(named)}：提前 {minutes} 分钟"
    unit = "minute" if minutes == 1 else "minutes"
    return f"{', '.join(named)}: {minutes} {unit} ahead"


def load_weights(path: Path) -> Weights:
    """Reads the weights from a seed file; raises SeedErrors with every mistake in them."""
    from handoff import rulebook  # yaml is loaded with the first reading, never by importing this

    return rulebook.read_weights(path)
