"""What is added about an order in view: refused, sent back, changed, brought later, long due."""

import pytest

from handoff.packet import decode_packet
from tests.chat import chat_in, text_of


async def after(tongue: str, number: str, *texts: str):
    chat = chat_in(tongue, number)
    for text in texts[:-1]:
        await chat.says(text)
    return chat, await chat.says(texts[-1])


async def test_who_refused_the_parcel_is_not_told_to_refuse_it():
    chat, told = await after("en", "W1000001", "I refused the parcel W1000001, when is my refund")
    again = await chat.says("it says in transit, but i refused yesterday")

    assert "As you refused it" in text_of(told)
    assert "refuse it at the door" not in text_of(told)
    assert "Due with you" not in text_of(again)


@pytest.mark.parametrize("text", ["i have sent the return, W1000019", "W1000019 我已经寄回了"])
async def test_what_was_sent_back_is_not_asked_back(text):
    chat, told = await after("en" if text.isascii() else "zh-Hans", "W1000019", text)

    assert chat.state.form is None
    assert "48" in text_of(told)
    assert told.open_case is None


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("W1000018", "can they come tomorrow morning"),
        ("W1000013", "i cant go until wednesday"),
        ("W1000014", "please leave it with the doorman"),
        ("W1000014", "麻烦晚上送，我下班才到家"),
    ],
)
async def test_a_wish_for_the_courier_goes_to_a_person_with_the_order(number, text):
    tongue = "en" if text.isascii() else "zh-Hans"
    _chat, told = await after(tongue, number, f"{number} where is it", text)

    assert told.open_case is not None
    assert told.open_case.reason == "parcel"


async def test_a_question_about_the_courier_is_answered():
    _chat, told = await after("en", "W1000014", "track W1000014", "can he come after 7?")

    assert told.open_case is None
    assert "evening" in text_of(told)


async def test_who_asked_everybody_has_the_parcel_looked_for():
    chat, told = await after(
        "en", "W1000019", "where is W1000019", "i checked already, nobody has it"
    )

    assert chat.state.form is not None
    assert chat.state.form.policy == "parcel_trouble"
    assert "Shall I go ahead?" in text_of(told)


async def test_a_refund_out_for_weeks_is_for_a_person():
    _chat, told = await after(
        "en", "W1000015", "where is my refund for W1000015", "its been 20 days"
    )

    assert told.open_case is not None


async def test_part_of_the_money_for_kept_goods_is_for_a_person():
    chat, told = await after(
        "en", "W1000019", "W1000019 one shoe has a scratch, partial refund please"
    )

    assert chat.state.form is None
    assert told.open_case is not None


async def test_another_number_of_what_has_not_left_is_changed_by_a_person():
    _chat, told = await after("en", "W1000002", "i want only 1 shirt instead of 2. W1000002")

    assert "number can still be changed" in text_of(told)
    assert told.open_case is not None


async def test_what_is_still_to_come_of_a_split_order_is_not_missing():
    chat, told = await after("en", "W1000016", "only got the coat, gloves missing W1000016")

    assert chat.state.form is None
    assert "follows in a parcel of its own" in text_of(told)
    assert "photo" not in text_of(told)


async def test_what_was_started_is_told_once_more_to_who_asks_how_long():
    chat, _told = await after(
        "en", "W1000019", "W1000019 says delivered but i did not get it", "yes"
    )
    await chat.says("yes")

    told = await chat.says("how long does that take")

    assert "you hear from us by" in text_of(told)
    assert "ask family" not in text_of(told)


async def test_the_money_of_a_cancelled_order_comes_when_it_was_said():
    chat, _told = await after("en", "W1000002", "cancel W1000002")
    done = text_of(await chat.says("yes"))

    told = text_of(await chat.says("when do i get the money"))

    when = done.partition("by ")[2].partition(".")[0]
    assert when
    assert when in told


@pytest.mark.parametrize("text", ["那我怎么寄", "寄到哪里"])
async def test_how_it_is_sent_back_is_told_once_it_is_arranged(text):
    chat, _told = await after("zh-Hans", "W1000003", "W1000003 退货，不喜欢，没穿过", "好")

    told = text_of(await chat.says(text))

    assert chat.state.done
    assert "退货地址" in told


async def test_the_money_of_one_order_has_not_the_time_of_another():
    chat, _told = await after("en", "W1000002", "cancel W1000002", "yes")
    chat.remember(proven=("W1000002", "W1000019"))
    await chat.says("return the navy sneakers W1000019, too small, never worn")
    await chat.says("no")

    told = text_of(await chat.says("when do I get the money for W1000002?"))

    assert "working days" in told
    assert "S" + chat.state.done[0].number[1:] not in told


async def test_what_is_graver_and_told_while_they_wait_stands_first_in_the_packet():
    chat, handed = await after("en", "W1000002", "cancel the belt only from W1000002")

    told = await chat.says("my kettle burnt my hand, I am talking to a lawyer")

    packet = decode_packet(told.patch_packet)
    assert handed.open_case.reason == "verdict"
    assert told.patch_priority == "urgent"
    assert packet.wants.startswith("my kettle burnt my hand")
    assert packet.wants.endswith("cancel the belt only from W1000002")
    assert "lawyer" in packet.evidence
