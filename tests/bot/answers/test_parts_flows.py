from dataclasses import replace

import pytest

from handoff.packet import decode_packet
from handoff.shop import Item
from tests.chat import actions_of, chat_in, text_of


def pressed(outcome, ending: str) -> str:
    return next(action for action in actions_of(outcome) if action.endswith(ending))


async def test_some_goods_of_an_order_are_restated_and_told_to_the_shop_as_such():
    chat = chat_in("en", "W1000019")
    restated = await chat.says(
        "I want to return W1000019, just the blue pair, they don't fit and were never worn"
    )
    await chat.presses(pressed(restated, ":yes"))

    [deed] = chat.shop.deeds.values()
    assert "return Canvas sneakers, blue (order" in text_of(restated)
    assert (deed.kind, deed.item) == ("returns", "1")


async def test_how_many_of_one_line_go_back_may_be_said_when_it_is_restated():
    chat = chat_in("zh-Hans", "W1000019")
    pairs = (Item("Canvas sneakers", 2, "clothes"),)
    chat.shop.orders["W1000019"] = replace(chat.shop.orders["W1000019"], items=pairs)

    restated = await chat.says("W1000019 买的帆布鞋大了，没穿过，我要退货")
    fewer = await chat.says("只退一双")
    await chat.presses(pressed(fewer, ":yes"))

    [deed] = chat.shop.deeds.values()
    assert "Canvas sneakers ×2" in text_of(restated)
    assert "Canvas sneakers（2 件中的 1 件）" in text_of(fewer)
    assert deed.item == "0:1"


@pytest.mark.parametrize(
    ("text", "tongue"),
    [
        ("please cancel just the belt from W1000002", "en"),
        ("W1000002 我只想取消腰带，就是 Canvas belt 那件", "zh-Hans"),
    ],
)
async def test_a_part_is_never_cancelled_as_the_whole_order(text, tongue):
    chat = chat_in(tongue, "W1000002")

    handed = await chat.says(text)

    assert chat.shop.deeds == {}
    assert handed.open_case is not None
    facts = {fact.label: fact.value for fact in decode_packet(handed.open_case.packet).facts}
    assert facts["item"] == "Canvas belt ×1"
    assert "Canvas belt" in text_of(handed)
    assert "Linen" not in text_of(handed)


async def test_the_whole_order_is_cancelled_when_its_goods_only_name_it():
    chat = chat_in("en", "W1000002")

    restated = await chat.says("please cancel the order with the linen shirts, W1000002")

    assert "cancel the whole of order W1000002" in text_of(restated)


async def test_a_part_of_what_is_under_way_is_not_sent_back_at_the_door():
    chat = chat_in("zh-Hans", "W1000006")

    told = text_of(await chat.says("W1000006 里的咖啡豆我想退两包，咖啡机我要的"))

    assert "先签收" in told
    assert "拒收" not in told
