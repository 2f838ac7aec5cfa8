"""A return, a cancellation and a new address, from the wish to the shop's number."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox.client import Seen
from handoff.conversation import Holder
from handoff.knowledge import OrderStatus
from handoff.packet import decode_packet
from tests.flows.product import Product

EMMA, MEI_LING, LIN_YUE = 10002, 10003, 10001
HOME = "Emma Clark, 12 Elm Street, Springfield 12345"


def data_of(seen: Seen, label: str) -> str:
    """What the button with this label sends; its keyboard may be taken off by now."""
    rows = seen.message["reply_markup"]["inline_keyboard"]
    return next(key["callback_data"] for row in rows for key in row if key["text"] == label)


async def press(product: Product, customer: int, seen: Seen, label: str) -> Seen:
    """Press the button with this label, and wait for what it brings."""
    last = (await product.phone.history(customer))[-1].id
    await product.phone.press_unseen(customer, seen.id, data_of(seen, label))
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
    assert "was closed in the meantime" in old.text
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

    await product.phone.press(EMMA, restated.id, text="Yes, go ahead")
    meanwhile = await product.phone.wait_until(EMMA, lambda seen: seen[-1].id > restated.id)
    told = await product.phone.wait_until(EMMA, lambda seen: "is cancelled" in seen[-1].text)

    assert "still looking" in meanwhile[-1].text
    assert len(told) == len(meanwhile)
    assert len(product.shop.deeds) == 1


async def test_another_question_on_the_way_is_answered_and_the_return_goes_on(
    product: Product,
) -> None:
    await offered(product, MEI_LING, "我想退貨 W1000003")
    aside = await product.ask(MEI_LING, "你們幾點上班？")
    reason = await press(product, MEI_LING, aside, "繼續剛才的辦理")

    assert "原因" in reason.text


async def test_parcel_that_was_not_handed_over_is_searched_for(product: Product) -> None:
    asked = await offered(product, MEI_LING, "包裹 W1000003 顯示簽收但我沒收到")
    restated = await product.ask(MEI_LING, "都問過了")
    told = await press(product, MEI_LING, restated, "可以，請辦理")

    assert "家人、鄰居" in asked.text
    assert "答覆" in told.text
    assert [deed.kind for deed in product.shop.deeds.values()] == ["parcel_trouble"]


async def test_order_that_is_late_is_made_good_within_the_bots_own_authority(
    product: Product,
) -> None:
    order = product.shop.orders["W1000002"]
    product.shop.orders["W1000002"] = replace(order, due_at=order.due_at - timedelta(days=3))

    restated = await offered(
        product, EMMA, "W1000002 has not shipped yet, can I have compensation?"
    )
    told = await press(product, EMMA, restated, "Yes, go ahead")

    assert "USD 3" in restated.text
    assert "voucher" in told.text
    assert (await product.conversation(EMMA)).holder is Holder.BOT


async def test_exchange_asks_what_is_wanted_instead(product: Product) -> None:
    await offered(product, MEI_LING, "我想換貨 W1000003，換個顏色，全新沒用過")
    restated = await product.ask(MEI_LING, "灰色")
    await press(product, MEI_LING, restated, "可以，請辦理")

    deed = next(iter(product.shop.deeds.values()))
    assert "灰色" in restated.text
    assert (deed.kind, deed.details) == ("exchange", "灰色")


async def test_order_is_told_after_a_payment_question(product: Product) -> None:
    await product.ask(LIN_YUE, "付款报错 do_not_honor 怎么办")
    await product.ask(LIN_YUE, "订单 W1000001 发货了吗？")
    told = await product.ask(LIN_YUE, tail_of(product, LIN_YUE))

    assert "W1000001" in told.text
    assert "已发货" in told.text


async def test_three_parcels_in_a_row_are_no_failure_of_the_bot(product: Product) -> None:
    await product.ask(LIN_YUE, "W1000001 到哪了？")
    for number in ("W1000006", "W1000014", "W1000018"):
        await product.ask(LIN_YUE, f"{number} 到哪了？")

    assert (await product.conversation(LIN_YUE)).holder is Holder.BOT
