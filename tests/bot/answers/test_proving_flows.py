"""What a customer asks about the number or the digits we ask for."""

import pytest

from tests.chat import chat_in, text_of

_ORDER = {"zh-Hans": "我的订单到哪了", "en": "where is my order"}
_DIGITS = {"zh-Hans": "我的订单W1000001到哪了", "en": "where is my order W1000001"}


async def _asked(tongue, first):
    chat = chat_in(tongue)
    await chat.says(first[tongue])
    return chat


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("why do you need that", "keeps your order safe"),
        ("i don't want to give my number", "keeps your order safe"),
        ("the digits of which phone?", "messages about the order go to"),
        ("i changed my phone number", "an old one counts too"),
        ("it was a gift", "whoever placed the order"),
    ],
)
async def test_who_asks_about_the_digits_is_told_and_they_stay_asked_for(said, told):
    chat = await _asked("en", _DIGITS)

    answer = text_of(await chat.says(said))
    after = await chat.says("1001")

    assert told in answer
    assert "On its way" in text_of(after)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("为什么要手机号", "保护您的订单"),
        ("哪个手机", "能收到订单短信的那个手机号"),
        ("朋友帮我买的，不知道手机号", "下单人的手机号"),
    ],
)
async def test_the_same_in_chinese(said, told):
    chat = await _asked("zh-Hans", _DIGITS)

    assert told in text_of(await chat.says(said))


async def test_who_lacks_the_number_hears_who_has_it():
    chat = await _asked("en", _ORDER)

    assert "whoever placed it" in text_of(await chat.says("my husband ordered it for me"))
    assert "find exactly your order" in text_of(await chat.says("what do you need it for"))


async def test_a_matter_of_its_own_is_none_of_the_proof():
    chat = await _asked("en", _DIGITS)

    told = text_of(await chat.says("I forgot to use my coupon, can I still use it?"))

    assert "last four digits" not in told
    assert "coupon" in told


async def test_while_the_number_for_a_return_is_awaited_a_plain_question_is_answered():
    chat = chat_in("en")
    await chat.says("i want to return something")

    told = text_of(await chat.says("do you have an app"))
    who = text_of(await chat.says("who are you"))

    assert "app store" in told
    assert "automated assistant" in who


async def test_another_thing_that_broke_is_no_order_of_a_list():
    chat = await _asked("zh-Hans", _DIGITS)

    told = text_of(await chat.says("另外那个台灯坏了"))

    assert "15 天内可以换新" in told


@pytest.mark.parametrize("phone", ["my phone number is +12025550102", "+1 202-555-0102"])
async def test_a_phone_that_is_typed_is_kept_for_the_order_that_follows(phone):
    chat = await _asked("en", _ORDER)

    typed = await chat.says(phone)
    told = await chat.says("W1000016")

    assert typed.words[0].body.ask_contact
    assert not typed.open_case
    assert "Part of it is on its way" in text_of(told)


async def test_a_phone_to_call_back_is_for_a_person():
    chat = await _asked("en", _ORDER)

    assert (await chat.says("please have someone call me on +12025550102")).open_case


async def test_a_phone_that_is_typed_for_the_digits_goes_on_with_what_is_arranged():
    chat = chat_in("en")
    await chat.says("i want another size of W1000002")

    told = await chat.says("my phone number is +12025550102")

    assert "colour, size and number can still be changed" in text_of(told)
