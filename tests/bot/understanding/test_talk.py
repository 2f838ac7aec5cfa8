"""How lines hang together: by the words they share."""

import pytest

from bot.understanding.talk import Spoken, signs_of_talk, words_of


def signs(*lines: str) -> set[str]:
    """The signs of the last line; the customer begins, and the two take turns."""
    before = [Spoken(bool(n % 2), words_of(line)) for n, line in enumerate(lines[:-1])]
    return set(signs_of_talk(before, words_of(lines[-1])))


@pytest.mark.parametrize(
    "lines",
    [
        ("这个灯多少瓦", "颜色有暖光白光", "问你瓦数", "材质是亚克力", "几瓦"),
        ("which wood is it", "shipping is free", "wood please", "free over fifty", "just the wood"),
    ],
)
def test_two_answers_beside_the_question_are_told(lines: tuple[str, ...]) -> None:
    found = signs(*lines)

    assert "talk.off_topic.2_of_2" in found
    assert "talk.answers.2" in found


def test_answers_that_take_up_the_words_are_not_beside_the_question() -> None:
    found = signs("冷风怎么开", "按住蓝色按钮就是冷风", "按了没冷风", "冷风要先开机", "好的")

    assert "talk.off_topic.0_of_2" in found


def test_the_same_asked_in_other_words_shares_what_it_is_about() -> None:
    found = signs("does the heater have a timer", "It is white.", "so is there a heater timer")

    assert "talk.asks_again.most" in found
    assert "talk.takes_up.nothing" in found


def test_an_answer_nearly_given_before_shows() -> None:
    found = signs("照片发了", "请发送门的照片", "刚才发的就是", "请再发送门的照片", "发过了")

    assert "talk.answered_again.most" in found


def test_words_without_letters_share_nothing() -> None:
    assert "talk.asks_again.nothing" in signs("???", "Yes?", "!!!")


def test_every_answer_counts_once_and_lines_of_one_side_may_follow_each_other() -> None:
    lines = [
        Spoken(by_bot=False, words=words_of("发票")),
        Spoken(by_bot=False, words=words_of("抬头改了")),
        Spoken(by_bot=True, words=words_of("包裹在途")),
        Spoken(by_bot=True, words=words_of("请稍候")),
    ]

    found = signs_of_talk(lines, words_of("抬头"))

    assert "talk.off_topic.1_of_1" in found
    assert "talk.answers.2" in found
