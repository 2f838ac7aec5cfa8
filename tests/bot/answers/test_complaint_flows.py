import pytest

from bot.understanding.reading import Entities, Intent
from handoff.conversation import MessageKind
from tests.chat import Chat, actions_of, text_of

COMPLAINT = {"intent": Intent.COMPLAINT}


@pytest.fixture
def english() -> Chat:
    chat = Chat(tongue="en")
    chat.remember(proven=("W1000003",), order_no="W1000003")
    return chat


async def test_a_complaint_is_heard_before_any_rule_and_then_settled(english):
    heard = await english.says("I have a complaint about order W1000003", **COMPLAINT)
    await english.says("it arrived damaged", **COMPLAINT)
    settled = await english.says("I have no photos", **COMPLAINT)

    assert "What went wrong" in text_of(heard)
    assert "human" in actions_of(heard)
    assert "Which would you like?" in text_of(settled)
    assert any(action.endswith("remedy:resend") for action in actions_of(settled))


async def test_what_went_wrong_may_be_pressed(english):
    heard = await english.says("I have a complaint about order W1000003", **COMPLAINT)

    damaged = next(action for action in actions_of(heard) if action.endswith("damaged"))
    settled = await english.presses(damaged)

    assert "Sorry it was damaged on the way." in text_of(settled)


async def test_a_line_under_a_photo_does_not_bring_the_order_again(english):
    await english.says("Where is W1000003?", intent=Intent.ORDER_STATUS)
    english.reader.means("this is how it looks, W1000003", Intent.ORDER_STATUS)

    told = await english.hears(english.message("this is how it looks, W1000003", MessageKind.PHOTO))

    assert "the photo is kept with order W1000003" in text_of(told)
    assert "Delivered" not in text_of(told)


async def test_a_parcel_named_beside_a_photo_is_looked_up(english):
    waybill = "SF2900000000278"
    english.reader.means(
        f"track {waybill}", Intent.LOGISTICS_TRACKING, entities=Entities(tracking_no=(waybill,))
    )

    told = await english.hears(english.message(f"track {waybill}", MessageKind.PHOTO))

    assert waybill in text_of(told)


@pytest.mark.parametrize("line", ["look W1000001", "Where is W1000001?\nI mean the candle"])
async def test_an_order_not_yet_shown_beside_a_photo_is_looked_up(english, line):
    english.reader.means(line, Intent.ORDER_STATUS, entities=Entities(order_no=("W1000001",)))

    told = await english.hears(english.message(line, MessageKind.PHOTO))

    assert "four digits of the phone number on order W1000001" in text_of(told)


async def test_a_question_in_a_burst_with_a_photo_is_answered(english):
    burst = ("look at this", "Where is W1000003?", "it is the scarf")
    english.reader.means(
        "\n".join(burst), Intent.ORDER_STATUS, entities=Entities(order_no=("W1000003",))
    )

    told = await english.hears(
        english.message(burst[0], MessageKind.PHOTO), *map(english.message, burst[1:])
    )

    assert "Order W1000003" in text_of(told)


async def test_a_code_under_a_photo_is_explained(english):
    english.reader.means(
        "do_not_honor", Intent.PAYMENT_ERROR, entities=Entities(payment_code=("do_not_honor",))
    )

    told = await english.hears(english.message("do_not_honor", MessageKind.PHOTO))

    assert "The bank declined this payment." in text_of(told)
