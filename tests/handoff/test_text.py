from datetime import UTC, datetime, timedelta, timezone

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.text import (
    Language,
    clean_text,
    format_when,
    language_of,
    normalise,
    one_of,
    split_message,
    to_traditional,
    utf16_units,
)

SHANGHAI = timezone(timedelta(hours=8))
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
FAMILY = "👨‍👩‍👧‍👦"
PIECES = st.sampled_from(
    [
        "a",
        " ",
        "\n",
        "\n\n",
        "。",
        "你",
        "好",
        ". ",
        FAMILY,
        "🇨🇳",
        "e\u0301\u0302\u0303",
        "😀",
        "\u200d",
        "，",
    ]
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我的包裹到哪了", Language.ZH_HANS),
        ("請問什麼時候出貨", Language.ZH_HANT),
        ("Where is my parcel?", Language.EN),
        ("麻烦 cancel 一下 order", Language.ZH_HANS),
        ("is the 羽绒服 still in stock", Language.EN),
        ("shows card_declined 怎么办", Language.ZH_HANS),
    ],
)
def test_the_message_itself_names_the_tongue(text: str, language: Language) -> None:
    assert language_of(text) is language


@pytest.mark.parametrize("text", ["W1029384", "😀👍", "ok", "", "\ud83d", "202612024478?"])
def test_a_text_without_a_tongue_keeps_the_hint(text: str) -> None:
    assert language_of(text, Language.ZH_HANT) is Language.ZH_HANT


def test_characters_of_both_scripts_keep_the_script_so_far() -> None:
    assert language_of("你好", Language.ZH_HANT) is Language.ZH_HANT
    assert language_of("你好", Language.EN) is Language.ZH_HANS


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("Ｗ１０２９３８４", "w1029384"),
        ("退\u200b款\ufeff", "退款"),
        ("請問出貨", "请问出货"),
        ("2026 1202 4478", "202612024478"),
        ("1003-12345", "100312345"),
        ("138-0013-8000", "13800138000"),
        ("2026-12-02", "2026-12-02"),
        ("3-5 days", "3-5 days"),
        ("202612024478 13800138000", "202612024478 13800138000"),
        ("don’t  WAIT", "don't wait"),
        ("人\u200d工", "人工"),
        (FAMILY, FAMILY),
    ],
)
def test_texts_are_made_comparable(raw: str, normal: str) -> None:
    assert normalise(raw) == normal


def test_an_order_number_is_not_glued_to_the_digits_that_prove_it() -> None:
    assert normalise("W1000002 0102") == "w1000002 0102"
    assert normalise("SF1234 5678 90123") == "sf1234567890123"


@pytest.mark.parametrize("text", ["我要找真人", "不要了", "同一家"])
def test_characters_both_scripts_write_alike_keep_the_script_so_far(text: str) -> None:
    assert language_of(text, Language.ZH_HANT) is Language.ZH_HANT
    assert language_of(f"{text}帮", Language.ZH_HANT) is Language.ZH_HANS


def test_no_character_a_traditional_text_keeps_counts_as_simplified() -> None:
    common = "".join(map(chr, range(0x4E00, 0xA000)))
    common = "".join(each for each in common if each.encode("gb2312", "ignore"))
    kept = [each for each, same in zip(common, to_traditional(common), strict=True) if each == same]

    wrong = [each for each in kept if language_of(each, Language.ZH_HANT) is Language.ZH_HANS]

    assert "".join(wrong) == ""


def test_answers_can_be_told_in_traditional_script() -> None:
    assert to_traditional("您的订单已发货") == "您的訂單已發貨"


def test_what_cannot_be_encoded_is_replaced() -> None:
    assert clean_text("a\ud83db\x00c") == "a\ufffdb\ufffdc"
    assert clean_text("\ud83d\ude00") == "😀"


@given(st.text(alphabet=st.characters(codec=None, categories=None)))
def test_cleaned_text_can_always_be_encoded(raw: str) -> None:
    assert clean_text(raw).encode().decode() == clean_text(raw)


@given(st.lists(PIECES, max_size=200).map("".join), st.integers(2, 40))
@settings(max_examples=150)
def test_parts_join_to_the_text_and_fit(text: str, limit: int) -> None:
    parts = split_message(text, limit)

    assert "".join(parts) == text
    assert all(utf16_units(part) <= limit for part in parts)


@given(st.lists(st.sampled_from(["word", "你好。", "x ", "好\n", "。"]), max_size=120).map("".join))
def test_no_part_is_blank_while_spaces_are_short(text: str) -> None:
    parts = split_message(text, 24)

    assert all(part.strip() for part in parts)


def test_a_part_ends_at_the_best_border() -> None:
    assert split_message("一二三四五六七。\n\n八九十。甲乙丙丁", 14)[0] == "一二三四五六七。\n\n"
    assert split_message("one two three four", 10) == ["one two ", "three four"]


def test_a_grapheme_is_cut_only_when_it_is_longer_than_a_message() -> None:
    zalgo = "a" + "\u0301" * 50

    assert split_message("ab" + FAMILY + "cd", 12) == ["ab", FAMILY + "c", "d"]
    assert all(utf16_units(part) <= 20 for part in split_message(zalgo, 20))


def test_a_lone_surrogate_does_not_stop_the_splitting() -> None:
    assert "".join(split_message("\ud83d" * 30, 7)) == "\ud83d" * 30


@pytest.mark.parametrize(
    ("hours", "zh", "en"),
    [
        (6.5, "今天 18:30", "today at 18:30"),
        (24, "明天 12:00", "tomorrow at 12:00"),
        (48, "后天 12:00", "Monday at 12:00"),
        (-24, "昨天 12:00", "yesterday at 12:00"),
        (24 * 4, "周三 12:00", "Wednesday at 12:00"),
        (24 * 12, "12月3日 12:00", "3 December at 12:00"),
        (24 * 60, "2027年1月20日 12:00", "20 January 2027 at 12:00"),
    ],
)
def test_a_time_is_told_as_people_say_it(hours: float, zh: str, en: str) -> None:
    moment = NOON + timedelta(hours=hours)

    assert format_when(moment, now=NOON, language=Language.ZH_HANS, tz=SHANGHAI) == zh
    assert format_when(moment, now=NOON, language=Language.EN, tz=SHANGHAI) == en


def test_the_day_is_the_customers_and_not_utc() -> None:
    late = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)

    assert format_when(late, now=NOON, language=Language.ZH_HANT, tz=SHANGHAI) == "明天 01:00"


def test_of_several_words_the_longest_counts_and_a_latin_one_stands_alone() -> None:
    found = re2.compile(one_of(["退", "退货", "no", "c.o.d"]))

    assert found.findall("要退货 say no to nobody, cxoxd") == ["退货", "no"]
