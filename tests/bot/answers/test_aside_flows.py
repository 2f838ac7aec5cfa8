"""What says nothing by itself is answered by what was told before it."""

import pytest

from tests.chat import actions_of, chat_in, text_of


@pytest.mark.parametrize("text", ["oh i see", "hmm", "ah right", "interesting"])
async def test_who_hums_is_let_be_and_calls_nobody(text):
    chat = chat_in("en")
    await chat.says("how long do refunds take")

    heard = await chat.says(text)

    assert heard.open_case is None
    assert chat.state.misses == 0
    assert len(text_of(heard).split()) < 20


async def test_who_goes_to_look_is_waited_for_and_loses_nothing():
    chat = chat_in("zh-Hans")
    await chat.says("我要退货")
    await chat.says("W1000003")

    waited = await chat.says("稍等，我找一下")
    asked = await chat.says("0103")

    assert waited.open_case is None
    assert "原因" in text_of(asked)


@pytest.mark.parametrize("text", ["are you sure?", "really?"])
async def test_who_doubts_an_order_hears_that_it_is_so(text):
    chat = chat_in("en")
    await chat.says("where is W1000001")
    await chat.says("1001")

    sure = await chat.says(text)

    assert sure.open_case is None
    assert "that is what I have in front of me" in text_of(sure)
    assert "Delivered" not in text_of(sure)


async def test_who_asks_on_behind_an_order_hears_its_next_step():
    chat = chat_in("en")
    await chat.says("my order W1000005")
    await chat.says("0105")

    told = await chat.says("so what do i do")

    assert "pay once more" in text_of(told)


async def test_who_asks_on_behind_an_article_hears_its_next_step_alone():
    chat = chat_in("en")
    first = await chat.says("can i return shoes i wore once")

    told = await chat.says("so what now?")

    assert "send a photo" in text_of(told)
    assert len(text_of(told)) < len(text_of(first))


async def test_who_asks_on_while_something_is_arranged_is_asked_for_what_is_missing():
    chat = chat_in("en", "W1000003")
    await chat.says("I want to return W1000003")

    told = await chat.says("and then?")

    assert "reason" in text_of(told)
    assert "did not quite catch" not in text_of(told)
    assert any(action.endswith("reason:no_reason") for action in actions_of(told))


async def test_a_hum_leaves_what_is_arranged_open():
    chat = chat_in("en", "W1000003")
    await chat.says("I want to return W1000003, please")
    await chat.says("hmm")

    assert "Is it unused" in text_of(await chat.says("no reason really"))


async def test_an_aside_at_the_very_beginning_is_no_aside():
    chat = chat_in("zh-Hans")

    told = await chat.says("真的吗")

    assert told.open_case is None
    assert "看到的就是这样" not in text_of(told)


async def test_who_asks_when_behind_a_parcel_hears_its_day():
    chat = chat_in("en")
    await chat.says("where is W1000001")
    await chat.says("1001")

    assert "Due with you by" in text_of(await chat.says("ok so when"))
