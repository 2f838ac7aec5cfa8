import pytest

from bot.understanding.agreement import load_agreement
from tests.chat import SEEDS

AGREEMENT = load_agreement(SEEDS)


@pytest.mark.parametrize(
    "text", ["yes", "Yes, please!", "ok", "go ahead", "好的，谢谢", "可以", "確認", "是的"]
)
def test_a_bare_yes_is_a_yes(text):
    assert AGREEMENT.hear(text) is True


@pytest.mark.parametrize("text", ["no", "No, thanks.", "不用了，谢谢", "先不办", "不是"])
def test_a_bare_no_is_a_no(text):
    assert AGREEMENT.hear(text) is False


@pytest.mark.parametrize(
    "text",
    [
        *("", "thanks", "谢谢", "yes but the blue one", "no, the blue one", "可以退吗", "好像不对"),
        *("yes, and where is my other order?", "是不是已经发货了", "ok so what now"),
    ],
)
def test_whatever_says_more_is_neither(text):
    assert AGREEMENT.hear(text) is None


@pytest.mark.parametrize(
    ("policy", "text", "agrees"),
    [
        ("cancel", "对，不要了", True),
        ("cancel", "不要了", True),
        ("cancel", "yes, cancel it", True),
        ("cancel", "那整单取消吧", True),
        ("cancel", "不，还是不取消了", False),
        ("cancel", "don't cancel it", False),
        ("returns", "好，退吧", True),
        ("address_change", "对，就是这个地址", True),
        ("address_change", "不改了", False),
        ("returns", "取消", None),
        ("", "对，取消吧", None),
    ],
)
def test_naming_what_was_restated_agrees_to_it_and_to_nothing_else(policy, text, agrees):
    assert AGREEMENT.hear(text, policy) is agrees
