import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.llm.masking import Mask

PERSONAL = [
    ("我的电话是13800138000", "13800138000"),
    ("打 138 0013 8000 找我", "0013"),
    ("call me at +1 (415) 555-0132 please", "555"),
    ("座机 020-88886666", "8888"),
    ("the last four digits are 5678", "5678"),
    ("尾号4455", "4455"),
    ("5678", "5678"),
    ("寄到上海市浦东新区世纪大道100号3栋502室，谢谢", "世纪大道"),
    ("朝阳区建国路88号", "建国路"),
    ("廣東省深圳市南山區科技園", "南山"),
    ("我住幸福小区12栋", "幸福"),
    ("地址改成人民公园旁边的红房子", "红房子"),
    ("Please ship to 221B Baker Street, London NW1 6XE", "Baker"),
    ("deliver to 15 queens road, bristol bs8 1qe", "queens"),
    ("P.O. Box 1234", "1234"),
    ("my address is Rose Cottage 4, Little Snoring", "Rose"),
    ("收件人：王小明", "王小明"),
    ("my name is Emma Clark", "Emma"),
    ("mail emma.clark@example.com", "example.com"),
    ("I am @emma_clark on Telegram", "emma_clark"),
    ("卡号 6222 0212 3456 7890 123", "6222"),
    ("身份证 11010519491231002X", "1949"),
    ("order W1000002 and SF1234567890123", "1000002"),
]
SHOP_TALK = [
    "几天能到上海市？",
    "Do you ship to the United States?",
    "满 300 元可以分 12 期吗",
    "can I return it within 7 days, before 2026-11-22?",
    "I paid ¥1,299.00 for 2 pieces",
    "错误码 E1042 是什么意思",
    "地址写错了怎么办",
]


@pytest.mark.parametrize(("text", "secret"), PERSONAL)
def test_personal_data_stays_in_the_house_and_comes_back(text: str, secret: str) -> None:
    mask = Mask()

    hidden = mask.hide(text)

    assert secret not in hidden
    assert mask.put_back(hidden) == text


@pytest.mark.parametrize("text", SHOP_TALK)
def test_what_a_question_is_about_is_left_to_be_read(text: str) -> None:
    assert Mask().hide(text) == text


def test_same_number_has_the_same_mark_in_every_text() -> None:
    mask = Mask()

    one, other = mask.hide("我是13800138000"), mask.hide("call 13800138000")

    assert one[-10:] == other[-10:] == "[number-1]"


def test_mark_nobody_made_is_not_filled() -> None:
    mask = Mask()
    mask.hide("13800138000")

    assert mask.put_back("[number-1] [number-2]") == "13800138000 [number-2]"


@given(st.text(max_size=200))
def test_whatever_is_hidden_comes_back_as_it_was(text: str) -> None:
    mask = Mask()

    assert mask.put_back(mask.hide(text)) == text


@given(
    st.text(alphabet="我你号 a.,", max_size=20), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
)
def test_no_mobile_number_leaves_wherever_it_stands(around: str, phone: str) -> None:
    assert phone not in Mask().hide(f"{around}{phone}{around}")
