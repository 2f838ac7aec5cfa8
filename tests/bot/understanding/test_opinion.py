import math
import random

import pytest

from bot.understanding.judging import HEADS, OPINION_HEADS, PERSON
from bot.understanding.opinion import Opinion, products
from bot.understanding.teaching import Lesson
from bot.understanding.training import opinion_of


def test_margins_and_their_products_are_added() -> None:
    opinion = Opinion(bias=0.5, single=(1.0, -2.0), pairs=(0.25, 3.0, -0.5))

    found = opinion.likelihood([2.0, -1.0])

    total = 0.5 + 2.0 + 2.0 + 0.25 * 4 + 3.0 * -2 - 0.5
    assert found == pytest.approx(1 / (1 + math.exp(-total)))


def test_margins_beyond_all_measure_stay_a_likelihood() -> None:
    opinion = Opinion(single=(1000.0,), pairs=(1000.0,))

    assert opinion.likelihood([-0.9]) == pytest.approx(0, abs=1e-9)
    assert opinion.likelihood([1e6]) == pytest.approx(1)


def test_what_only_two_heads_together_tell_is_learnt() -> None:
    dice = random.Random(7)
    one, other = (HEADS.index(head) for head in OPINION_HEADS[:2])
    margins = [[dice.gauss(0.3, 2) for _ in HEADS] for _ in range(2_000)]
    needed = [row[one] * row[other] > 0 for row in margins]
    lessons = [Lesson("", (), {PERSON: each}) for each in needed]

    opinion = opinion_of(lessons, margins, range(1_500), HEADS)

    held_out = [
        opinion.likelihood([margins[place][HEADS.index(head)] for head in OPINION_HEADS]) > 0.5
        for place in range(1_500, 2_000)
    ]
    right = sum(said is true for said, true in zip(held_out, needed[1_500:], strict=True))
    assert right >= 400


def test_too_few_examples_teach_no_opinion() -> None:
    lessons = [Lesson("", (), {PERSON: False})] * 30

    assert opinion_of(lessons, [[0.0] * len(HEADS)] * 30, range(30), HEADS) == Opinion()


def test_products_go_with_every_later_margin() -> None:
    assert products([2.0, 3.0, 5.0]) == [4.0, 6.0, 10.0, 9.0, 15.0, 25.0]
