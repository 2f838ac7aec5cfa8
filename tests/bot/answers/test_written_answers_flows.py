"""What is taken as a customer writes it, and what is not: sizes, addresses, parts of an order."""

import pytest

from tests.chat import chat_in, text_of

SWAP = "exchange the navy sneakers W1000019, too small, unused"


async def test_part_of_an_order_stays_the_part_while_the_order_is_proved():
    chat = chat_in("en")
    await chat.says("cancel the belt only from W1000002")

    told = await chat.says("0102")

    assert "only Canvas belt" in text_of(told)
    assert "whole of order" not in text_of(told)


@pytest.mark.parametrize("text", ["yes", "ok", "not worn", "hmm", "how long will that take"])
async def test_what_names_no_size_is_not_taken_for_one(text):
    chat = chat_in("en", "W1000019")
    asked = await chat.says(SWAP)

    await chat.says(text)

    assert "Which size" in text_of(asked)
    assert "variant" not in (chat.state.form.told if chat.state.form else {})


async def test_a_size_is_corrected_before_it_is_booked():
    chat = chat_in("en", "W1000019")
    await chat.says(SWAP)
    await chat.says("9")

    told = await chat.says("make it 9.5")

    assert "9.5)" in text_of(told)


async def test_a_size_told_at_once_is_not_asked_for():
    chat = chat_in("en", "W1000019")

    told = await chat.says("exchange the navy sneakers W1000019 for size 9, unused")

    assert "size 9)" in text_of(told)


async def test_a_size_is_no_answer_to_whether_it_is_unused():
    chat = chat_in("en", "W1000019")
    await chat.says("exchange the navy sneakers W1000019 for a bigger size")

    told = await chat.says("they are 8")

    assert "Is it unused" in text_of(told)


@pytest.mark.parametrize("text", ["can i pick it up instead", "does it delay the parcel"])
async def test_a_question_is_no_address(text):
    chat = chat_in("en", "W1000002")
    await chat.says("change the address of W1000002")

    told = await chat.says(text)

    assert f"goes to this address: {text}" not in text_of(told)


async def test_an_address_told_before_it_is_asked_for_is_kept():
    chat = chat_in("en", "W1000001")
    await chat.says("change the address W1000001")
    await chat.says("my office, Zhangyang Road 500, Pudong, Shanghai")

    told = await chat.says("yes")

    assert "Zhangyang Road 500" in text_of(told)


async def test_what_is_not_wanted_is_not_begun():
    chat = chat_in("en", "W1000019")

    await chat.says("i dont want to exchange W1000019 i want refund")

    assert chat.state.form is not None
    assert chat.state.form.policy == "returns"


@pytest.mark.parametrize(
    "text",
    [
        "where's W1000001 1001",
        "order W1000001, phone 1001",
        "return W1000001, phone ends 1001",
        "帮我查一下W1000001，尾号1001，到哪了",
    ],
)
async def test_digits_given_with_the_number_prove_it(text):
    chat = chat_in("zh-Hans")

    await chat.says(text)

    assert "W1000001" in chat.state.proven


@pytest.mark.parametrize("text", ["where is W1000001, placed in 2025", "W1000001 1299元 还没到"])
async def test_a_year_or_a_price_behind_the_number_proves_nothing_and_fails_nothing(text):
    chat = chat_in("zh-Hans")

    told = await chat.says(text)

    assert chat.state.asks == "phone_tail"
    assert chat.gate.by_order == {}
    assert told.open_case is None


async def test_a_yes_behind_a_no_meets_what_was_put_aside():
    chat = chat_in("en", "W1000002")
    await chat.says("cancel W1000002")
    await chat.says("no")

    again = await chat.says("actually yes")

    assert "Shall I go ahead?" in text_of(again)
    assert chat.state.done == ()


@pytest.mark.parametrize(("wish", "named"), [("for black ones", "black"), ("换成灰色的", "灰色")])
async def test_a_colour_told_at_once_is_reason_and_wish(wish, named):
    chat = chat_in("en" if wish.isascii() else "zh-Hans", "W1000003")

    told = await chat.says(
        f"exchange W1000003 {wish}, unused" if wish.isascii() else f"W1000003 没穿过，{wish}"
    )

    assert chat.state.form.told["variant"].startswith(named)
    assert chat.state.form.told["reason"] == "size_colour"
    assert "reason" not in text_of(told)
