import pytest

from bot.understanding.reading import Emotion, Intent, Signal
from tests.chat import Chat, actions_of, text_of

ASKED = {"intent": Intent.RETURN_REFUND_POLICY}
MISREAD = {"intent": Intent.OUT_OF_SCOPE, "confidence": 0.9}


@pytest.mark.parametrize(
    ("tongue", "text", "here"),
    [
        ("zh-Hans", "在吗", "在的"),
        ("zh-Hans", "亲，在吗？？", "在的"),
        ("zh-Hant", "在嗎", "在的"),
        ("zh-Hans", "人呢", "在的"),
        ("en", "are you there?", "here"),
        ("en", "hello?? anyone there", "here"),
    ],
)
async def test_whoever_asks_in_the_middle_of_a_talk_whether_we_are_there_hears_a_short_yes(
    tongue, text, here
):
    chat = Chat(tongue=tongue)
    await chat.says("退货运费谁出？", **ASKED)

    told = await chat.says(text, **MISREAD)

    assert here in text_of(told)
    assert len(text_of(told)) < 60
    assert chat.state.misses == 0


async def test_asking_again_and_again_whether_we_are_there_is_no_miss_and_no_case(chat):
    for _ in range(4):
        told = await chat.says("在吗", **MISREAD)

    assert told.open_case is None
    assert chat.state.misses == 0


async def test_a_call_read_as_anger_is_answered_without_regret(english):
    told = await english.says("anyone home?", **MISREAD, emotion=Emotion.ANGRY, intensity=3)

    assert "sorry" not in text_of(told)
    assert told.open_case is None


async def test_a_call_while_something_is_being_arranged_leads_back_to_it(chat):
    await chat.says("我要退货 W1000003", **ASKED)

    told = await chat.says("在吗", **MISREAD)

    assert "接着" in text_of(told) or "等您" in text_of(told)
    assert any(action.startswith("form:") for action in actions_of(told))


async def test_words_that_only_hold_a_call_are_answered_for_what_they_ask(chat):
    told = await chat.says("现在吗？退货运费谁出", **ASKED)

    assert "来回运费" in text_of(told)


async def test_a_call_in_the_queue_hears_the_place_and_the_time(chat):
    await chat.commands("human")

    told = await chat.says("在吗", **MISREAD)

    assert "第 3 位" in text_of(told)


@pytest.mark.parametrize("text", ["lol ok", "never mind the wrapping"])
async def test_nobody_is_greeted_in_the_middle_of_a_talk_without_a_greeting(english, text):
    await english.says("Who pays for the return postage?", **ASKED)

    told = await english.says(text, intent=Intent.GREETING_THANKS, confidence=0.9)

    assert not text_of(told).startswith("H")
    assert "menu" not in text_of(told)


async def test_a_wish_for_a_person_beside_a_call_still_brings_one(chat):
    signals = frozenset({Signal.ASKS_PERSON})

    told = await chat.says("在吗，转人工", intent=Intent.HUMAN_REQUEST, signals=signals)

    assert told.open_case is not None


async def test_whoever_is_being_deceived_hears_what_to_do_before_a_person_comes(chat):
    signals = frozenset({Signal.SECURITY})
    text = "有人冒充客服让我转账"

    told = await chat.says(text, intent=Intent.COMPLAINT, signals=signals, confidence=0.9)

    assert told.open_case is not None
    assert "请马上停下" in text_of(told)
    assert "点“转人工”" not in text_of(told)


async def test_a_question_in_the_queue_never_meets_silence(chat):
    await chat.commands("human")

    for text in ("那我先别用了吗？", "你们到底管不管？"):
        assert "同事" in text_of(await chat.says(text, **MISREAD))


async def test_in_the_queue_no_article_leads_to_the_person_who_is_awaited(chat):
    await chat.commands("human")

    told = text_of(await chat.says("退货运费谁出？", **ASKED, confidence=0.9))

    assert "来回运费" in told
    assert "转人工" not in told


async def test_in_the_queue_nothing_usual_is_told_where_no_article_fits(english):
    await english.commands("human")

    told = await english.says("so will I get it back or not?", **ASKED, confidence=0.9)

    assert "within 7 days" not in text_of(told)


async def test_a_dark_remark_behind_a_miss_is_no_thank_you(english):
    await english.says("it does the thing with the thing", **MISREAD)

    told = await english.says("that one, yes", intent=Intent.GREETING_THANKS, confidence=0.9)

    assert "not understood you yet" in text_of(told)
