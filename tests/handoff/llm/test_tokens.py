import pytest

from handoff.llm.tokens import plain, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("七天内", "within 7 days"),
        ("within twenty-one days", "21 天"),
        ("满３００元", "CNY 300"),
        ("¥1,299.00", "1299 元"),
        ("3、6、12 期", "3, 6 or 12 instalments"),
        ("7-15 天", "7 至 15天"),
        ("下午6点半", "18:30"),
        ("by 6 pm", "晚上 18:00"),
        ("11月22日", "on Nov 22nd"),
        ("2026-11-22", "22 November 2026"),
        ("星期五", "on Fridays"),
        ("明天", "tomorrow"),
        ("一百二十元", "120 yuan"),
        ("三個工作日", "3 working days"),
        ("a week", "1 周"),
        ("半價", "半价"),
    ],
)
def test_same_fact_is_one_token_however_it_is_written(one: str, other: str) -> None:
    assert tokens(one) == tokens(other) != frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7 天", "7 小时"),
        ("7 天", "7 个工作日"),
        ("300 元", "300 USD"),
        ("11月12日", "12月11日"),
        ("SF1234567890123", "SF1234567890124"),
        ("at 9:00", "at 9:30"),
        ("6 am", "6 pm"),
        ("half price", "price"),
        ("shop.example.com", "shop.example.co"),
        ("see 《退货》", "see 《换货》"),
    ],
)
def test_other_fact_is_another_token(one: str, other: str) -> None:
    assert tokens(one) - tokens(other)


@pytest.mark.parametrize(
    "text", ["一起看一下，这是一个好问题", "one of our colleagues", "万一", ""]
)
def test_words_that_only_look_like_numbers_state_nothing(text: str) -> None:
    assert tokens(text) == frozenset()


def test_comparison_ignores_width_case_script_and_spaces() -> None:
    assert plain("ＳＦ  訂單\n") == "sf 订单"
