"""Fit the weights of the model: `python -m bot train`.

scikit-learn is a development dependency and is imported when training begins. The same seeds give
the same bytes. Nothing here runs in a live turn.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any

from msgspec.structs import replace as replace_struct

from bot.understanding.features import (
    BLOCKS,
    LEAST_TEXTS,
    SIGN_SHARE,
    is_of_talk,
    looks_at,
    telling,
)
from bot.understanding.judging import EMOTION_HEADS, INTENT_HEADS, OPINION_HEADS, PERSON
from bot.understanding.meaning import Embeds, Meaning, ModelOfMeaning, margins_at, meant
from bot.understanding.model import Block, Model, Weighs, Weights, pack
from bot.understanding.opinion import Opinion, products
from bot.understanding.teaching import Lesson

FOLDS = 5
Places = Mapping[str, Sequence[float]]
"""Where texts lie in the space of meanings."""
_OF_THE_MESSAGE = frozenset((*INTENT_HEADS, *EMOTION_HEADS))
"""What a message itself says; how the talk went before does not count for it."""
_MOST = 32_767
_LEAST_POSITIVE = 10
_EASE = 0.5  # how freely a judge may follow its examples
_OPINION_EASE = 0.01  # how freely the second opinion may follow its examples
_MEANING_EASE = 10.0  # how freely a judge of meanings may follow its examples
_MEANING_SHARE = 0.3  # how much a meaning weighs beside the words
_UNKNOWN_BIAS = -2.0  # of a head with too few examples to learn from
_DIGITS = 6
_MEANING_DIGITS = 4


@dataclass(frozen=True)
class Fitted:
    """What scikit-learn found: features by block, and coefficients and bias by head."""

    union: Any
    heads: tuple[str, ...]
    coefficients: Sequence[Any]
    bias: Sequence[float]

    def margins(self, lessons: Sequence[Lesson]) -> list[list[float]]:
        """Returns the margins as scikit-learn sees them: a row a lesson, a column a head."""
        matrix = self.union.transform(lessons)
        columns = [
            matrix @ line + shift for line, shift in zip(self.coefficients, self.bias, strict=True)
        ]
        return [list(map(float, row)) for row in zip(*columns, strict=True)]

    def weights(self) -> Weights:
        """Returns the same decisions as plain data."""
        sizes = [len(self._vectorizer(name).get_feature_names_out()) for name in BLOCKS]
        starts = [0, sizes[0], sizes[0] + sizes[1]]
        words, pieces, symbols = (
            self._block(name, start) for name, start in zip(BLOCKS, starts, strict=True)
        )
        return Weights(
            heads=self.heads,
            bias=tuple(round(float(each), _DIGITS) for each in self.bias),
            slopes=((1.0, 0.0),) * len(self.heads),
            words=words,
            pieces=pieces,
            symbols=symbols,
            trained_on="",
            messages=0,
        )

    def _vectorizer(self, block: str) -> Any:
        return dict(self.union.transformer_list)[block]

    def _block(self, name: str, start: int) -> Block:
        vectorizer = self._vectorizer(name)
        features = list(vectorizer.get_feature_names_out())
        measured = name != "symbols"
        rarity = (
            [float(each) for each in vectorizer.idf_] if measured else [SIGN_SHARE] * len(features)
        )
        table = [
            [float(line[start + place]) * rare for line in self.coefficients]
            for place, rare in enumerate(rarity)
        ]
        step = max((abs(value) for row in table for value in row), default=1.0) / _MOST
        length_step = max(rarity, default=1.0) ** 2 / _MOST if measured else 0.0
        rows = {}
        for feature, row, rare in zip(features, table, rarity, strict=True):
            length = round(rare * rare / length_step) if measured else 0
            rows[str(feature)] = pack([*(round(value / step) for value in row), length])
        return Block(rows, step, length_step)


def fit(
    lessons: Sequence[Lesson],
    heads: tuple[str, ...],
    *,
    least_texts: Mapping[str, int] = LEAST_TEXTS,
) -> Fitted:
    """Returns one linear judge a head, each taught by the lessons that know its label."""
    from sklearn.svm import LinearSVC

    union = looks_at(lessons, least_texts)
    matrix = union.fit_transform(lessons).tocsr()
    there = matrix.sign()
    said = [not is_of_talk(name) for name in union.get_feature_names_out()]
    coefficients, bias = [], []
    for head in heads:
        known = [place for place, lesson in enumerate(lessons) if head in lesson.labels]
        labels = [lessons[place].labels[head] for place in known]
        if sum(labels) < _LEAST_POSITIVE:
            coefficients.append([0.0] * matrix.shape[1])
            bias.append(_UNKNOWN_BIAS)
            continue
        shares = [lessons[place].weight for place in known]
        ease = telling(there[known], labels, shares)
        if head in _OF_THE_MESSAGE:
            ease = [free * counts for free, counts in zip(ease, said, strict=True)]
        judge = LinearSVC(C=_EASE, random_state=0)
        judge.fit(matrix[known].multiply(ease).tocsr(), labels, sample_weight=shares)
        coefficients.append(judge.coef_[0] * ease)
        bias.append(float(judge.intercept_[0]))
    return Fitted(union, heads, coefficients, bias)


def folds_of(count: int) -> list[list[int]]:
    """Returns the places of the messages held out in each fold, the same at every call."""
    from sklearn.model_selection import KFold

    split = KFold(FOLDS, shuffle=True, random_state=0).split(range(count))
    return [list(map(int, held)) for _, held in split]


@dataclass(frozen=True, slots=True)
class Crossed:
    """The messages judged by models that did not learn from them."""

    models: Sequence[Weighs]
    fold_of: Sequence[int]
    slopes: tuple[tuple[float, float], ...]
    opinion: Opinion


def cross(lessons: Sequence[Lesson], beside: Sequence[Lesson], heads: tuple[str, ...]) -> Crossed:
    """Trains on all folds but one in turn; returns models and slopes.

    Of the lessons beside, each fold holds out its share too: the first, the sixth, and so on.
    """
    every = [*lessons, *beside]
    fold_of = [*_folds(len(lessons)), *(place % FOLDS for place in range(len(beside)))]
    margins: list[list[float]] = [[] for _ in every]
    found = []
    for fold in range(FOLDS):
        taught = [lesson for lesson, held in zip(every, fold_of, strict=True) if held != fold]
        found.append(fit(taught, heads).weights())
        model = Model(found[-1])
        for place in _asked(every, fold_of, fold, len(lessons)):
            margins[place] = model.margins(every[place].normal, every[place].symbols)
    own = margins[: len(lessons)]
    slopes = tuple(_slope(lessons, own, place, head) for place, head in enumerate(heads))
    ready = []
    for fold, weights in enumerate(found):
        others = [place for place, held in enumerate(fold_of) if held != fold]
        opinion = opinion_of(every, margins, others, heads)
        ready.append(Model(replace(weights, slopes=slopes, opinion=opinion)))
    opinion = opinion_of(every, margins, range(len(every)), heads)
    return Crossed(ready, fold_of[: len(lessons)], slopes, opinion)


def cross_meaning(crossed: Crossed, lessons: Sequence[Lesson], places: Places) -> Crossed:
    """Returns the same with what the lessons mean."""
    heads = crossed.models[0].heads
    learnt = []
    for fold in range(FOLDS):
        pairs = zip(lessons, crossed.fold_of, strict=True)
        learnt.append(fit_meaning([one for one, held in pairs if held != fold], places, heads))
    margins = []
    for lesson, fold in zip(lessons, crossed.fold_of, strict=True):
        said = crossed.models[fold].margins(lesson.normal, lesson.symbols)
        there = margins_at(places[meant(lesson.normal)], learnt[fold])
        margins.append([one + other for one, other in zip(said, there, strict=True)])
    slopes = tuple(_slope(lessons, margins, place, head) for place, head in enumerate(heads))
    models = []
    for fold, meaning in enumerate(learnt):
        others = [place for place, held in enumerate(crossed.fold_of) if held != fold]
        opinion = opinion_of(lessons, margins, others, heads)
        meaning = replace_struct(meaning, slopes=slopes, opinion=opinion)
        models.append(ModelOfMeaning(crossed.models[fold], meaning, _known(places)))
    opinion = opinion_of(lessons, margins, range(len(lessons)), heads)
    return Crossed(models, crossed.fold_of, slopes, opinion)


def fit_meaning(lessons: Sequence[Lesson], places: Places, heads: tuple[str, ...]) -> Meaning:
    """Returns one linear judge a head over the places of the lessons, its share taken in."""
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    scaler = StandardScaler(with_std=False)  # all places lie close together, far from the middle
    matrix = scaler.fit_transform([places[meant(lesson.normal)] for lesson in lessons])
    middle = scaler.mean_
    rows, biases = [], []
    for head in heads:
        known = [place for place, lesson in enumerate(lessons) if head in lesson.labels]
        labels = [lessons[place].labels[head] for place in known]
        if sum(labels) < _LEAST_POSITIVE:
            rows.append((0.0,) * len(middle))
            biases.append(0.0)
            continue
        judge = LinearSVC(C=_MEANING_EASE, random_state=0).fit(matrix[known], labels)
        row = judge.coef_[0] * _MEANING_SHARE
        bias = float(judge.intercept_[0]) * _MEANING_SHARE - float(row @ middle)
        rows.append(tuple(round(float(each), _MEANING_DIGITS) for each in row))
        biases.append(round(bias, _MEANING_DIGITS))
    return Meaning(heads, tuple(biases), tuple(rows), (), Opinion())


def _known(places: Places) -> Embeds:
    return lambda texts: [places[text] for text in texts]


def _folds(count: int) -> list[int]:
    """Returns for each message the fold that holds it out."""
    fold_of = [0] * count
    for fold, held in enumerate(folds_of(count)):
        for place in held:
            fold_of[place] = fold
    return fold_of


def _asked(lessons: Sequence[Lesson], fold_of: Sequence[int], fold: int, own: int) -> Iterable[int]:
    """Returns the places a fold holds out, of the lessons beside those that tell who needs whom."""
    for place, held in enumerate(fold_of):
        if held == fold and (place < own or PERSON in lessons[place].labels):
            yield place


def opinion_of(
    lessons: Sequence[Lesson],
    margins: Sequence[Sequence[float]],
    asked: Iterable[int],
    heads: tuple[str, ...],
) -> Opinion:
    """Returns what held-out margins together tell about the need for a person."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    known = [place for place in asked if PERSON in lessons[place].labels]
    labels = [lessons[place].labels[PERSON] for place in known]
    if sum(labels) < _LEAST_POSITIVE or not set(OPINION_HEADS) <= set(heads):
        return Opinion()
    columns = [heads.index(head) for head in OPINION_HEADS]
    table = [[margins[place][column] for column in columns] for place in known]
    scaler = StandardScaler()
    rows = [[*row, *products(row)] for row in scaler.fit_transform(table).tolist()]
    shares = [lessons[place].weight for place in known]
    judge = LogisticRegression(C=_OPINION_EASE, max_iter=500).fit(rows, labels, shares)
    return _unscaled(judge, list(map(float, scaler.mean_)), list(map(float, scaler.scale_)))


def _unscaled(judge: Any, mean: Sequence[float], scale: Sequence[float]) -> Opinion:
    """Returns the same weights for margins as they are, neither centred nor scaled."""
    count = len(mean)
    weights = list(map(float, judge.coef_[0]))
    bias = float(judge.intercept_[0])
    single = [0.0] * count
    for place, weight in enumerate(weights[:count]):
        single[place] += weight / scale[place]
        bias -= weight * mean[place] / scale[place]
    pairs = []
    both = combinations_with_replacement(range(count), 2)
    for (one, other), weight in zip(both, weights[count:], strict=True):
        each = weight / (scale[one] * scale[other])
        pairs.append(each)
        single[one] -= each * mean[other]
        single[other] -= each * mean[one]
        bias += each * mean[one] * mean[other]
    rounded = [tuple(round(each, _DIGITS) for each in some) for some in (single, pairs)]
    return Opinion(round(bias, _DIGITS), *rounded)


def _slope(
    lessons: Sequence[Lesson], margins: Sequence[Sequence[float]], column: int, head: str
) -> tuple[float, float]:
    """Returns the line that turns held-out margins of a head into likelihoods."""
    from sklearn.linear_model import LogisticRegression

    known = [
        (row[column], lesson.labels[head])
        for lesson, row in zip(lessons, margins, strict=True)
        if head in lesson.labels
    ]
    if sum(label for _, label in known) < _LEAST_POSITIVE:
        return 1.0, 0.0
    judge = LogisticRegression(C=1e6)
    judge.fit([[margin] for margin, _ in known], [label for _, label in known])
    return round(float(judge.coef_[0][0]), _DIGITS), round(float(judge.intercept_[0]), _DIGITS)
