import pytest

from bot.understanding.reading import Intent, Signal
from handoff.conversation import MessageKind
from tests.chat import text_of, trained_reader

LIN = "+8613900001001"
TRACK = {"intent": Intent.LOGISTICS_TRACKING}


async def test_orders_named_in_one_breath_are_all_told(english):
    english.remember(proven=("W1000001", "W1000002"))

    told = text_of(await english.says("Where is W1000001?", "And W1000002?", **TRACK))

    assert "SF Express SF1234567890123: On the way." in told
    assert "being packed" in told


@pytest.mark.parametrize(
    ("first", "intent"),
    [
        ("thanks a lot!", Intent.GREETING_THANKS),
        ("My card says do_not_honor", Intent.PAYMENT_ERROR),
        ("Can I change my address?", Intent.ADDRESS_CHANGE),
    ],
)
async def test_an_order_asked_for_in_a_message_of_its_own_is_told_whatever_stands_before(
    english, first, intent
):
    english.remember(proven=("W1000002",))
    second = "Where is W1000002?"
    english.reader.means(first, intent)
    english.reader.means(second, Intent.ORDER_STATUS)
    english.reader.means(f"{first}\n{second}", intent)

    told = text_of(await english.says(first, second))

    assert "Order W1000002" in told


async def test_a_person_wished_for_in_a_message_of_its_own_comes_whatever_else_is_asked(english):
    first, second = "A human please", "Where is W1000002?"
    wish = frozenset({Signal.ASKS_PERSON})
    english.reader.means(first, Intent.HUMAN_REQUEST, signals=wish)
    english.reader.means(second, Intent.ORDER_STATUS)
    english.reader.means(f"{first}\n{second}", Intent.ORDER_STATUS)

    outcome = await english.says(first, second)

    assert outcome.open_case is not None
    assert outcome.open_case.reason == "explicit_request"


async def test_many_orders_are_told_in_a_line_each(english):
    numbers = ("W1000001", "W1000002", "W1000003", "W1000005")
    english.remember(proven=numbers)

    told = text_of(await english.says(*(f"Where is {number}?" for number in numbers), **TRACK))

    assert [number for number in numbers if f"Order {number}" not in told] == []
    assert "SF1234567890123" not in told


async def test_of_several_unproved_orders_one_is_asked_for_and_the_others_are_named(english):
    english.remember(proven=("W1000002",))

    told = text_of(await english.says("Where are W1000001, W1000002 and W1000003?", **TRACK))

    assert "being packed" in told
    assert "last four digits" in told
    assert told.index("W1000001") < told.index("go on with W1000003")


async def test_a_waybill_beside_an_order_is_told_too(english):
    english.remember(proven=("W1000002",))

    told = text_of(await english.says("Where is W1000002?", "And YT1234567890123?", **TRACK))

    assert "being packed" in told
    assert "YT1234567890123" in told


async def test_a_shop_that_is_away_is_said_for_every_order_that_was_named(english):
    english.shop.down = True

    told = text_of(await english.says("Where is W1000001?", "And W1000002?", **TRACK))

    assert "W1000001" in told
    assert "W1000002" in told


@pytest.mark.parametrize("first", [Intent.INVOICE, Intent.REFUND_STATUS])
async def test_a_refund_asked_about_beside_an_invoice_is_answered_in_any_order(chat, first):
    both = (Intent.INVOICE, Intent.REFUND_STATUS)
    intents = both if first is Intent.INVOICE else both[::-1]

    told = await chat.says("发票怎么开\n退款多久到账", intent=first, intents=intents)

    assert "电子发票" in text_of(told)
    assert "原路退回" in text_of(told)


async def test_the_goods_a_customer_names_tell_which_of_their_orders_is_meant(chat):
    await chat.shares(LIN)

    told = text_of(await chat.says("我的眼罩到哪了", **TRACK))

    assert "W1000001" in told
    assert "3 个订单" not in told


async def test_orders_asked_for_beside_an_album_are_all_told(chat):
    await chat.shares(LIN)
    await chat.says("W1000011 到哪了", **TRACK)
    chat.reader = trained_reader()
    photo = chat.message("照片", MessageKind.PHOTO)
    asked = (chat.message("我的订单到哪了 W1000001"), chat.message("帮我查一下 W1000012"))

    told = text_of(await chat.hears(photo, *asked))

    assert "真丝眼罩" in told
    assert "瑜伽垫" in told
