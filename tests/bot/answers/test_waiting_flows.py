import pytest

from bot.understanding.reading import Intent
from handoff.conversation import Holder
from handoff.words import WordKind
from tests.chat import Chat, ScriptedReader, chat_in, text_of


async def waiting_in(tongue: str) -> Chat:
    chat = chat_in(tongue)
    await chat.says("转人工" if tongue.startswith("zh") else "I want to speak to a human please")
    return chat


@pytest.mark.parametrize(
    ("tongue", "asked", "told"),
    [
        ("en", "while I wait, what is your return policy?", "within 7 days"),
        ("en", "and who pays for the return shipping?", "postage"),
        ("zh-Hans", "对了，发票可以补开吗", "申请发票"),
    ],
)
async def test_a_new_standard_question_of_who_waits_is_answered(tongue, asked, told):
    chat = await waiting_in(tongue)

    outcome = await chat.says(asked)

    assert told in text_of(outcome)
    assert chat.holder is Holder.QUEUE
    assert chat.state.case is not None
    assert outcome.open_case is None


@pytest.mark.parametrize(("tongue", "remark"), [("en", "hmm the blue thing"), ("zh-Hans", "唉")])
async def test_an_idle_remark_of_who_waits_meets_no_second_line(tongue, remark):
    chat = await waiting_in(tongue)
    chat.reader = ScriptedReader()
    unclear = {"intent": Intent.COMPLAINT, "confidence": 0.4}
    await chat.says("my coat" if tongue == "en" else "是我的外套", **unclear)

    assert text_of(await chat.says(remark, **unclear)) == ""


@pytest.mark.parametrize(
    ("tongue", "words"), [("zh-Hans", "快点啊"), ("en", "how long will it take?")]
)
async def test_impatience_of_who_waits_is_met_with_place_and_time(tongue, words):
    chat = await waiting_in(tongue)

    assert "3" in text_of(await chat.says(words))
    assert "30" in chat.said[-1]


async def test_who_waits_and_tells_of_danger_hears_at_once_what_to_do_and_once():
    chat = await waiting_in("en")

    told = await chat.says("the charger caught fire and burned my hand")
    again = await chat.says("my hand is burned and it still smokes")

    assert "Please stop using the item" in text_of(told)
    assert told.words[0].kind is WordKind.NOTICE
    assert "Please stop using" not in text_of(again)


async def test_an_order_chosen_from_the_list_is_told_while_they_wait():
    chat = await waiting_in("en")
    await chat.shares("+12025550102")

    assert "Order W1000015" in text_of(await chat.says("The cotton one"))


async def test_what_waits_for_the_agent_is_not_taken_for_a_question():
    chat = chat_in("zh-Hans")
    await chat.says("202611050001 笔记本充不进电，转人工")

    told = [text_of(await chat.says(said)) for said in ("刚收到三天", "送到门卫也行")]

    assert not any("天送到" in one or "发起查找" in one for one in told)


async def test_what_is_added_about_an_order_is_not_looked_up():
    chat = chat_in("zh-Hans", "W1000014")
    await chat.says("W1000014 送到了但是我没收到，转人工")

    added = text_of(await chat.says("门口没有"))
    asked = text_of(await chat.says("现在到哪了"))

    assert "正在派送" not in added
    assert "正在派送" in asked
