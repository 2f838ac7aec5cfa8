import re2

from handoff.speech.ear import pieces_of
from handoff.speech.teaching import Lesson, learn


def lesson(words: str, *, wrong: bool) -> Lesson:
    return Lesson(frozenset(words.split()), wrong, 1.0)


LESSONS = [
    lesson("you people never listen", wrong=True),
    lesson("you people never learn", wrong=True),
    lesson("you get it today", wrong=False),
    lesson("it arrives today", wrong=False),
    lesson("it leaves today", wrong=False),
]


def test_what_is_heard_in_wrong_lines_only_weighs_against_them() -> None:
    learnt = learn(LESSONS, 0.5)

    assert learnt.weights["never"] > 0 > learnt.weights["today"]


def test_what_was_heard_once_teaches_nothing() -> None:
    assert "arrives" not in learn(LESSONS, 0.5).weights


def test_the_same_lessons_give_the_same_weights() -> None:
    assert learn(LESSONS, 0.5) == learn(list(LESSONS), 0.5)


def test_what_is_heard_over_two_lines_fits_on_one_line_of_the_weights() -> None:
    heard = pieces_of("第一行\n第二行", "zh", re2.compile("今天"))

    assert "行 第" in heard
    assert not any("\n" in piece for piece in heard)
