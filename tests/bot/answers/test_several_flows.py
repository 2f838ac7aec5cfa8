import pytest

from bot.understanding.reading import Entities, Intent
from tests.chat import Chat, chat_in, text_of

TWO = (Intent.INVOICE, Intent.PAYMENT_ERROR)


async def test_each_of_two_questions_joined_by_and_is_answered_by_its_own_article(english):
    text = "Can I pay with PayPal, and how do I get an invoice for my company?"

    told = text_of(await english.says(text, intent=Intent.INVOICE, intents=TWO))

    assert "PayPal" in told
    assert "Request invoice" in told


@pytest.mark.parametrize(
    ("text", "intent", "first", "second"),
    [
        ("退货运费谁出，多久退款到账？", Intent.RETURN_REFUND_POLICY, "来回运费", "原路退回"),
        ("怎么开发票，另外优惠券能叠加吗", Intent.INVOICE, "申请发票", "一张优惠券"),
    ],
)
async def test_a_second_question_that_was_not_read_is_answered_when_an_article_surely_knows_it(
    chat, text, intent, first, second
):
    told = text_of(await chat.says(text, intent=intent))

    assert told.startswith("1. ")
    assert told.index(first) < told.index(second)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("退货运费谁出，我上次的优惠券过期了", Intent.RETURN_REFUND_POLICY),
        ("能开专票吗，要什么资料", Intent.INVOICE),
    ],
)
async def test_a_remark_or_a_bare_clause_beside_a_question_gets_no_article(chat, text, intent):
    told = text_of(await chat.says(text, intent=intent))

    assert "2. " not in told


@pytest.mark.parametrize(
    ("tongue", "text", "told", "beside"),
    [
        ("zh-Hans", "发票怎么开，人工费怎么算", "申请发票", "人工客服"),
        ("en", "do you have a student discount? how long?", "5 percent", "dispatch"),
        ("en", "can I pay with PayPal, and is that covered?", "PayPal", "return postage"),
    ],
)
async def test_a_second_question_is_left_when_no_article_surely_knows_it(
    tongue, text, told, beside
):
    answer = text_of(await chat_in(tongue).says(text))

    assert told in answer
    assert beside not in answer


async def test_the_usual_answer_is_not_told_beside_a_question_of_ours(english):
    both = (Intent.PROMO_RULES, Intent.ORDER_STATUS)
    text = "My sister's birthday is on Monday, will my order be here by then?"

    told = text_of(await english.says(text, intent=both[0], intents=both, confidence=0.9))

    assert "order number" in told
    assert "Offers" not in told


async def test_where_an_order_is_and_how_it_goes_back_are_both_told_once_it_is_proved():
    chat = chat_in()
    await chat.says("我的订单 W1000001 到哪了？想退货可以吗")

    told = text_of(await chat.says("1001"))

    assert told.index("SF1234567890123") < told.index("拒收")
    assert told.count("SF1234567890123") == 1


async def test_a_clear_question_beside_a_guess_hears_what_is_usual_there():
    chat = chat_in("", "W1000001")

    told = text_of(await chat.says("这个香薰不想要了，怎么退"))

    assert "7 天内您都可以无理由退货" in told


async def test_another_order_named_while_one_is_to_be_proved_is_a_correction():
    chat = chat_in("en")
    await chat.says("I want to return W1000001")

    told = text_of(await chat.says("sorry it's W1000003"))

    assert "on order W1000003" in told
    assert chat.state.form.order_no == "W1000003"


async def test_a_question_about_another_order_leaves_what_is_arranged():
    chat = chat_in("en", "W1000001", "W1000003")
    await chat.says("I want to return W1000003")

    await chat.says("and where is W1000001 by now?")

    assert chat.state.form.order_no == "W1000003"


@pytest.mark.parametrize(
    ("tongue", "text", "wish"),
    [
        ("zh-Hans", "W1000001 送到哪了，还能取消吗", "拦截"),
        ("en", "where is W1000001 and can I still cancel it?", "ask the carrier to stop it"),
    ],
)
async def test_who_asks_where_a_named_order_is_beside_a_wish_is_asked_for_no_number(
    tongue, text, wish
):
    chat = chat_in(tongue, "W1000001")

    told = text_of(await chat.says(text))

    assert "SF1234567890123" in told
    assert wish in told.lower()
    assert "订单号或运单号" not in told


async def test_where_an_order_is_is_told_after_the_proof_though_only_the_return_was_read():
    chat = Chat(tongue="en")
    await chat.says(
        "Where is my order W1000003? Can I return it?", intent=Intent.RETURN_REFUND_POLICY
    )

    told = text_of(await chat.says("0103"))

    assert "SF1234567890456" in told


@pytest.mark.parametrize("text", ["W1000003 退货寄到哪？", "W1000003 可以改地址送到哪里都行吗"])
async def test_where_to_send_goods_does_not_ask_where_the_order_is(text):
    chat = chat_in("zh-Hans", "W1000003")

    told = text_of(await chat.says(text))

    assert "SF1234567890456" not in told


async def test_who_complains_and_asks_where_it_is_is_not_asked_what_went_wrong(english):
    english.remember(proven=("W1000001",))
    upset = {"intent": Intent.COMPLAINT, "entities": Entities(order_no=("W1000001",))}

    told = text_of(await english.says("waiting for weeks, where is W1000001?", **upset))

    assert "SF1234567890123" in told
    assert "What went wrong" not in told
