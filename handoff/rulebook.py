"""Read the escalation rules and the weights of the queue from their seed file.

It finds every mistake at once and says where it stands. What the rules do is decided in
`escalation`, what the weights do in `priority`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

from handoff.errors import SeedError, SeedErrors
from handoff.escalation import (
    Condition,
    Emotion,
    Priority,
    Raise,
    Reason,
    Rule,
    Rules,
    Signals,
    Test,
)
from handoff.knowledge import Both
from handoff.priority import Weights

_NOT_NAMED = {"words", "likely"}
_SIGNALS = {
    each.name: each.type for each in msgspec.structs.fields(Signals) if each.name not in _NOT_NAMED
}
_LIKELIHOODS = {*map(str, Reason), "urgent", "person"}
_COUNTED = {name for name, kind in _SIGNALS.items() if kind in (int, float)}
_YES_NO = {name for name, kind in _SIGNALS.items() if kind is bool}
_RULE_KEYS = {"id", "reason", "priority", "because", "when", "unless"}

Word = TypeVar("Word", bound=StrEnum)


@dataclass(slots=True)
class _Page:
    """A seed file being read, with the mistakes found so far."""

    path: Path
    data: Mapping[str, object] = field(default_factory=dict)
    errors: list[SeedError] = field(default_factory=list)

    def wrong(self, place: str, problem: str) -> None:
        self.errors.append(SeedError(str(self.path), place, problem))

    def mapping(self, raw: object, place: str) -> Mapping[str, object]:
        if isinstance(raw, dict):
            return raw
        self.wrong(place, "must be a mapping")
        return {}

    def listed(self, raw: object, place: str) -> list[object]:
        if isinstance(raw, list):
            return raw
        self.wrong(place, "must be a list")
        return []

    def word(self, known: type[Word], raw: object, place: str) -> Word | None:
        try:
            return known(str(raw))
        except ValueError:
            self.wrong(place, f"must be one of {', '.join(known)}")
            return None

    def done(self) -> None:
        if self.errors:
            raise SeedErrors(self.errors)


def _open(path: Path) -> _Page:
    page = _Page(path)
    try:
        page.data = page.mapping(yaml.safe_load(path.read_text(encoding="utf-8")), "file")
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        page.wrong("file", f"cannot be read: {problem}")
    return page


def read_rules(path: Path) -> Rules:
    """Reads the rules; raises SeedErrors with every mistake in them."""
    page = _open(path)
    rules: list[Rule] = []
    seen: set[str] = set()
    for index, raw in enumerate(page.listed(page.data.get("rules"), "rules")):
        rule = _rule(page, raw, f"rules[{index}]")
        if rule is not None and rule.id in seen:
            page.wrong(f"rules[{index}]", f"the id {rule.id} is used twice")
        elif rule is not None:
            seen.add(rule.id)
            rules.append(rule)
    raises = [
        _raise(page, raw, f"raises[{index}]")
        for index, raw in enumerate(page.listed(page.data.get("raises", []), "raises"))
    ]
    offer_at = page.data.get("offer_at", 2)
    if not isinstance(offer_at, int) or offer_at < 1:
        page.wrong("offer_at", "must be a whole number from 1")
    page.done()
    return Rules(rules, [step for step in raises if step is not None], int(str(offer_at)))


def _rule(page: _Page, raw: object, place: str) -> Rule | None:
    data = page.mapping(raw, place)
    name = str(data.get("id") or "")
    place = f"{place} {name}".strip()
    before = len(page.errors)
    for key in sorted(set(data) - _RULE_KEYS):
        page.wrong(place, f"unknown key {key}")
    if not name:
        page.wrong(place, "needs an id")
    because = _both(page, data.get("because"), f"{place} because")
    reason = page.word(Reason, data.get("reason"), f"{place} reason")
    priority = page.word(Priority, data.get("priority"), f"{place} priority")
    when = data.get("when")
    groups = [
        _conditions(page, group, f"{place} when")
        for group in (when if isinstance(when, list) else [when])
    ]
    unless = _conditions(page, data.get("unless", {}), f"{place} unless")
    if not all(groups):
        page.wrong(f"{place} when", "needs a condition")
    if len(page.errors) > before or reason is None or priority is None:
        return None
    return Rule(name, reason, priority, because, groups, unless)


def _both(page: _Page, raw: object, place: str) -> Both:
    texts = page.mapping(raw, place)
    if set(texts) != {"en", "zh"} or not all(isinstance(t, str) and t for t in texts.values()):
        page.wrong(place, "needs a text in en and one in zh")
    return Both(zh=str(texts.get("zh")), en=str(texts.get("en")))


def _raise(page: _Page, raw: object, place: str) -> Raise | None:
    data = page.mapping(raw, place)
    words = page.listed(data.get("reasons"), f"{place} reasons")
    reasons = [page.word(Reason, word, f"{place} reasons") for word in words]
    conditions = _conditions(page, data.get("when", {}), f"{place} when")
    priority = page.word(Priority, data.get("priority"), f"{place} priority")
    if not data.get("id"):
        page.wrong(place, "needs an id")
    known = frozenset(reason for reason in reasons if reason is not None)
    return None if priority is None else Raise(str(data.get("id")), known, conditions, priority)


def _conditions(page: _Page, raw: object, place: str) -> list[Condition]:
    conditions = []
    for signal, wanted in page.mapping(raw, place).items():
        if signal in _JUDGED:
            conditions += _judged(page, signal, wanted, f"{place}.{signal}")
            continue
        test = _test(page, signal, wanted, f"{place}.{signal}")
        if test is not None:
            conditions.append(Condition(signal, test))
    return conditions


def _test(page: _Page, signal: str, wanted: object, place: str) -> Test | None:
    if signal == "emotion":
        words = wanted if isinstance(wanted, list) else [wanted]
        emotions = {page.word(Emotion, word, place) for word in words}
        return lambda signals: signals.emotion in emotions
    if signal == "order_value":
        return _worth(page, wanted, place)
    if signal in _YES_NO and isinstance(wanted, bool):
        return attrgetter(signal) if wanted else lambda signals: not getattr(signals, signal)
    if signal in _COUNTED and isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return lambda signals: getattr(signals, signal) >= wanted
    known = signal in _SIGNALS
    page.wrong(place, "does not fit this signal" if known else "is no signal we know")
    return None


def _judged(page: _Page, signal: str, wanted: object, place: str) -> list[Condition]:
    """What the model must make of the words, reason by reason: at least so likely, or less."""
    conditions = []
    for reason, share in page.mapping(wanted, place).items():
        if reason not in _LIKELIHOODS:
            page.wrong(place, f"must name one of {', '.join(sorted(_LIKELIHOODS))}")
        elif not isinstance(share, int | float) or not 0 < share < 1:
            page.wrong(f"{place}.{reason}", "must lie between 0 and 1")
        else:
            test = _JUDGED[signal](reason, float(share))
            conditions.append(Condition(f"{signal}.{reason}", test))
    return conditions


def _at_least(reason: str, share: float) -> Test:
    return lambda signals: signals.likely.get(reason, 0.0) >= share


def _below(reason: str, share: float) -> Test:
    return lambda signals: signals.likely.get(reason, 1.0) < share


_JUDGED: Mapping[str, Callable[[str, float], Test]] = {"likely": _at_least, "unlikely": _below}


def _worth(page: _Page, wanted: object, place: str) -> Test | None:
    """A sum in whole units for each currency; other currencies never reach it."""
    sums = page.mapping(wanted, place)
    if not all(isinstance(amount, int) for amount in sums.values()):
        page.wrong(place, "needs whole amounts")
        return None
    least = {currency: int(str(amount)) * 100 for currency, amount in sums.items()}

    def reaches(signals: Signals) -> bool:
        value = signals.order_value
        return value is not None and value.minor_units >= least.get(value.currency, 10**18)

    return reaches


def read_weights(path: Path) -> Weights:
    """Reads the weights of the queue; raises SeedErrors with every mistake in them."""
    page = _open(path)
    data = page.mapping(page.data.get("head_start"), "head_start")
    known = {each.name for each in fields(Weights)}
    for name in sorted(known ^ set(data)):
        page.wrong(f"head_start.{name}", "is missing" if name in known else "is no weight we know")
    values: dict[str, int] = {}
    for name in sorted(known & set(data)):
        value = data[name]
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            values[name] = value
        else:
            page.wrong(f"head_start.{name}", "must be whole seconds from 0")
    page.done()
    return Weights(**values)
