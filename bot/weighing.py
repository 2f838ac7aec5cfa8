"""Weigh a turn: does a person have to take over, why, and how far ahead does the case start.

It turns what was read and found into one decision. It opens nothing and says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.state import OpenCase
from bot.talk import Talk
from bot.understanding.reading import Emotion, Signal
from bot.voice import Voice

MINUTE_MS = 60_000
PROMISE_RISK_MS = 5 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Rules:
    """How far ahead each priority starts."""

    normal_ms: int = 0
    high_ms: int = 10 * MINUTE_MS
    urgent_ms: int = 30 * MINUTE_MS


def load_rules(_seeds_dir: Path) -> Rules:
    """The rules in force."""
    return Rules()


@dataclass(frozen=True, slots=True)
class Weight:
    """Why a person takes over, and how many ms the case starts ahead."""

    reason: str
    priority: str
    head_start_ms: int
    why: str


def weigh(talk: Talk, rules: Rules) -> Weight | None:
    """The reason to hand over, or None while the bot goes on."""
    reading = talk.reading
    if reading is not None and not reading.takes_back:
        if reading.signals & {Signal.LEGAL_STEP, Signal.HARM, Signal.SELF_HARM}:
            return _of(talk, "legal_safety", "urgent", rules.urgent_ms)
        if reading.emotion is Emotion.ANGRY:
            return _of(talk, "emotion", "high", rules.high_ms)
        if reading.asks_person:
            return _of(talk, "explicit_request", "normal", rules.normal_ms)
    return weight_of(talk.hand, talk.voice) if talk.hand else None


def _of(talk: Talk, reason: str, priority: str, head_start_ms: int) -> Weight:
    words = talk.reading.evidence[:1] if talk.reading else ()
    why = "; ".join((reason, *(sign.words for sign in words)))
    return Weight(reason, priority, head_start_ms, why)


def weight_of(reason: str, voice: Voice) -> Weight:
    """The weight of a handoff that the flow itself asks for."""
    return Weight(reason, "normal", 0, voice.say(f"why.{reason}"))


def promise_risk_ms(_case: OpenCase) -> int:
    """How much sooner somebody comes who was kept waiting beyond the named time."""
    return PROMISE_RISK_MS
