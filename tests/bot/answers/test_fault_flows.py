"""A fault told of goods that the shop's record has not yet at the customer's."""

from tests.chat import actions_of, chat_in, text_of


def pressed(outcome, ending):
    return next(action for action in actions_of(outcome) if action.endswith(ending))


async def test_a_fault_of_goods_that_never_left_asks_for_the_other_order():
    chat = chat_in("en", "W1000002", "W1000016")
    told = text_of(await chat.says("my mug arrived broken, order W1000002"))
    other = await chat.says("oh sorry it's W1000016")

    assert "has not left our warehouse yet" in told
    assert "cancel" not in told
    assert "Which item" in text_of(other)


async def test_a_fault_of_goods_on_their_way_is_believed_and_asked_when_they_came():
    chat = chat_in("en", "W1000001")
    item = await chat.says("W1000001 arrived and one candle is cracked")
    day = await chat.presses(pressed(item, "item:0"))

    assert "Which item" in text_of(item)
    assert "refuse it at the door" not in text_of(item) + text_of(day)
    assert "On which day" in text_of(day)


async def test_what_came_with_a_fault_is_taken_back_by_nobody():
    chat = chat_in("zh-Hans", "W1000001")
    await chat.says("W1000001 收到的眼罩是坏的")

    told = await chat.says("对，我已经收到了，坏的")

    assert "什么都没有改动" not in text_of(told)
