import pytest

from handoff.gaps import TEXT_CHARS_MAX, masked, tells_something


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("订单 W1000001 能货到付款吗", "订单 # 能货到付款吗"),
        ("我的电话是 138 1234 5678，能打给我吗", "我的电话是 #，能打给我吗"),
        ("手机尾号１２３４可以改吗", "手机尾号#可以改吗"),
        ("SF1234567890123 怎么退", "# 怎么退"),
        ("7天内可以换 iPhone 15 吗", "7天内可以换 iPhone 15 吗"),
        ("报错 E998 怎么办", "报错 E998 怎么办"),
        ("my mail is anna.k@example.com, do you gift wrap?", "my mail is #, do you gift wrap?"),
        ("call me at +44 7700 900123 about gift wrap", "call me at +# about gift wrap"),
        ("see https://t.me/anna and @anna_k", "see # and #"),
        ("我叫林悦，有会员日吗", "我叫 #，有会员日吗"),
        ("My name is Anna Karlsson and I want gift wrap", "My name is # and I want gift wrap"),
        ("送到浙江省杭州市西湖区文三路12号要多久", "# 要多久"),
        ("do you deliver to 12 Baker Street today", "do you deliver to # today"),
    ],
)
def test_who_asked_is_masked_and_what_was_asked_stays(asked: str, kept: str) -> None:
    assert masked(asked).replace(" ", "") == kept.replace(" ", "")


def test_the_contacts_own_name_is_masked_wherever_it_stands() -> None:
    assert masked("anna wants gift wrap, says ANNA", ["Anna", ""]) == "# wants gift wrap, says #"


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("Can an order be gift wrapped? An", "Can # order be gift wrapped? #"),
        ("我是An，能货到付款吗", "我是#，能货到付款吗"),
        ("林悦想问能货到付款吗", "#想问能货到付款吗"),
    ],
)
def test_a_short_name_masks_no_half_of_other_words(asked: str, kept: str) -> None:
    assert masked(asked, ["An", "林悦"]) == kept


def test_long_questions_are_cut_and_nothing_but_numbers_tells_nothing() -> None:
    assert len(masked("要" * 900)) == TEXT_CHARS_MAX
    assert not tells_something(masked("13812345678"))
    assert tells_something(masked("到付 13812345678"))
