"""Teach the ear: judged lines and our own texts in, weights out.

scikit-learn is a development dependency and is imported when teaching begins. The same lines give
the same weights. No part of a running shop.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from handoff.knowledge import load_knowledge
from handoff.knowledge.articles import TONGUES, Tongue
from handoff.language import Language, to_simplified
from handoff.policies import load_policies
from handoff.speech.ear import Weights, path_of, pieces_of, write_weights
from handoff.speech.guard import sentences
from handoff.speech.guard_seed import FOLDER, load_times
from handoff.speech.phrasebook import load_phrasebook

LINES = "lines.csv"
THRESHOLDS: dict[Tongue, float] = {"zh": 0.5, "en": 0.55}
_EASE = 20.0
"""How freely the weights may follow the lines: two thirds of them tell the last third best so."""
_OURS_COUNT = 0.4
_TWICE = 2
_LEAST = 0.02
_UNHEARD = frozenset({"emoji", "pushy"})
"""Faults of the moment, which the words alone do not show."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text as it is heard, whether its tone is wrong, and how much it counts."""

    pieces: frozenset[str]
    wrong: bool
    count: float


def teach(seeds_dir: Path) -> dict[Tongue, int]:
    """Write the weights of both languages; returns how many lessons each had."""
    times, counts = load_times(seeds_dir), {}
    for tongue in TONGUES:
        lessons = list(lessons_of(seeds_dir, tongue, times[tongue]))
        learnt = learn(lessons, THRESHOLDS[tongue])
        write_weights(path_of(seeds_dir / FOLDER, tongue), learnt)
        counts[tongue] = len(lessons)
    return counts


def lessons_of(seeds_dir: Path, tongue: Tongue, times: Any) -> Iterator[Lesson]:
    """Judged lines of a language, and everything we say ourselves."""
    lines = (seeds_dir / FOLDER / LINES).read_text(encoding="utf-8").splitlines()
    for line in csv.DictReader(lines):
        if line["language"][:2] == tongue and line["faults"] not in _UNHEARD:
            text = to_simplified(line["text"]) if line["language"] == "zh-hant" else line["text"]
            yield Lesson(frozenset(pieces_of(text, tongue, times)), bool(line["faults"]), 1.0)
    for text in dict.fromkeys(said_by_us(seeds_dir, tongue)):
        yield Lesson(frozenset(pieces_of(text, tongue, times)), False, _OURS_COUNT)


def said_by_us(seeds_dir: Path, tongue: Tongue) -> Iterator[str]:
    """Phrases, articles and what rules tell, whole and sentence by sentence."""
    for text in _texts(seeds_dir, tongue):
        yield text
        for sentence in sentences(text):
            yield text[sentence.start : sentence.end].strip() + ("。" if tongue == "zh" else ".")


def _texts(seeds_dir: Path, tongue: Tongue) -> Iterator[str]:
    book = load_phrasebook(seeds_dir)
    language = Language.EN if tongue == "en" else Language.ZH_HANS
    for key in book:
        yield from book.variants(key, language)
    for article in load_knowledge(seeds_dir).articles:
        text = article.text(language)
        told = astuple(text.scenario) if text.scenario else ()
        yield from (text.answer, text.next_step, *text.steps, *told)
    for policy in load_policies(seeds_dir).by_name.values():
        yield from (rule.told.text(language) for rule in policy.rules)


def learn(lessons: Sequence[Lesson], threshold: float) -> Weights:
    """Weights that tell wrong from right; pieces heard once teach nothing."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize

    heard = CountVectorizer(analyzer=_in_order, binary=True, min_df=_TWICE, dtype=float)
    matrix = normalize(heard.fit_transform(lessons))
    judge = LogisticRegression(C=_EASE, solver="liblinear", random_state=0)
    judge.fit(
        matrix,
        [lesson.wrong for lesson in lessons],
        sample_weight=[lesson.count for lesson in lessons],
    )
    weighed = zip(heard.get_feature_names_out(), judge.coef_[0], strict=True)
    kept = {str(piece): float(each) for piece, each in weighed if abs(each) >= _LEAST}
    return Weights(float(judge.intercept_[0]), threshold, kept)


def _in_order(lesson: Lesson) -> list[str]:
    """Sets come in another order in each process, and the weights must not."""
    return sorted(lesson.pieces)
