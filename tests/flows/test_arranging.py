"""A return, a cancellation and a new address, from the wish to the shop's number."""

from dataclasses import replace

import pytest

from bot.sandbox.client import Seen
from handoff.conversation import Holder
from handoff.knowledge import OrderStatus
from handoff.packet import decode_packet
from tests.flows.product import Product

EMMA, MEI_LING, LIN_YUE = 10002, 10003, 10001
HOME = "Emma Clark, 12 Elm Street, Springfield 12345"


async def press(product: Product, customer: int, seen: Seen, label: str) -> Seen:
    """Press the button with this label, and wait for what it brings."""
    last = (await product.phone.history(customer))[-1].id
    await product.phone.press(customer, seen.id, text=label)
    bubbles = await product.phone.wait_until(
        customer, lambda bubbles: bubbles[-1].from_bot and bubbles[-1].id > last
    )
    return bubbles[-1]


async def offered(product: Product, customer: int, wish: str) -> Seen:
    """Say a wish, prove the account, and hear what would be done."""
    await product.ask(customer, wish)
    return await product.ask(customer, tail_of(product, customer))


def tail_of(product: Product, customer: int) -> str:
    return product.exchange.world.customers[customer].phone[-4:]


async def test_return_is_asked_for_step_by_step_confirmed_and_started(product: Product) -> None:
    reason = await offered(product, MEI_LING, "我要退 W1000003，麻煩辦理退貨")
    unused = await press(product, MEI_LING, reason, "不喜歡或不合適")
    restated = await press(product, MEI_LING, unused, "是")
    told = await press(product, MEI_LING, restated, "可以，請辦理")

    deed = next(iter(product.shop.deeds.values()))
    assert "原因" in reason.text
    assert "運費由您承擔" in restated.text
    assert "羊毛圍巾" in restated.text
    assert (deed.kind, deed.order_no) == ("returns", "W1000003")
    assert "returns/no-reason@" in deed.verdict
    assert (await product.remembered(MEI_LING)).done[0].number in told.text


async def test_return_of_what_is_under_way_is_refused_with_another_way(product: Product) -> None:
    told = await offered(product, LIN_YUE, "我想退货 W1000001")

    assert "拒收" in told.text
    assert product.shop.deeds == {}
    assert (await product.conversation(LIN_YUE)).holder is Holder.BOT


async def test_return_confirmed_twice_counts_once(product: Product) -> None:
    reason = await offered(product, MEI_LING, "我想退貨 W1000003")
    restated = await press(
        product, MEI_LING, await press(product, MEI_LING, reason, "不喜歡或不合適"), "是"
    )
    first = await press(product, MEI_LING, restated, "可以，請辦理")
    second = await press(product, MEI_LING, restated, "可以，請辦理")

    number = (await product.remembered(MEI_LING)).done[0].number
    assert len(product.shop.deeds) == 1
    assert number in first.text
    assert number in second.text


@pytest.mark.parametrize(
    ("customer", "wish"),
    [
        (EMMA, "Please cancel order W1000002"),
        (EMMA, f"Please change the delivery address of W1000002 to {HOME}"),
        (MEI_LING, "我想退貨 W1000003，不合適，全新沒用過"),
    ],
)
async def test_shop_that_is_away_at_the_yes_leaves_it_to_a_person_with_everything(
    product: Product, customer: int, wish: str
) -> None:
    restated = await offered(product, customer, wish)
    product.shop.down = True

    await press(product, customer, restated, restated.buttons[0])

    case = await product.case_of(customer)
    packet = decode_packet(await product.store.cases.packet(case.id))
    facts = {fact.label: fact.value for fact in packet.facts}
    assert case.reason == "act_away"
    assert "granted" in packet.verdict
    assert facts["operation"].startswith(facts["arranging"])
    assert product.shop.deeds == {}


async def test_cancellation_is_agreed_to_in_words_and_told_with_a_date(product: Product) -> None:
    restated = await offered(product, EMMA, "Please cancel order W1000002")
    told = await product.ask(EMMA, "yes please")
    again = await product.ask(EMMA, "please cancel order W1000002")

    assert "Shall I go ahead?" in restated.text
    assert "goes back the way it came by" in told.text
    assert "it counts once" in again.text
    assert [deed.kind for deed in product.shop.deeds.values()] == ["cancel"]


async def test_cancellation_of_what_left_is_refused_and_starts_nothing(product: Product) -> None:
    told = await offered(product, LIN_YUE, "帮我取消订单 W1000001")

    assert "拒收" in told.text
    assert product.shop.deeds == {}


async def test_order_that_left_before_the_yes_is_judged_again(product: Product) -> None:
    restated = await offered(product, EMMA, "Please cancel order W1000002")
    order = product.shop.orders["W1000002"]
    product.shop.orders["W1000002"] = replace(order, status=OrderStatus.SHIPPED)

    told = await press(product, EMMA, restated, "Yes, go ahead")

    assert "refuse it at the door" in told.text
    assert product.shop.deeds == {}


async def test_cancellation_is_left_when_the_customer_thinks_again(product: Product) -> None:
    restated = await offered(product, EMMA, "Please cancel order W1000002")
    dropped = await product.ask(EMMA, "never mind")
    old = await press(product, EMMA, restated, "Yes, go ahead")

    assert "left everything as it was" in dropped.text
    assert "start afresh" in old.text
    assert product.shop.deeds == {}


async def test_address_is_taken_as_written_restated_and_changed(product: Product) -> None:
    asked = await offered(product, EMMA, "I want to change the delivery address of W1000002")
    restated = await product.ask(EMMA, HOME)
    told = await press(product, EMMA, restated, "Yes, go ahead")

    deed = next(iter(product.shop.deeds.values()))
    assert "full address" in asked.text
    assert HOME in restated.text
    assert deed.details == HOME
    assert (await product.remembered(EMMA)).done[0].number in told.text


async def test_address_of_what_was_delivered_stays_and_another_way_is_told(
    product: Product,
) -> None:
    told = await offered(product, MEI_LING, "幫我改地址 W1000003")

    assert "已經送達" in told.text
    assert product.shop.deeds == {}


async def test_slow_shop_brings_one_line_and_then_the_number(product: Product) -> None:
    restated = await offered(product, EMMA, "Please cancel order W1000002")
    product.shop.delay_seconds = 2.65

    meanwhile = await press(product, EMMA, restated, "Yes, go ahead")
    bubbles = await product.phone.wait_until(
        EMMA, lambda seen: seen[-1].from_bot and seen[-1].id > meanwhile.id
    )

    assert "Done" not in meanwhile.text
    assert "is cancelled" in bubbles[-1].text
    assert len(product.shop.deeds) == 1


async def test_another_question_on_the_way_is_answered_and_the_return_goes_on(
    product: Product,
) -> None:
    await offered(product, MEI_LING, "我想退貨 W1000003")
    aside = await product.ask(MEI_LING, "你們幾點上班？")
    reason = await press(product, MEI_LING, aside, "繼續剛才的辦理")

    assert "原因" in reason.text
