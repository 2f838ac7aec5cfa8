"""Which features of the lessons the judges learn from, and how freely.

It weighs nothing: `training` does. scikit-learn is imported when training begins.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bot.understanding.ngrams import padded, pieces_of, words_of
from bot.understanding.teaching import Lesson

BLOCKS = ("words", "pieces", "symbols")
LEAST_TEXTS = {"words": 3, "pieces": 4, "symbols": 3}
"""In how many texts a feature must stand: rarer ones teach those texts by heart."""
SIGN_SHARE = 0.14  # how much a sign weighs beside a text of length 1
_TELLING_SHARE = 0.25  # how much what a feature tells by itself matters to how freely it is learnt


def looks_at(lessons: Sequence[Lesson], least: Mapping[str, int]) -> Any:
    """Returns what turns lessons into rows of features, those that stand in enough of them."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    pieces = _without_twins(lessons, least["pieces"])
    return FeatureUnion(
        [
            ("words", TfidfVectorizer(analyzer=_words, binary=True, min_df=least["words"])),
            ("pieces", TfidfVectorizer(analyzer=_pieces, binary=True, vocabulary=pieces)),
            ("symbols", CountVectorizer(analyzer=_symbols, binary=True, min_df=least["symbols"])),
        ],
        transformer_weights={"symbols": SIGN_SHARE},
    )


def _without_twins(lessons: Sequence[Lesson], least: int) -> list[str]:
    """Returns the pieces to look at: of those that stand in the very same texts, the first."""
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=_pieces, binary=True, min_df=least)
    columns = counter.fit_transform(lessons).tocsc()
    columns.sort_indices()
    starts = columns.indptr
    first: dict[bytes, str] = {}
    for place, piece in enumerate(counter.get_feature_names_out()):
        texts = columns.indices[starts[place] : starts[place + 1]].tobytes()
        first.setdefault(texts, str(piece))
    return list(first.values())


def _words(lesson: Lesson) -> list[str]:
    return words_of(padded(lesson.normal))


def _pieces(lesson: Lesson) -> list[str]:
    return pieces_of(padded(lesson.normal))


def _symbols(lesson: Lesson) -> Sequence[str]:
    return lesson.symbols


def is_of_talk(name: str) -> bool:
    """Tells a sign of how the lines of a talk hang together, by the name of its feature."""
    return name.startswith("symbols__") and "talk." in name


def telling(there: Any, labels: Sequence[bool], shares: Sequence[float]) -> list[float]:
    """Returns how freely a judge may follow each feature that is `there` (a row a lesson): the
    more, the more its share among what is so differs from its share among the rest.
    """
    so = [share * label for share, label in zip(shares, labels, strict=True)]
    rest = [share - part for share, part in zip(shares, so, strict=True)]
    yes, no = ([1.0 + each for each in (there.T @ part).tolist()] for part in (so, rest))
    even = sum(yes) / sum(no)
    odds = [
        abs(math.log(one / other / even)) ** _TELLING_SHARE
        for one, other in zip(yes, no, strict=True)
    ]
    usual = math.sqrt(sum(each * each for each in odds) / len(odds))
    return [each / usual for each in odds]
