import pytest

from bot.formwords import load_form_words
from bot.parts import goods_of, is_some, parts_said
from handoff.shop import Item
from handoff.text import normalise
from tests.chat import SEEDS

WORDS = load_form_words(SEEDS)
KITCHEN = (Item("手冲咖啡机"), Item("咖啡豆 埃塞俄比亚", 3), Item("保温杯", 2))
WARDROBE = (Item("Linen shirt", 2), Item("Canvas belt"), Item("Leather gloves"))
CUPS = (Item("保温杯", 2),)
MUGS = (Item("Travel mug", 4),)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("咖啡机要退", "0"),
        ("豆子和杯子都退", "1,2"),
        ("三包豆子想退掉两包", "1:2"),
        ("退豆子，咖啡机我要的", "1"),
        ("咖啡机留着，其他的都退了吧", "1,2"),
        ("除了保溫杯都退", "0,1"),
        ("第一件和第三件", "0,2"),
        ("全部都退", "*"),
        ("我要退货", ""),
        ("豆子用了2天不喜欢", "1"),
    ],
)
def test_the_goods_that_are_meant_are_told_from_those_that_are_kept(text, meant):
    assert parts_said(normalise(text), KITCHEN, WORDS) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("just the gloves", "2"),
        ("the belt and the glove", "1,2"),
        ("one of the shirts", "0:1"),
        ("I'm keeping the shirts but the belt goes back", "1"),
        ("everything except the belt", "0,2"),
        ("not the belt, the gloves", "2"),
        ("I wore the shirt 1 time", "0"),
        ("the blue one", ""),
        ("all of it", "*"),
    ],
)
def test_goods_are_named_in_english_as_people_do(text, meant):
    assert parts_said(normalise(text), WARDROBE, WORDS) == meant


@pytest.mark.parametrize(
    ("text", "items", "meant"),
    [
        ("只退一个", CUPS, "0:1"),
        ("其中一个坏了", CUPS, "0:1"),
        ("有一条划痕", CUPS, ""),
        ("两个都坏了", CUPS, ""),
        ("only one is broken", MUGS, "0:1"),
        ("3 of the mugs leak", MUGS, "0:3"),
        ("leaks after 2 days", MUGS, ""),
    ],
)
def test_of_one_line_some_may_be_meant(text, items, meant):
    assert parts_said(normalise(text), items, WORDS) == meant


def test_a_bare_number_is_about_the_goods_chosen_before():
    assert parts_said(normalise("只退两包"), KITCHEN, WORDS, "1") == "1:2"


def test_what_is_written_is_read_back_as_goods():
    assert goods_of("1:2,2", KITCHEN) == (Item("咖啡豆 埃塞俄比亚", 2), Item("保温杯", 2))
    assert goods_of("*", KITCHEN) == KITCHEN
    assert goods_of("7", KITCHEN) == KITCHEN
    assert not is_some("0,1,2", KITCHEN)
    assert is_some("1:2", KITCHEN)
