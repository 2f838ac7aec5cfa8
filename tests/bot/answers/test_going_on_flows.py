import pytest

from bot.understanding.reader import Reader
from handoff.conversation import Holder
from tests.chat import SEEDS, Chat, actions_of, text_of

READER = Reader.from_seeds(SEEDS)


def chat_in(tongue: str, *proven: str) -> Chat:
    chat = Chat(tongue=tongue)
    chat.reader = READER
    chat.remember(proven=proven, order_no=proven[0] if proven else "")
    return chat


async def test_a_phone_word_between_number_and_digits_is_no_reason_to_ask_again():
    told = await chat_in("zh-Hans").says("W1000006，手机1006")

    assert "手冲咖啡机" in text_of(told)


async def test_the_digits_of_an_address_are_no_proof():
    chat = chat_in("zh-Hans")
    await chat.says("W1000017 到哪了")
    await chat.says("上海市浦东新区张江路88弄6号1201")

    assert chat.gate.by_contact == {}


async def test_who_forgot_the_phone_hears_how_else_it_goes():
    chat = chat_in("zh-Hant")
    await chat.says("我想取消訂單 W1000013")

    told = await chat.says("忘記電話是哪一支了")

    assert "能收到訂單簡訊的那個手機號" in text_of(told)


async def test_a_bare_number_gets_the_order_and_no_article_about_numbers():
    told = await chat_in("zh-Hans").says("订单 W1000001")

    assert "登录后" not in text_of(told)
    assert "后四位" in text_of(told)


async def test_a_word_about_an_order_of_theirs_is_no_greeting():
    asked = await chat_in("").says("hi, my order was supposed to arrive yesterday")

    assert "send me your order number" in text_of(asked)


async def test_impatience_beside_a_question_is_no_second_question():
    asked = await chat_in("").says("在吗，我买的眼罩和香薰怎么还没到")

    assert text_of(asked).count("订单号") == 1


async def test_an_order_asked_for_beside_an_invoice_is_asked_for_too():
    text = "I need an invoice for W1000016 and also want to know when the rest ships"
    told = await chat_in("en", "W1000016").says(text)

    assert "invoice" in text_of(told)
    assert "Wool coat" in text_of(told)


async def test_what_to_do_when_nobody_is_home_is_not_answered_with_the_tracking_again():
    chat = chat_in("zh-Hans", "W1000001")
    await chat.says("W1000001 到哪了")

    told = await chat.says("到了我不在家怎么办")

    assert "自提点" in text_of(told)
    assert "运输中" not in text_of(told)


async def test_a_refunded_parcel_is_not_looked_for():
    chat = chat_in("zh-Hans", "W1000012")
    await chat.says("W1000012 的钱退到哪里去了")

    told = await chat.says("我没收到啊")

    assert chat.state.form is None
    assert "3 个工作日" in text_of(told)
    assert "human" in actions_of(told)


async def test_an_article_does_not_ask_for_the_order_in_view():
    chat = chat_in("en", "W1000002")
    await chat.says("where is W1000002")

    told = await chat.says("how do I cancel")

    assert "order number" not in text_of(told)
    assert "begin:cancel:W1000002" in actions_of(told)


@pytest.mark.parametrize(
    ("tongue", "first", "then"),
    [
        ("zh-Hans", "发票抬头公司名字少了一个字", "已经开出来的电子票"),
        ("zh-Hant", "發票可以改統編嗎", "已經開了二聯的"),
        ("en", "I'd like to change the size on my shirt order to L", "both of them"),
    ],
)
async def test_a_few_calm_words_in_a_talk_call_no_lawyer(tongue, first, then):
    chat = chat_in(tongue)
    await chat.says(first)

    answered = await chat.says(then)

    assert answered.open_case is None


@pytest.mark.parametrize("words", ["孩子过敏了", "活不下去了", "我被烫伤了"])
async def test_a_few_grave_words_in_a_talk_still_call_a_person_at_once(words):
    chat = chat_in("zh-Hans")
    await chat.says("怎么开发票")

    assert (await chat.says(words)).open_case is not None


async def test_a_new_code_is_looked_up_although_the_last_did_not_help():
    chat = chat_in("zh-Hans")
    await chat.says("错误码ACQ.BUYER_BALANCE_NOT_ENOUGH")

    told = await chat.says("还是不行，提示NOTENOUGH")

    assert "NOTENOUGH" in text_of(told)


async def test_nobody_is_greeted_anew_in_the_middle_of_a_talk():
    chat = chat_in("en", "W1000002")
    await chat.says("where is W1000002")

    told = await chat.says("ok what about the belt")

    assert "Hello" not in text_of(told)


@pytest.mark.parametrize("words", ["还要等多久", "你们是不是下班了", "how many people ahead of me"])
async def test_who_waits_and_asks_how_long_hears_the_place_and_the_time(words):
    chat = chat_in("en" if words.isascii() else "zh-Hans")
    await chat.says("human" if words.isascii() else "人工")
    assert chat.holder is Holder.QUEUE

    told = await chat.says(words)

    assert "3" in text_of(told)


async def test_who_takes_it_all_back_while_waiting_gets_no_article():
    chat = chat_in("en")
    await chat.says("can I talk to a manager")

    told = await chat.says("never mind, cancel that")

    assert "working days" not in text_of(told)


async def test_goods_named_at_first_choose_the_order_when_the_phone_is_shared():
    chat = chat_in("en")
    await chat.says("can I return the sneakers?")

    asked = await chat.shares("+12025550102")

    assert "Canvas sneakers, navy" in [
        b.text for w in asked.words for r in w.body.buttons for b in r
    ]


async def test_neighbours_that_were_asked_already_are_an_answer():
    chat = chat_in("en", "W1000019")
    await chat.says("W1000019 says delivered but there is nothing here")

    told = await chat.says("I checked with neighbors, nobody has it")

    assert "proof of delivery" in text_of(told)
