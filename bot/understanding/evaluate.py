"""Compare readings with labels, and tell how good they are: `python -m bot evaluate`.

It counts; what counts as right is the label guide's. Borderline messages stay out of what is said
about handing over.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.corpus import Kind, Labelled
from bot.understanding.reading import Emotion, Intent, Reading
from bot.understanding.signals import signals_of
from handoff.escalation import Escalation, Priority, Reason, Rules, decide

_NOT_SCORED = re.compile(r"[\W_]+")
_WORST = 12
Table = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled message beside what was made of it."""

    gold: Labelled
    reading: Reading
    escalation: Escalation | None

    @property
    def handed(self) -> bool:
        """Returns whether a person takes over."""
        return self.escalation is not None

    @property
    def intent_right(self) -> bool:
        """Returns whether a grader accepts the main intent."""
        return self.reading.intent in self.gold.accepted


def judged(gold: Labelled, reading: Reading, rules: Rules) -> Judged:
    """Returns a message with its reading and what the rules make of it."""
    return Judged(gold, reading, decide(signals_of(reading), rules))


@dataclass(frozen=True, slots=True)
class Tally:
    """Hits, false alarms and misses."""

    hits: int
    false_alarms: int
    misses: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[bool, bool]]) -> "Tally":
        """Counts pairs of what is so and what was said."""
        seen = Counter(pairs)
        return cls(seen[True, True], seen[False, True], seen[True, False])

    @property
    def precision(self) -> float:
        """Returns the share of what was said that is so."""
        said = self.hits + self.false_alarms
        return self.hits / said if said else 0.0

    @property
    def recall(self) -> float:
        """Returns the share of what is so that was said."""
        true = self.hits + self.misses
        return self.hits / true if true else 0.0

    @property
    def f1(self) -> float:
        """Returns the harmonic mean of both."""
        all_in = 2 * self.hits + self.false_alarms + self.misses
        return 2 * self.hits / all_in if all_in else 0.0

    def row(self, name: str) -> tuple[str, ...]:
        """Returns a line of a table."""
        true = self.hits + self.misses
        return (
            name,
            *(f"{each:.3f}" for each in (self.f1, self.precision, self.recall)),
            str(true),
        )


def tables(rows: Sequence[Judged]) -> Iterator[tuple[str, Table]]:
    """Yields every table with its title."""
    yield "messages", [("messages", str(len(rows)))]
    yield "intent (accepted share; n)", list(_intents(rows))
    yield "intents taken for others (n)", _confusions(rows)
    yield "emotion (F1, precision, recall, n)", list(_emotions(rows))
    clear = [row for row in rows if not row.gold.borderline]
    yield "handoff (F1, precision, recall, n)", list(_handoffs(clear))
    yield "handoff by tag (right share; n)", list(_tags(clear))
    yield "reasons (F1, precision, recall, n)", list(_reasons(clear))
    yield "priority (right share; n)", list(_priorities(clear))
    yield "entities (F1, precision, recall, n)", list(_entities(rows))


def false_alarms(rows: Iterable[Judged]) -> list[Judged]:
    """Returns calm messages that a person was called for."""
    return [row for row in rows if row.handed and not row.gold.handoff and not row.gold.borderline]


def kept_back(rows: Iterable[Judged]) -> list[Judged]:
    """Returns messages that wanted a person and did not get one."""
    return [row for row in rows if not row.handed and row.gold.handoff and not row.gold.borderline]


def _share(name: str, rows: Sequence[Judged], right: Callable[[Judged], bool]) -> tuple[str, ...]:
    share = sum(map(right, rows)) / len(rows) if rows else 0.0
    return name, f"{share:.3f}", str(len(rows))


def _intents(rows: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    right: Callable[[Judged], bool] = lambda row: row.intent_right
    yield _share("all", rows, right)
    for language in ("zh", "en", "mixed"):
        yield _share(language, [row for row in rows if row.gold.language == language], right)
    for intent in Intent:
        yield _share(str(intent), [row for row in rows if row.gold.intent is intent], right)


def _confusions(rows: Sequence[Judged]) -> Table:
    wrong = Counter((row.gold.intent, row.reading.intent) for row in rows if not row.intent_right)
    return [(f"{true} -> {said}", str(count)) for (true, said), count in wrong.most_common(_WORST)]


def _emotions(rows: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    tallies = {
        emotion: Tally.of(
            (row.gold.emotion is emotion, row.reading.emotion is emotion) for row in rows
        )
        for emotion in Emotion
    }
    yield "macro", f"{sum(tally.f1 for tally in tallies.values()) / len(tallies):.3f}"
    for emotion, tally in tallies.items():
        yield tally.row(str(emotion))


def _handoffs(rows: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    def tally(name: str, some: Iterable[Judged]) -> tuple[str, ...]:
        return Tally.of((row.gold.handoff, row.handed) for row in some).row(name)

    yield tally("all", rows)
    for language in ("zh", "en", "mixed"):
        yield tally(language, [row for row in rows if row.gold.language == language])
    calm = [row for row in rows if not row.gold.handoff]
    asked = [row for row in calm if row.escalation and row.escalation.reason is _ASKED]
    alarms = sum(row.handed for row in calm) - len(asked)
    yield (
        "calm, handed over for more than asking",
        f"{alarms / max(1, len(calm)):.3f}",
        "",
        "",
        str(len(calm)),
    )


_ASKED = Reason.EXPLICIT_REQUEST
_TAGS = ("hard_negative", "polite_severe", "sarcasm", "multi_turn", "typo", "traditional")


def _tags(rows: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    for tag in _TAGS:
        some = [row for row in rows if tag in row.gold.tags]
        yield _share(tag, some, lambda row: row.handed is row.gold.handoff)


def _reasons(rows: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    for reason in Reason:
        yield Tally.of(
            (reason in row.gold.handoff_reasons, row.handed and reason in _given(row))
            for row in rows
        ).row(str(reason))
        some = [row for row in rows if reason in row.gold.handoff_reasons]
        yield _share(f"{reason}: handed over", some, lambda row: row.handed)


def _given(row: Judged) -> tuple[Reason, ...]:
    return row.escalation.reasons if row.escalation else ()


def _priorities(rows: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    for priority in Priority:
        some = [row for row in rows if row.gold.priority is priority]
        yield _share(str(priority), some, lambda row: _priority(row) is row.gold.priority)
    urgent = [row for row in rows if row.gold.priority is Priority.URGENT]
    yield _share("urgent, handed over", urgent, lambda row: row.handed)


def _priority(row: Judged) -> Priority:
    return row.escalation.priority if row.escalation else Priority.NORMAL


def _entities(rows: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    for kind in Kind:
        yield _values(rows, kind).row(str(kind))


def _values(rows: Iterable[Judged], kind: Kind) -> Tally:
    hits = alarms = misses = 0
    for row in rows:
        true = set(map(_scored, row.gold.entities.get(kind, ())))
        said = set(map(_scored, row.reading.entities.as_lists().get(kind, ())))
        hits += len(true & said)
        alarms += len(said - true)
        misses += len(true - said)
    return Tally(hits, alarms, misses)


def _scored(value: str) -> str:
    return _NOT_SCORED.sub("", unicodedata.normalize("NFKC", value)).upper()
