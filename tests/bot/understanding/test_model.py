import math
from pathlib import Path

import pytest
from ahocorasick_rs import AhoCorasick
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.evidence import heaviest
from bot.understanding.features import BLOCKS
from bot.understanding.model import ZERO, Block, Model, PiecesOfWords, Weights, pack
from bot.understanding.ngrams import padded, pieces_of, words_of
from bot.understanding.teaching import Lesson
from bot.understanding.training import Fitted, fit
from bot.understanding.weightfile import read_weights, write_weights
from handoff.errors import SeedErrors

HEADS = ("parcel", "money")
ONCE = dict.fromkeys(BLOCKS, 1)
TEXTS = (
    ("where is my parcel", "parcel"),
    ("my parcel is late, is it lost", "parcel"),
    ("快递到哪了 到哪了", "parcel"),
    ("包裹还没到 急", "parcel"),
    ("parcel parcel parcel where", "parcel"),
    ("give me my money back", "money"),
    ("my refund, the money, is late", "money"),
    ("退款到哪了", "money"),
    ("钱还没退 急", "money"),
    ("money money where is the money", "money"),
)
LETTERS = st.text(alphabet="abc 退款到,0", max_size=30)


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    return [
        Lesson(text, [f"says.{label}"], {head: head == label for head in HEADS})
        for text, label in TEXTS * 3
    ]


@pytest.fixture(scope="module")
def fitted(lessons: list[Lesson]) -> Fitted:
    return fit(lessons, HEADS, least_texts=ONCE)


def test_plain_weights_decide_as_scikit_learn_does(fitted: Fitted, lessons: list[Lesson]) -> None:
    model = Model(fitted.weights())
    asked = [*lessons, Lesson("my money is where my parcel is 快递", (), {}), Lesson("", (), {})]

    for lesson, theirs in zip(asked, fitted.margins(asked), strict=True):
        ours = model.margins(lesson.normal, lesson.symbols)

        assert ours == pytest.approx(theirs, abs=1e-3)


def test_the_same_lessons_give_the_same_bytes(lessons: list[Lesson], tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_weights(fit(lessons, HEADS, least_texts=ONCE).weights(), tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_weights_are_read_as_they_were_written(fitted: Fitted, tmp_path: Path) -> None:
    weights = fitted.weights()

    write_weights(weights, tmp_path / "weights")

    assert read_weights(tmp_path / "weights") == weights


@pytest.mark.parametrize(
    "spoil", [lambda raw: b"", lambda raw: raw[:-40], lambda raw: b"{}\n" + raw]
)
def test_a_spoiled_file_is_a_mistake_of_the_seeds(
    fitted: Fitted, tmp_path: Path, spoil: object
) -> None:
    path = tmp_path / "weights"
    write_weights(fitted.weights(), path)
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]

    with pytest.raises(SeedErrors):
        read_weights(path)


PIECES = ("abc", " ab", "bc ", "bca", "退", "退款", "款到", " 退", "000", ",ab", "abca", " abc")
WORDS = ("a", "ab", "abc", "a b", "ab c", "0")


def weights_of(rows: tuple[str, ...], *, measured: bool) -> Block:
    length = 100 if measured else 0
    return Block(
        {row: pack([7 * n - 20, 3 * n, length + n]) for n, row in enumerate(rows)}, 0.01, 0.01
    )


MODEL = Weights(
    heads=HEADS,
    bias=(0.5, -0.5),
    slopes=((1.0, 0.0), (2.0, -1.0)),
    words=weights_of(WORDS, measured=True),
    pieces=weights_of(PIECES, measured=True),
    symbols=weights_of(("sign",), measured=False),
    trained_on="",
    messages=0,
)


def added(block: Block, features: list[str]) -> list[float]:
    """What the block adds to each head, worked out one feature at a time."""
    sums, square = [0.0, 0.0], 0.0
    for feature in {each for each in features if each in block.rows}:
        fields = [((block.rows[feature] >> (32 * n)) & 0xFFFFFFFF) - ZERO for n in range(3)]
        sums = [old + new * block.step for old, new in zip(sums, fields, strict=False)]
        square += fields[2] * block.length_step
    return [each / math.sqrt(square) if square else 0.0 for each in sums]


@settings(max_examples=200, deadline=None)
@given(LETTERS)
def test_adding_whole_numbers_is_adding_feature_by_feature(normal: str) -> None:
    text = padded(normal)

    ours = Model(MODEL).margins(normal, ["sign", "unknown"])

    words, pieces = added(MODEL.words, words_of(text)), added(MODEL.pieces, pieces_of(text))
    by_hand = [
        bias + word + piece + sign
        for bias, word, piece, sign in zip(MODEL.bias, words, pieces, (-0.2, 0.0), strict=True)
    ]
    assert ours == pytest.approx(by_hand, abs=1e-6)


def test_likelihoods_lie_between_none_and_all() -> None:
    assert Model(MODEL).likelihoods([0.0, 0.5]) == pytest.approx([0.5, 0.5])


LONG = "the laptop I bought from you for 6299 went black after two days of work"


@pytest.mark.parametrize(
    ("text", "heavy", "told"),
    [
        ("", "", ""),
        ("where is it", "", ""),
        (
            "你们卖的什么垃圾！6299的笔记本才用两天就黑屏了，我要投诉",
            "99的笔记本",
            "6299的笔记本才用两天就黑屏了",
        ),
        ("no rush, but v2.5 is broken. thanks", "broken", "but v2.5 is broken"),
        (LONG, "99 went bl", "6299 went black"),
    ],
)
def test_the_words_behind_a_decision_are_whole(text: str, heavy: str, told: str) -> None:
    shares = [-0.1] * len(text)
    at = text.find(heavy)
    shares[at : at + len(heavy)] = [1.0] * len(heavy)

    assert heaviest(text, shares) == told


def test_only_words_that_may_come_again_are_remembered() -> None:
    pieces = PiecesOfWords(AhoCorasick([" pa", "arc", "到哪"]))

    assert pieces["parcel"] == {0, 1}
    assert pieces["快递到哪了"] == {2}
    assert pieces["parcel" * 100] >= {0, 1}

    assert set(pieces) == {"parcel"}
