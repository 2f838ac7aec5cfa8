import pytest

from bot.understanding.reading import Entities, Intent
from handoff.shop import Deed
from tests.chat import Chat, actions_of, chat_in, text_of

NUMBER = {"intent": Intent.ORDER_STATUS, "intents": (Intent.ORDER_STATUS,)}
QUESTION = {"intent": Intent.PRODUCT_QUESTION, "intents": (Intent.PRODUCT_QUESTION,)}
CHAT = {"intent": Intent.GREETING_THANKS, "intents": (Intent.GREETING_THANKS,)}


@pytest.fixture
def english() -> Chat:
    return Chat(tongue="en")


def deeds(chat: Chat) -> list[Deed]:
    return list(chat.shop.deeds.values())


async def test_an_order_named_after_how_to_cancel_is_offered_to_be_cancelled(english):
    await english.says("how do I cancel", intent=Intent.CANCEL_ORDER)
    await english.says("W1000002", **NUMBER)
    offered = await english.says("0102", **NUMBER)

    assert "cancel" in text_of(offered)
    assert any(action.endswith(":yes") for action in actions_of(offered))
    assert english.state.asked_known == 0


async def test_an_order_named_after_how_to_return_leads_to_the_return(english):
    english.remember(proven=("W1000003",))
    await english.says("how do I return something", intent=Intent.RETURN_REFUND_POLICY)

    asked = await english.says("W1000003", **NUMBER)

    assert english.state.form is not None
    assert english.state.form.policy == "returns"
    assert any(":reason:" in action for action in actions_of(asked))


async def test_an_order_named_after_how_to_change_an_address_leads_there(english):
    english.remember(proven=("W1000002",))
    await english.says("can I change the address before dispatch?", intent=Intent.ADDRESS_CHANGE)

    asked = await english.says("W1000002", **NUMBER)

    assert "Send me the new details" in text_of(asked)


async def test_a_phone_shared_after_how_to_cancel_leads_to_the_cancellation(english):
    await english.says("how do I cancel", intent=Intent.CANCEL_ORDER)

    chosen = await english.shares("+12025550102")

    assert "begin:cancel:W1000002" in actions_of(chosen)


async def test_a_question_between_ends_the_lead(english):
    english.remember(proven=("W1000002",))
    await english.says("how do I cancel", intent=Intent.CANCEL_ORDER)
    await english.says("how can I pay?", intent=Intent.PAYMENT_ERROR)

    told = await english.says("W1000002", **NUMBER)

    assert english.state.form is None
    assert "being packed" in text_of(told)


async def test_what_went_wrong_is_not_forgotten_while_the_order_is_asked_for(english):
    lost = {"intent": Intent.LOGISTICS_TRACKING, "intents": (Intent.LOGISTICS_TRACKING,)}
    await english.says("my parcel says delivered, there is nothing here", **lost)
    await english.says("W1000003", **NUMBER)

    asked = await english.says("0103", **NUMBER)

    assert english.state.form is not None
    assert english.state.form.told == {"trouble": "not_received"}
    assert any(":looked_around:" in action for action in actions_of(asked))


async def damaged(chat: Chat) -> None:
    chat.remember(proven=("W1000003",))
    wish = "I want to return W1000003, it arrived damaged"
    await chat.says(wish, intent=Intent.RETURN_REFUND_POLICY)
    await chat.says("I have no photo", intent=Intent.COMPLAINT)


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("just refund me then", "refund_full"),
        ("先退款吧", "refund_full"),
        ("please send a new one", "resend"),
    ],
)
async def test_a_remedy_may_be_chosen_in_words(english, words, remedy):
    await damaged(english)
    chosen = await english.says(words, intent=Intent.RETURN_REFUND_POLICY)
    assert chosen.open_case is None

    await english.says("yes", **CHAT)

    assert [deed.remedy for deed in deeds(english)] == [remedy]


async def test_a_question_about_the_remedies_chooses_none(english):
    await damaged(english)

    await english.says("would the refund be quicker?", intent=Intent.REFUND_STATUS)

    assert deeds(english) == []
    assert len(english.state.form.choices) > 1


async def test_a_refund_is_no_return_while_a_parcel_is_looked_for(english):
    english.remember(proven=("W1000003",))
    lost = {"intent": Intent.LOGISTICS_TRACKING, "intents": (Intent.LOGISTICS_TRACKING,)}
    await english.says("the carrier lost W1000003", **lost)
    await english.says("yes", **CHAT)

    again = await english.says("just refund me then", intent=Intent.RETURN_REFUND_POLICY)

    assert "proof of delivery" in text_of(again)
    assert english.state.form.policy == "parcel_trouble"


async def test_that_one_after_a_list_means_the_list(english):
    await english.shares("+12025550102")

    again = await english.says("that one, yes", **CHAT)

    assert "Which one" in text_of(again)
    assert "order:W1000002" in actions_of(again)


async def test_that_one_is_the_only_order_there_is(english):
    await english.says("where is it?", **NUMBER)
    english.remember(contact=english.contact.__class__(phone="+12025550105"), asks="order_no")

    told = await english.says("that one, yes", **CHAT)

    assert "W1000005" in text_of(told)


async def test_the_digits_of_one_phone_prove_all_orders_named_with_them(english):
    both = Entities(order_no=("W1000002", "W1000016"), phone_tail=("0102",))
    texts = ("order W1000002", "phone ends 0102", "order W1000016", "phone ends 0102")

    told = await english.says(*texts, **NUMBER, entities=both)

    assert "W1000002 (" in text_of(told)
    assert "W1000016 (" in text_of(told)
    assert english.state.asks == ""


async def test_each_order_is_proved_by_the_digits_given_for_it(english):
    both = Entities(order_no=("W1000002", "W1000003"), phone_tail=("0102", "0103"))

    told = await english.says("W1000002, 0102; W1000003, 0103", **NUMBER, entities=both)

    assert "W1000002 (" in text_of(told)
    assert "W1000003 (" in text_of(told)


async def test_that_one_without_a_list_is_asked_about(english):
    await english.says("where is my order?", **NUMBER)

    asked = await english.says("that one, yes", **CHAT)

    assert "order number" in text_of(asked)


async def test_an_article_told_beside_an_order_leads_nowhere():
    chat = Chat(tongue="zh-Hans")
    chat.remember(proven=("W1000001", "W1000003"))
    both = (Intent.ORDER_STATUS, Intent.CANCEL_ORDER)
    first = await chat.says("订单 W1000001 发货了吗？", intent=both[0], intents=both)

    told = await chat.says("帮我查一下 W1000003", **NUMBER)

    assert "拒收" in text_of(first)
    assert chat.state.form is None
    assert "订单 W1000003" in text_of(told)


@pytest.mark.parametrize(
    ("tongue", "trouble", "asks", "told"),
    [
        ("zh-Hans", "台灯坏了", "能换吗", "15 天内可以换新"),
        ("en", "my lamp is broken", "can I swap it?", "exchange it within 15"),
    ],
)
async def test_who_told_of_a_fault_hears_what_holds_for_faults(tongue, trouble, asks, told):
    chat = chat_in(tongue)
    await chat.says(trouble)

    assert told in text_of(await chat.says(asks))


@pytest.mark.parametrize(
    ("tongue", "trouble", "asks", "told"),
    [
        ("zh-Hans", "台灯坏了", "能退吗", "7 天内可以退，15 天内可以换新"),
        ("en", "my lamp is broken", "can I return it?", "postage on us"),
    ],
)
@pytest.mark.parametrize("proven", [True, False])
async def test_a_fault_is_a_fault_whatever_order_is_known(tongue, trouble, asks, told, proven):
    chat = chat_in(tongue, *(["W1000001"] if proven else []))
    if not proven:
        await chat.says("W1000001")
    await chat.says(trouble)

    assert told in text_of(await chat.says(asks))
    assert chat.state.order_no == "W1000001"


async def test_trouble_told_of_an_order_in_view_is_no_trouble_of_the_next():
    chat = chat_in("zh-Hans", "W1000002", "W1000006")
    await chat.says("怎么还不发货")

    assert "武汉转运中心" in text_of(await chat.says("W1000006"))


@pytest.mark.parametrize("text", ["x" * 4096, "🤡🤡🤡"])
@pytest.mark.parametrize(
    ("tongue", "question"), [("zh-Hans", "发票怎么开"), ("en", "how do I get an invoice?")]
)
async def test_what_holds_no_word_is_no_detail_for_a_person(tongue, question, text):
    chat = chat_in(tongue)
    await chat.says(question)

    asked = await chat.says(text)

    assert asked.open_case is None
    assert any(action.startswith("topic:") for action in actions_of(asked))


async def test_a_name_is_a_detail_for_a_person():
    chat = chat_in("zh-Hans")
    await chat.says("发票怎么开")

    assert (await chat.says("星河贸易")).open_case is not None


async def test_what_else_is_asked_behind_a_fault_has_its_own_answer():
    chat = chat_in("zh-Hans")
    await chat.says("台灯坏了")

    assert "来回运费" in text_of(await chat.says("退货运费谁出"))


@pytest.mark.parametrize(
    ("tongue", "question"),
    [("zh-Hans", "一个订单能寄两个地址吗"), ("en", "can one order go to two addresses")],
)
async def test_an_order_named_behind_what_only_a_person_can_do_brings_one(tongue, question):
    chat = chat_in(tongue)
    await chat.says(question)
    assert chat.state.article == "order-two-addresses"

    asked = await chat.says("W1000003")
    handed = await chat.says("0103")

    assert asked.open_case is None
    assert handed.open_case is not None
    assert handed.open_case.reason == "explicit_request"
    assert "W1000003" in chat.state.proven


@pytest.mark.parametrize(
    ("tongue", "text"),
    [("zh-Hans", "我的订单是不是被取消了"), ("en", "is my order cancelled?")],
)
async def test_whether_an_order_is_cancelled_is_no_wish_to_cancel_it(tongue, text):
    chat = chat_in(tongue)
    await chat.says(text)

    assert chat.state.article == "order-cancelled-unasked"
    assert chat.state.form is None
    assert chat.state.asks == "order_no"


@pytest.mark.parametrize("text", ["收货想改到周末", "把送货时间改到周六行吗"])
async def test_another_day_for_the_delivery_is_no_question_of_where_the_order_is(text):
    chat = chat_in("zh-Hans")

    await chat.says(text)

    assert chat.state.article == "leave-at-door"


@pytest.mark.parametrize(
    ("tongue", "text", "told"),
    [
        ("zh-Hans", "台灯坏了，能换吗", "15 天内可以换新"),
        ("zh-Hant", "杯子碎了，能退嗎", "15 天內可以換新"),
        ("zh-Hans", "椅子腿断了能换吗", "15 天内可以换新"),
        ("en", "the chair leg broke, can I swap it?", "postage on us"),
        ("en", "the handle fell off, can I get a refund?", "postage on us"),
    ],
)
async def test_a_fault_told_with_the_question_is_answered_as_one(tongue, text, told):
    assert told in text_of(await chat_in(tongue).says(text))


async def test_goods_that_are_only_not_liked_go_back_by_the_usual_rule():
    assert "无理由退货" in text_of(await chat_in("zh-Hans").says("不喜欢能退吗"))


@pytest.mark.parametrize(
    ("tongue", "text", "promise"),
    [
        ("zh-Hans", "我不小心摔坏了，能换吗", "运费我们承担"),
        ("en", "I dropped it and the screen cracked, can I swap it?", "postage on us"),
    ],
)
async def test_what_the_customer_broke_is_promised_nothing_of_the_rule_for_faults(
    tongue, text, promise
):
    assert promise not in text_of(await chat_in(tongue).says(text))


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("台灯坏了，不亮", True),
        ("台灯坏了，我的错", False),
        ("台灯被我碰坏了", False),
        ("水杯漏了", True),
        ("杯子缺了个口", True),
        ("my kettle won't switch on", True),
        ("the drawer won't open", True),
        ("the link in your message is broken", False),
        ("优惠券用不了", False),
        ("快递员送来时杯子就碎了", True),
        ("I ordered a mug on your website and it is cracked", True),
    ],
)
async def test_only_a_fault_of_ours_begins_a_return(text, begun):
    chat = chat_in("zh-Hans", "W1000003")
    await chat.says("W1000003")

    await chat.says(text)

    assert (chat.state.form is not None) is begun


@pytest.mark.parametrize(
    ("tongue", "text", "told"),
    [
        ("zh-Hans", "台灯坏了", "把订单号发给我"),
        ("zh-Hant", "水杯漏了", "訂單號發給我"),
        ("en", "my lamp is broken", "Send me the order number"),
        ("en", "the zipper doesn't close", "Send me the order number"),
    ],
)
async def test_who_has_told_the_fault_hears_the_rule_once_and_is_not_asked_what_it_is(
    tongue, text, told
):
    said = text_of(await chat_in(tongue).says(text))

    assert said.count(told) == 1
    assert "哪里出了问题" not in said
    assert "what went wrong" not in said


async def test_a_complaint_of_our_service_is_asked_what_went_wrong():
    assert "哪里出了问题" in text_of(await chat_in("zh-Hans").says("客服没反应"))


async def test_a_fault_of_goods_that_is_read_as_a_question_is_answered_as_a_fault():
    said = await Chat(tongue="zh-Hans").says("台灯坏掉了", **QUESTION)

    assert "15 天内可以换新" in text_of(said)


async def test_a_question_about_goods_tells_no_fault():
    assert "运费我们承担" not in text_of(await chat_in("zh-Hans").says("会起球吗"))
