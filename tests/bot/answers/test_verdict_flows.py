from dataclasses import replace
from datetime import timedelta

import pytest

from handoff.knowledge import TrackingStatus
from handoff.shop import Money, Payment
from tests.chat import Chat, chat_in

PARCEL = "SF1234567890456"
PRICE = "Price match W1000001 please: it is cheaper now"


async def _ruled(order_no: str, *texts: str, **changes) -> str:
    chat = chat_in("en", order_no)
    order = await chat.shop.find(order_no)
    chat.shop.orders[order_no] = replace(order, **changes)
    for text in texts:
        await chat.says(text)
    return chat.state.ruled.id.partition("@")[0]


@pytest.fixture
def signed_at():
    return Chat().shop._parcels[PARCEL].events[0].at


@pytest.mark.parametrize("claim", ["it was sent late", "it came late"])
async def test_lateness_the_order_does_not_show_is_for_a_person(claim):
    text = f"W1000002: {claim}, I want compensation"

    assert await _ruled("W1000002", text) == "compensation/goodwill"


async def test_an_order_that_is_late_in_packing_is_made_good():
    late = Chat().now - timedelta(days=1)

    ruled = await _ruled("W1000002", "W1000002 is late, I want compensation", due_at=late)

    assert ruled == "compensation/sent-late"


@pytest.mark.parametrize(
    ("late_by", "ruled"),
    [
        (timedelta(hours=1), "compensation/arrived-late"),
        (-timedelta(hours=1), "compensation/goodwill"),
    ],
)
async def test_a_parcel_that_has_come_was_late_by_when_it_was_signed_for(signed_at, late_by, ruled):
    text = "W1000003 came late, I want compensation"

    assert await _ruled("W1000003", text, due_at=signed_at - late_by) == ruled


@pytest.mark.parametrize(
    ("late_by", "ruled"),
    [
        (timedelta(hours=1), "compensation/arrived-late"),
        (-timedelta(hours=1), "compensation/goodwill"),  # since then it waits to be fetched
    ],
)
async def test_a_parcel_to_be_fetched_was_late_by_when_it_reached_the_shop(late_by, ruled):
    there = Chat().shop._parcels["SF1234567890789"].events[0].at
    text = "W1000013 came late, I want compensation"

    assert await _ruled("W1000013", text, due_at=there - late_by) == ruled


async def test_an_order_that_is_not_paid_is_never_late():
    due = Chat().now - timedelta(days=1)
    text = "W1000011 came late, I want compensation"

    assert await _ruled("W1000011", text, due_at=due) == "compensation/goodwill"


async def test_what_was_wrong_with_the_goods_is_believed():
    text = "W1000003: you sent the wrong item, I want compensation"

    assert await _ruled("W1000003", text) == "compensation/our-parcel"


async def test_a_sum_beyond_the_bots_authority_is_for_a_person():
    text = "W1000003: wrong item, I want compensation of 300 yuan"

    assert await _ruled("W1000003", text) == "compensation/beyond-authority"


@pytest.mark.parametrize(
    ("answers", "ruled"),
    [
        (["Another shop"], "another-shop"),
        (["The price on the page", "no, not the same"], "another-item"),
        (["The price on the page", "yes"], "difference-to-be-seen"),
    ],
)
async def test_a_later_lower_price_is_judged_by_where_and_of_what(answers, ruled):
    assert await _ruled("W1000001", PRICE, *answers) == f"price_protection/{ruled}"


async def test_days_since_a_purchase_count_from_the_payment_not_from_the_order():
    now = Chat().now
    paid = Payment(now - timedelta(days=2), Money("USD", 100), paid=True)
    answers = (PRICE, "The price on the page", "yes")

    of_the_order = await _ruled("W1000001", *answers, placed_at=now - timedelta(days=30))
    of_the_payment = await _ruled(
        "W1000001", *answers, placed_at=now - timedelta(days=30), payments=(paid,)
    )

    assert of_the_order == "price_protection/too-late"
    assert of_the_payment == "price_protection/difference-to-be-seen"


@pytest.mark.parametrize(
    ("country", "ruled"),
    [("DE", "eu-withdrawal"), ("CN", "no-reason-late"), ("", "no-reason-late")],
)
async def test_only_who_is_known_to_live_there_returns_by_the_rules_of_europe(country, ruled):
    chat = chat_in("en", "W1000003")
    parcel, order = chat.shop._parcels[PARCEL], chat.shop.orders["W1000003"]
    signed = replace(parcel.events[0], at=chat.now - timedelta(days=10))
    chat.shop._parcels[PARCEL] = replace(parcel, events=(signed,))
    chat.shop.orders["W1000003"] = replace(order, country=country)

    await chat.says("I want to return W1000003, I changed my mind, it is unworn with tags")

    assert chat.state.ruled.id == f"returns/{ruled}@2"


async def test_a_parcel_the_carrier_has_lost_is_not_looked_for_again():
    chat = chat_in("en", "W1000003")
    chat.shop._parcels[PARCEL] = replace(chat.shop._parcels[PARCEL], status=TrackingStatus.LOST)

    await chat.says("W1000003 never arrived")

    assert chat.state.ruled.id == "parcel_trouble/lost@1"


@pytest.mark.parametrize(
    ("order_no", "rule"),
    [("W1000002", "exchange/not-sent-yet"), ("W1000001", "exchange/not-here-yet")],
)
async def test_goods_to_be_exchanged_are_changed_while_they_are_here(order_no, rule):
    assert await _ruled(order_no, f"I want to swap {order_no} for another size") == rule
