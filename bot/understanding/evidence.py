"""The words behind a reading: phrases of the lexicons first, then what the model leaned on.

It is asked only when somebody looks, and changes no decision.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.understanding.judging import HEADS, Judgement
from bot.understanding.lexicon import Hit
from bot.understanding.look import Look
from bot.understanding.model import Weighs
from bot.understanding.reading import Emotion, Evidence, Signal

_MOST = 12
_LONGEST_SHOWN = 24
_WORTH_TELLING = 0.3  # a reason that is less likely is not put into words
MODEL = "model"
_CLAUSE = re.compile(r"(?:[^,，。！？!?;；:：\n、…~.]|\.(?=\S))+")
_WORD = re.compile(r"[A-Za-z0-9'.]+")


def evidence_of(
    look: Look, judgement: Judgement, signals: frozenset[Signal], model: Weighs
) -> Iterable[Evidence]:
    """Yields the signs behind a reading, in the customer's own spelling where it lines up."""
    text, raw = look.scene.text, look.raw
    same = raw if len(raw) == len(text) else text
    seen: set[tuple[str, str]] = set()
    for hit in _hits(look, judgement, signals):
        words = same[hit.start : hit.end].strip()
        if (hit.group.id, words) not in seen and len(seen) < _MOST:
            seen.add((hit.group.id, words))
            yield Evidence(hit.group.id, str(hit.label), words, hit.group.weight)
    yield from _of_model(look, judgement, model, same)


def _hits(look: Look, judgement: Judgement, signals: frozenset[Signal]) -> Iterator[Hit]:
    if look.feeling.emotion is judgement.emotion:
        yield from look.feeling.shown_by
    yield from (hit for hit in look.scene.signals if hit.label in signals)
    yield from (hit for hit in look.scene.intents if hit.label is judgement.intents[0])


def _of_model(look: Look, judgement: Judgement, model: Weighs, same: str) -> Iterator[Evidence]:
    heads = [
        (f"reason.{reason}", f"likely.{reason}", value)
        for reason, value in judgement.likely.items()
        if value >= _WORTH_TELLING and f"reason.{reason}" in HEADS
    ]
    if judgement.emotion is not Emotion.NEUTRAL:
        heads.insert(
            0, (f"emotion.{judgement.emotion}", str(judgement.emotion), judgement.strength)
        )
    for head, label, value in heads:
        shares = model.shares(look.scene.text, head)
        words = heaviest(same, shares) if len(shares) == len(same) else ""
        if words:
            yield Evidence(f"{MODEL}.{head}", label, words, round(value, 2))


def heaviest(text: str, shares: Sequence[float]) -> str:
    """Returns the clause that adds most, or the part of it that does where it is long."""
    clauses = [found.span() for found in _CLAUSE.finditer(text)]
    start, end = max(clauses, key=lambda span: sum(shares[slice(*span)]), default=(0, 0))
    if end - start > _LONGEST_SHOWN:
        first, last = _stretch(shares[start:end])
        start, end = _whole(text, start + first, start + last)
    return text[start:end].strip() if sum(shares[start:end]) > 0 else ""


def _stretch(shares: Sequence[float]) -> tuple[int, int]:
    """Returns the stretch of characters that adds most, not longer than can be shown."""
    best, found = 0.0, (0, 0)
    start, total = 0, 0.0
    for end, share in enumerate(shares, start=1):
        if total <= 0:
            start, total = end - 1, 0.0
        total += share
        while end - start > _LONGEST_SHOWN:
            total -= shares[start]
            start += 1
        if total > best:
            best, found = total, (start, end)
    return found


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns the stretch with the latin words and numbers at its ends whole."""
    words = [found.span() for found in _WORD.finditer(text)]
    starts = [first for first, last in words if first < start < last]
    ends = [last for first, last in words if first < end < last]
    return (starts or [start])[0], (ends or [end])[0]
