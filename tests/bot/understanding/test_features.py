import pytest
from sklearn.feature_extraction.text import CountVectorizer

from bot.understanding.features import BLOCKS, looks_at, telling
from bot.understanding.teaching import Lesson

SAID = ("warranty", "warranty card", "card", "card please")


def lessons() -> list[Lesson]:
    return [Lesson(text, ("sign",), {}) for text in SAID]


def test_of_pieces_that_always_come_together_one_is_looked_at() -> None:
    names = set(
        looks_at(lessons(), dict.fromkeys(BLOCKS, 2)).fit(lessons()).get_feature_names_out()
    )

    pieces = {name.removeprefix("pieces__") for name in names if name.startswith("pieces__")}
    assert len(pieces) == 2  # one for "warranty", one for "card"


def test_a_piece_is_looked_at_from_as_many_texts_on_as_asked() -> None:
    names = looks_at(lessons(), dict.fromkeys(BLOCKS, 3)).fit(lessons()).get_feature_names_out()

    assert "words__card" in names
    assert "words__warranty" not in names


def test_what_tells_more_by_itself_is_followed_more_freely() -> None:
    texts = ("always either", "always", "always either", "never either", "never", "never either")
    labels = [text.startswith("always") for text in texts]
    counter = CountVectorizer()
    there = counter.fit_transform(texts)

    free = dict(
        zip(counter.get_feature_names_out(), telling(there, labels, [1.0] * 6), strict=True)
    )

    assert free["always"] == pytest.approx(free["never"], rel=0.2)
    assert min(free["always"], free["never"]) > 2 * free["either"]
