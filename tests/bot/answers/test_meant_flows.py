import pytest

from bot.understanding.reading import Entities, Intent
from tests.chat import chat_in, text_of

LIN, ANNA = "+8613900001001", "+12025550102"
STATUS = {"intent": Intent.ORDER_STATUS}
VAGUE = {"intent": Intent.PRODUCT_QUESTION, "confidence": 0.5}
CANCEL = {"intent": Intent.CANCEL_ORDER}
RETURN = {"intent": Intent.RETURN_REFUND_POLICY}
ADDRESS = {"intent": Intent.ADDRESS_CHANGE}
SAID = {"intent": Intent.OUT_OF_SCOPE, "confidence": 0.3}
HOME = "北京市朝阳区建国路88号 3栋201 王小明 13800138000"


async def test_goods_of_another_order_than_the_last_are_cancelled_in_their_own(chat):
    await chat.shares(LIN)
    await chat.says("我那个眼罩到了没", **STATUS)

    restated = await chat.says("那就帮我取消洗脸巾", **CANCEL)
    done = await chat.says("对，不要了", intent=Intent.GREETING_THANKS)

    assert "取消整笔订单 W1000011" in text_of(restated)
    assert "W1000011 已经取消" in text_of(done)


@pytest.mark.parametrize("text", ["and the sneakers?", "what about the sneakers"])
async def test_the_name_of_other_goods_alone_asks_for_their_order(english, text):
    await english.shares(ANNA)
    await english.says("Where is W1000016?", **STATUS)

    assert "Order W1000019" in text_of(await english.says(text, **VAGUE))


async def test_a_question_about_goods_is_no_question_about_their_order(english):
    await english.shares(ANNA)
    await english.says("Where is W1000016?", **STATUS)

    told = text_of(await english.says("can sneakers be machine washed", **VAGUE))

    assert "W1000019" not in told


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("前面那个", "W1000001"),
        ("后面那个什么时候能发", "W1000011"),
        ("第二个呢", "W1000011"),
        ("另一个呢", "W1000001"),
    ],
)
async def test_of_two_orders_told_together_one_is_meant_by_its_place(chat, text, number):
    chat.remember(proven=("W1000001", "W1000011"))
    await chat.says("W1000001 和 W1000011 到哪了", **STATUS)
    await chat.says("W1000011 呢", **STATUS)

    told = text_of(await chat.says(text, **VAGUE))

    assert number in told
    assert len({"W1000001", "W1000011"} & set(told.replace("（", " ").split())) == 1


async def test_a_place_among_orders_just_listed_opens_that_one(english):
    await english.shares(ANNA)

    assert "Order W1000016" in text_of(await english.says("the second one", **VAGUE))


async def test_a_place_among_nothing_gets_no_article(english):
    told = text_of(await english.says("the first one", **VAGUE))

    assert "Tap “Talk to a person” with" not in told


async def test_a_phone_mended_after_the_restating_is_mended_in_the_address(chat):
    chat.remember(proven=("W1000017",), order_no="W1000017")
    await chat.says("我要改地址 W1000017", **ADDRESS)
    await chat.says(HOME, **SAID)

    mended = await chat.says("等一下，电话写错了，是13900139000", **SAID)
    again = await chat.says("门牌号错了", **SAID)

    assert HOME.replace("13800138000", "13900139000") in text_of(mended)
    assert "姓名、电话和详细地址" in text_of(again)


async def test_what_is_told_besides_what_was_asked_is_noted_and_no_miss(chat):
    chat.remember(proven=("W1000003",), order_no="W1000003")
    await chat.says("我要退货 W1000003", **RETURN)

    noted = await chat.says("没拆，没用过", **SAID)
    judged = await chat.says("扎脖子，不太喜欢", **SAID)

    assert "我也记下了" in text_of(noted)
    assert chat.state.misses == 0
    assert "现在就为您办理" in text_of(judged)


async def test_goods_named_with_the_wish_are_not_asked_for_once_the_order_is_proved(english):
    await english.says("I'd like to return both pairs, they're too narrow", **RETURN)
    number = Entities(order_no=("W1000019",))
    await english.says("W1000019", **STATUS, entities=number)

    asked = text_of(await english.says("0102", entities=Entities(phone_tail=("0102",)), **SAID))

    assert "Is it unused" in asked


async def test_a_swap_wished_for_where_a_new_one_is_on_offer_is_the_new_one(english):
    english.remember(proven=("W1000019",), order_no="W1000019")
    await english.says("I want to return W1000019, the blue ones, wrong colour", **RETURN)
    await english.says("swap please", **SAID)
    await english.says("no photos", **SAID)

    done = text_of(await english.says("yes", intent=Intent.GREETING_THANKS))

    assert "You chose: a new one" in done


@pytest.mark.parametrize(
    ("tongue", "text", "told", "again"),
    [
        ("zh-Hans", "付款提示余额不足", "没有扣款", "换了卡还是不行"),
        ("en", "it says my card is expired", "nothing is charged", "tried another card, same"),
    ],
)
async def test_a_refusal_told_in_words_is_explained_and_after_another_a_person_helps(
    tongue, text, told, again
):
    chat = chat_in(tongue)

    assert told in text_of(await chat.says(text))
    assert (await chat.says(again)).open_case is not None
