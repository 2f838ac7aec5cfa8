import pytest

from bot.understanding.reading import Entities, Intent, Signal
from handoff.conversation import Contact
from handoff.words import WordKind
from tests.chat import Chat, actions_of, text_of

LIN = "+8613900001001"
TRACK = {"intent": Intent.LOGISTICS_TRACKING}


async def test_slots_are_asked_one_at_a_time_and_none_twice(chat):
    asked_number = await chat.says("我的快递到哪了", **TRACK)
    asked_tail = await chat.says("W1000001", intent=Intent.ORDER_STATUS)
    told = await chat.says("1001")

    assert "W1000001，或 12 位数字" in text_of(asked_number)
    assert asked_number.words[0].body.ask_contact == "分享我的手机号"
    assert "后四位" in text_of(asked_tail)
    assert "运输中" in text_of(told)
    assert len(set(chat.said)) == 3


async def test_the_proof_outlives_the_question(chat):
    await chat.says("W1000001 到哪了", **TRACK)
    await chat.says("1001")

    again = await chat.says("现在呢", **TRACK)

    assert "正在路上" in text_of(again)
    assert "后四位" not in text_of(again)


async def test_a_shared_phone_lists_the_orders_as_buttons(chat):
    await chat.says("查快递", **TRACK)

    listed = await chat.shares(LIN)
    opened = await chat.presses("track:W1000001")

    assert "3 个订单" in text_of(listed)
    assert "track:W1000001" in actions_of(listed)
    assert "运输中" in text_of(opened)


async def test_an_order_asked_for_beside_another_matter_needs_no_second_proof(chat):
    await chat.shares(LIN)
    await chat.says("W1000001 到哪了", **TRACK)

    both = (Intent.INVOICE, Intent.LOGISTICS_TRACKING)
    told = text_of(await chat.says("发票怎么开？还有我的快递呢", intent=both[0], intents=both))

    assert "正在路上" in told
    assert "后四位" not in told


async def test_a_single_order_of_the_phone_is_told_at_once(english):
    english.contact = Contact(name="Noah", language="en")

    told = await english.shares("+12025550105")

    assert "W1000005" in text_of(told)


async def test_a_phone_without_orders_is_asked_for_a_number(english):
    told = await english.shares("+12025550107")

    assert "There is no order under this number yet" in text_of(told)


@pytest.mark.parametrize("phone", ["", "+12025550107"])
async def test_unknown_and_foreign_orders_get_the_same_words_all_the_way(phone):
    async def tell(number: str) -> list[str]:
        chat = Chat(tongue="zh-Hans")
        chat.remember(contact=Contact(phone=phone))
        for text in (f"{number} 到哪了", "9999", "8888"):
            await chat.says(text, **TRACK)
        return [said.replace(number, "?") for said in chat.said]

    foreign, unknown = await tell("W1000006"), await tell("W9999999")

    assert foreign == unknown
    assert len(foreign) == 3


async def test_five_wrong_proofs_lead_to_a_person_and_not_to_the_order(chat):
    await chat.says("W1000006 到哪了", **TRACK)
    outcomes = [await chat.says(digits) for digits in ("1111", "2222", "3333", "4444", "5555")]

    assert [outcome.open_case is not None for outcome in outcomes] == [False] * 4 + [True]
    assert outcomes[-1].open_case is not None
    assert outcomes[-1].open_case.reason == "identity"
    assert [word.kind for word in outcomes[-1].words] == [WordKind.NOTICE]
    assert not any("咖啡机" in said for said in chat.said)


async def test_a_locked_order_stays_locked_for_the_right_digits(chat):
    chat.gate.by_order["W1000001"] = 5
    await chat.says("W1000001 到哪了", **TRACK)

    outcome = await chat.says("1001")

    assert outcome.open_case is not None
    assert "真丝眼罩" not in text_of(outcome)


async def test_wrong_digits_are_not_tried_again_with_the_next_message(chat):
    await chat.says("W1000001 到哪了", **TRACK)
    await chat.says("9999")
    await chat.says("到底到哪了", **TRACK)

    assert chat.gate.by_order == {"W1000001": 1}


@pytest.mark.parametrize("number", ["W10001", "W10000011", "20261105", "1234567890123456"])
async def test_a_malformed_order_number_gets_a_hint_with_an_example(chat, number):
    told = await chat.says(f"订单 {number} 到哪了", **TRACK)

    assert f"“{number}” 看起来不完整" in text_of(told)
    assert "W1000001" in text_of(told)


async def test_no_number_at_hand_leads_to_the_phone(english):
    await english.says("Where is my parcel?", **TRACK)

    told = await english.says("I don't have it", intent=Intent.ORDER_STATUS)

    assert "No order number needed" in text_of(told)
    assert told.words[0].body.ask_contact


async def test_somebody_elses_waybill_is_not_told_to_a_bound_account(chat):
    chat.remember(contact=Contact(phone=LIN))

    told = await chat.says("YT1234567890123 到哪了", **TRACK)

    assert "武汉" not in text_of(told)


async def test_a_shop_that_is_away_is_said_and_the_proof_waits(chat):
    await chat.says("W1000001 到哪了", **TRACK)
    chat.shop.down = True
    away = await chat.says("1001")
    chat.shop.down = False

    again = await chat.presses("again")

    assert "没有回应" in text_of(away)
    assert "again" in actions_of(away)
    assert away.open_case is None
    assert "运输中" in text_of(again)


async def test_an_order_link_chooses_the_order_and_proves_nothing(chat):
    told = await chat.commands("start", "W1000001")

    assert "W1000001" in text_of(told)
    assert "后四位" in text_of(told)


async def test_an_order_in_a_problem_is_weighed_before_it_is_proved(chat):
    outcome = await chat.says(
        "订单 202611050001 的电脑坏了",
        intent=Intent.COMPLAINT,
        signals=frozenset({Signal.PROBLEM}),
    )

    assert outcome.open_case is not None
    assert outcome.open_case.reason == "high_value"
    assert "笔记本" not in text_of(outcome)
    assert "6,299" not in text_of(outcome)


async def test_digits_and_number_in_one_message_are_enough(chat):
    entities = Entities(order_no=("W1000001",), phone_tail=("1001",))

    told = await chat.says("W1000001 尾号1001 到哪了", entities=entities, **TRACK)

    assert "运输中" in text_of(told)


@pytest.mark.parametrize("text", ["W1000001 1001", "W1000001，1001", "W1000001/1001。"])
async def test_an_order_number_and_bare_digits_are_enough(chat, text):
    entities = Entities(order_no=("W1000001",))

    assert "运输中" in text_of(await chat.says(text, entities=entities, **TRACK))


async def test_a_phone_without_orders_is_not_told_so_again_and_again(english):
    await english.shares("+12025550107")

    again = await english.says("so where is it", intent=Intent.ORDER_STATUS)
    await english.says("and now?", intent=Intent.ORDER_STATUS)
    third = await english.says("hm", intent=Intent.ORDER_STATUS)

    assert "I still need the order number" in text_of(again)
    assert third.open_case is not None
