"""How the lines of a talk hang together: whether answers speak of what was asked, and whether the
same is asked, or answered, again in other words.

It compares words only. What it finds are signs for the model, which weighs them.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

_WORD = re.compile(r"[a-z]{4,}|[\u4e00-\u9fff]")
_STEM = 6  # "material" and "materials" are one word
_STEPS = ((0.6, "most"), (0.34, "much"), (0.15, "some"), (0.001, "little"), (0.0, "nothing"))
_OFF_TOPIC = 0.15
_COMPARED = 3
_ANSWERS_COUNTED, _OFF_TOPIC_COUNTED = 3, 2


class Spoken(NamedTuple):
    """A line by its words: each Chinese character, and longer latin words cut short."""

    by_bot: bool
    words: frozenset[str]


def words_of(normal: str) -> frozenset[str]:
    """Returns the words of a normalised line that two lines on one subject would share."""
    return frozenset(word[:_STEM] for word in _WORD.findall(normal))


def signs_of_talk(lines: Sequence[Spoken], now: frozenset[str]) -> tuple[str, ...]:
    """Names what ties the message at hand to the lines before it (oldest first), and those to
    each other; a share is the part of the shorter line's words that the other has too.
    """
    theirs = [line.words for line in lines if not line.by_bot]
    ours = [line.words for line in lines if line.by_bot]
    compared = {
        "asks_again": [(now, earlier) for earlier in theirs[-_COMPARED:]],
        "asked_again": [(theirs[-1], theirs[-2])] if len(theirs) > 1 else [],
        "takes_up": [(now, ours[-1])] if ours else [],
        "answered_again": [(ours[-1], ours[-2])] if len(ours) > 1 else [],
    }
    signs = [
        f"talk.{name}.{_step(max(_shared(*two) for two in pairs))}"
        for name, pairs in compared.items()
        if pairs
    ]
    beside = _beside(lines)
    off_topic = min(sum(beside), _OFF_TOPIC_COUNTED)
    signs.append(f"talk.off_topic.{off_topic}_of_{min(len(beside), _ANSWERS_COUNTED)}")
    signs.append(f"talk.answers.{min(len(ours), _ANSWERS_COUNTED)}")
    return tuple(signs)


def _beside(lines: Sequence[Spoken]) -> list[bool]:
    """Of each answer that follows a line of the customer, whether it hardly shares its words."""
    return [
        _shared(answer.words, asked.words) < _OFF_TOPIC
        for asked, answer in pairwise(lines)
        if answer.by_bot and not asked.by_bot
    ]


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _step(share: float) -> str:
    return next(name for least, name in _STEPS if share >= least)
