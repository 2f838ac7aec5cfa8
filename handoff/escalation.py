"""Decide when a person should take over.

Give it Signals and the rules, get an Escalation or None. It reads no clock, no Redis and no
Telegram; which words are signs, and what an order is worth, others have found out before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from handoff.knowledge import Both
from handoff.shop import Money


class Emotion(StrEnum):
    """What the customer feels towards the matter, judged from words and not from topic."""

    NEUTRAL = "neutral"
    ANXIOUS = "anxious"
    ANGRY = "angry"
    SAD = "sad"
    POSITIVE = "positive"


class Reason(StrEnum):
    """Why a person takes over."""

    EMOTION = "emotion"
    LEGAL_SAFETY = "legal_safety"
    HIGH_VALUE = "high_value"
    EXPLICIT_REQUEST = "explicit_request"
    BOT_FAILED = "bot_failed"
    POLICY_AUTHORITY = "policy_authority"


class Priority(StrEnum):
    """How soon a person should look."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def height(self) -> int:
        """Orders the priorities; higher is sooner."""
        return _HEIGHT[self]


_HEIGHT = {Priority.NORMAL: 0, Priority.HIGH: 1, Priority.URGENT: 2}


class Signals(msgspec.Struct, frozen=True):
    """What is known about a conversation that may call for a person.

    `misses` counts the bot's failed answers in a row, this turn's included; `missed_before` those
    in the turns before. `likely` holds what a trained model makes of the words: a likelihood by
    reason, by `urgent` and by `person`, that somebody is needed; it is empty without one. `words`
    holds the customer's own words by the name of the signal.
    """

    emotion: Emotion = Emotion.NEUTRAL
    intensity: float = 0.0
    asks_person: bool = False
    takes_back: bool = False
    legal_step: bool = False
    legal_told: bool = False
    harm: bool = False
    grave: bool = False
    self_harm: bool = False
    counterfeit: bool = False
    security: bool = False
    ip_notice: bool = False
    public_threat: bool = False
    deadline: bool = False
    stake: bool = False
    pleading: bool = False
    loss: bool = False
    has_problem: bool = False
    refuses_less: bool = False
    vip: bool = False
    bulk: bool = False
    pieces: int = 0
    order_value: Money | None = None
    misses: int = 0
    missed_before: int = 0
    need_open: bool = True
    repeats: int = 0
    authority_asked: bool = False
    likely: Mapping[str, float] = msgspec.field(default_factory=dict)
    words: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)


Test = Callable[[Signals], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something one signal must fulfil."""

    signal: str
    test: Test


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: any of the groups of conditions in `when`, none of those in `unless`.

    `because` is what an agent reads.
    """

    id: str
    reason: Reason
    priority: Priority
    because: Both
    when: Sequence[Sequence[Condition]]
    unless: Sequence[Condition] = ()

    def match(self, signals: Signals) -> Sequence[Condition]:
        """Returns the conditions that made the rule hold, empty when it does not."""
        # Loops, not `all(...)`: every rule is asked in every turn, and nearly none holds.
        for group in self.when:
            for condition in group:
                if not condition.test(signals):
                    break
            else:
                denied = any(condition.test(signals) for condition in self.unless)
                return () if denied else group
        return ()


@dataclass(frozen=True, slots=True)
class Raise:
    """A priority for reasons that come together."""

    id: str
    reasons: frozenset[Reason]
    conditions: Sequence[Condition]
    priority: Priority


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, the main reasons first. `offer_at` misses offer a person."""

    rules: Sequence[Rule]
    raises: Sequence[Raise] = ()
    offer_at: int = 2


@dataclass(frozen=True, slots=True)
class Escalation:
    """The decision that a person takes over; `evidence` tells why in one line."""

    reason: Reason
    reasons: tuple[Reason, ...]
    priority: Priority
    rules: tuple[str, ...]
    evidence: str


def decide(signals: Signals, rules: Rules, language: str = "en") -> Escalation | None:
    """Returns whether a person should take over, why and how soon; None while the bot goes on.

    The evidence is told in `language`.
    """
    held = [(rule, found) for rule in rules.rules if (found := rule.match(signals))]
    if not held:
        return None
    reasons = tuple(dict.fromkeys(rule.reason for rule, _ in held))
    priorities = [rule.priority for rule, _ in held]
    raised = [
        step
        for step in rules.raises
        if step.reasons <= set(reasons) and all(each.test(signals) for each in step.conditions)
    ]
    priorities += [step.priority for step in raised]
    return Escalation(
        reason=reasons[0],
        reasons=reasons,
        priority=max(priorities, key=lambda priority: priority.height),
        rules=tuple([rule.id for rule, _ in held] + [step.id for step in raised]),
        evidence=_evidence(held, signals, language),
    )


_Held = Sequence[tuple[Rule, Sequence[Condition]]]


def _evidence(held: _Held, signals: Signals, language: str) -> str:
    between = Both("；", "; ").text(language)
    return between.join(_because(rule, found, signals, language) for rule, found in held)


def _because(rule: Rule, found: Sequence[Condition], signals: Signals, language: str) -> str:
    because = rule.because.text(language)
    words = [word for each in found for word in signals.words.get(each.signal, ())]
    if not words:
        return because
    whole = [word for word in words if not any(word != other and word in other for other in words)]
    quoted = [f"“{word}”" for word in list(dict.fromkeys(whole))[:3]]
    zh, en = f"{because}（{'、'.join(quoted)}）", f"{because} ({', '.join(quoted)})"
    return Both(zh, en).text(language)


def load_rules(path: Path) -> Rules:
    """Reads the rules from a seed file; raises SeedErrors with every mistake in them."""
    from handoff import rulebook  # yaml is loaded with the first reading, never by importing this

    return rulebook.read_rules(path)
