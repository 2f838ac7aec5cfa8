import pytest

from bot.questions import asks_itself, ends_as_question, is_wordless


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("可以退嗎", True),
        ("W1000003 呢 ", True),
        ("Where is it?\nThanks", True),
        ("where is it", False),
        ("吗？好的", False),
        ("", False),
    ],
)
def test_a_question_is_told_by_its_end_in_any_message_of_a_burst(text: str, ends: bool) -> None:
    assert ends_as_question(text) is ends


@pytest.mark.parametrize(
    ("part", "asks"),
    [
        ("刀片是不是单独寄", True),
        ("大概周几能到我这", True),
        ("運費要多少錢呀", True),
        ("我有几个问题想说", False),
        ("多久到", False),
        (" how long does it take", True),
        ("did it go through", True),
        ("did not get it", False),
        ("Have a good one", False),
        ("tell me how", False),
    ],
)
def test_a_part_asks_by_itself_when_a_word_of_it_does(part: str, asks: bool) -> None:
    assert asks_itself(part) is asks


@pytest.mark.parametrize(
    ("normal", "wordless"),
    [
        ("", True),
        ("🤡🤡🤡", True),
        ("???", True),
        ("xxxx", True),
        ("zzzz zzzz!", True),
        ("aaa", False),
        ("aaa??", False),
        ("xyxy", False),
        ("0000", False),
        ("退退退退", False),
    ],
)
def test_signs_alone_or_one_letter_over_and_over_hold_no_word(normal: str, wordless: bool) -> None:
    assert is_wordless(normal) is wordless
