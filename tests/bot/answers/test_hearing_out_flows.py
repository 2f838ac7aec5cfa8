import pytest

from bot.understanding.reading import Intent
from tests.chat import Chat, actions_of, chat_in, text_of

HOME = "45 Oak Avenue, Portland, OR 97201"


@pytest.mark.parametrize(
    ("tongue", "words", "told"),
    [
        ("zh-Hans", "您好，打扰了。想咨询一个退货的问题", "请说"),
        ("en", "hi, I have a question about my return", "go ahead"),
        ("zh-Hans", "你好同志，我姓赵，买了咖啡机和咖啡豆", "哪方面"),
        ("zh-Hans", "小同志，我老太太，买了你们的收音机", "哪方面"),
        ("en", "hi there, I bought a kettle and two mugs", "I have that"),
    ],
)
async def test_who_has_not_asked_yet_is_heard_out(tongue, words, told):
    answer = await chat_in(tongue).says(words)

    assert told in text_of(answer)
    assert answer.open_case is None


async def test_praise_of_goods_is_not_answered_with_how_to_clean_them():
    answer = await chat_in("zh-Hans").says("买了咖啡机，挺好用的")

    assert "除垢" not in text_of(answer)


@pytest.mark.parametrize(
    ("tongue", "words"), [("zh-Hant", "那就算了，不退了"), ("en", "oh well, never mind")]
)
async def test_a_matter_let_go_is_left(tongue, words):
    chat = chat_in(tongue)
    await chat.says("how do I return something" if tongue == "en" else "怎麼退貨")

    answer = await chat.says(words)

    assert chat.state.misses == 0
    assert not any(action.startswith(("topic", "article")) for action in actions_of(answer))


async def test_a_number_corrected_in_an_address_is_restated_before_its_yes():
    chat = chat_in("en", "W1000002")
    await chat.says("Please change the address for W1000002")
    await chat.says(HOME)

    restated = await chat.says("sorry, 54 Oak Avenue")
    await chat.says("yes")

    assert "54 Oak Avenue, Portland, OR 97201" in text_of(restated)
    assert [deed.details for deed in chat.shop.deeds.values()] == [HOME.replace("45", "54")]


async def test_a_house_number_is_corrected_in_chinese_too():
    chat = chat_in("zh-Hans", "W1000002")
    await chat.says("W1000002 改地址，改到 上海市浦东新区世纪大道100号3栋 王小明 13800138000")

    restated = await chat.says("不好意思，是世纪大道200号")

    assert "世纪大道200号3栋" in text_of(restated)


async def test_a_yes_behind_words_that_were_not_understood_starts_nothing_but_is_restated():
    chat = Chat(tongue="en")
    chat.remember(proven=("W1000002",))
    wish = f"Please change the address of W1000002 to {HOME}"
    await chat.says(wish, intent=Intent.ADDRESS_CHANGE)
    unclear = await chat.says("the other grommet", intent=Intent.PROMO_RULES, confidence=0.55)

    restated = await chat.says("yes")

    assert "say it another way" in text_of(unclear)
    assert chat.shop.deeds == {}
    assert HOME in text_of(restated)
    await chat.says("yes")
    assert len(chat.shop.deeds) == 1


async def test_the_money_of_a_return_just_opened_is_told_and_not_the_scans():
    chat = chat_in("en", "W1000019")
    restated = await chat.says("I want to return W1000019, the blue ones, too small, never worn")
    await chat.presses(next(one for one in actions_of(restated) if one.endswith(":yes")))

    told = text_of(await chat.says("and when do I get my money?"))

    assert "48 hours" in told
    assert "UPS" not in told


async def test_the_postage_of_what_is_being_sent_back_is_not_that_of_an_order():
    chat = chat_in("zh-Hant", "W1000003")
    await chat.says("我想問圍巾可以退嗎")
    await chat.says("W1000003")

    assert "無理由退貨的寄回運費由您承擔" in text_of(await chat.says("運費是我出嗎？"))


async def test_an_unpaid_order_that_was_cancelled_owes_nobody_money():
    chat = chat_in("zh-Hans", "W1000011")
    restated = await chat.says("我要取消订单W1000011")
    await chat.presses(next(one for one in actions_of(restated) if one.endswith(":yes")))

    told = text_of(await chat.says("钱什么时候退给我？"))

    assert "没有付过款" in told


async def test_a_fault_told_with_an_order_that_is_here_is_seen_to_and_not_looked_up():
    chat = chat_in("en", "W1000019")

    told = text_of(await chat.says("my sneakers W1000019, the blue pair, left shoe has a hole"))

    assert chat.state.form is not None
    assert chat.state.form.told["reason"] == "faulty"
    assert "UPS" not in told


async def test_who_has_paid_is_not_told_to_pay_again():
    chat = chat_in("en", "W1000005")

    first = text_of(await chat.says("I paid but it says failed"))
    order = text_of(await chat.says("Where does my order W1000005 stand?"))

    assert "do not pay a second time" in first
    assert "Please pay again" not in order


async def test_a_question_is_not_taken_for_the_size_that_was_asked_for():
    chat = chat_in("en", "W1000019")
    await chat.says("I want to exchange W1000019, the navy pair, too small, never worn")

    told = text_of(await chat.says("how long will it take"))

    assert "would like to exchange" not in told
