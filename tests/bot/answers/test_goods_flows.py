import pytest

from bot.understanding.reading import Intent
from handoff.packet import decode_packet
from tests.chat import Chat, chat_in, text_of

GOODS = {"intent": Intent.PRODUCT_QUESTION}


@pytest.fixture
def chinese() -> Chat:
    chat = Chat(tongue="zh-Hans")
    chat.remember(proven=("W1000001", "W1000003"), order_no="W1000001")
    return chat


async def test_an_item_without_an_article_is_called_new_and_a_person_answers(chinese):
    told = await chinese.says("助眠香薰闻起来是甜的还是木头的", **GOODS)

    assert "“助眠香薰”是我们的新品" in text_of(told)
    assert (told.open_case.reason, told.open_case.skill) == ("new_item", "zh")
    assert any(chore.op.startswith("gap:") for chore in told.chores)


async def test_an_item_that_an_article_is_about_is_not_new(chinese):
    chinese.remember(order_no="W1000003")

    told = await chinese.says("羊毛围巾闻起来是甜的还是木头的", **GOODS)

    assert "“参数”一栏" in text_of(told)
    assert "新品" not in text_of(told)


@pytest.mark.parametrize(
    ("tongue", "text"),
    [
        ("zh-Hans", "它的额定功率和电压是多少"),
        ("en", "Which chipset and firmware does it have?"),
        ("en", "does the coffee machine run on 110 volts?"),  # its article tells how to descale
    ],
)
async def test_what_needs_technical_knowledge_waits_for_that_skill(tongue, text):
    chat = Chat(tongue=tongue)

    told = await chat.says(text, **GOODS)

    assert (told.open_case.reason, told.open_case.skill) == ("technical", "technical")
    assert decode_packet(told.open_case.packet).suggestion
    assert len(text_of(told)) < 400


async def test_a_technical_question_that_an_article_answers_is_answered():
    told = await Chat(tongue="en").says("how many watts does it use", **GOODS)

    assert told.open_case is None
    assert text_of(told)


async def test_a_question_an_article_answers_goes_to_nobody(chinese):
    told = await chinese.says("羊毛围巾能机洗吗", **GOODS)

    assert told.open_case is None


@pytest.mark.parametrize(
    ("tongue", "text"),
    [
        ("zh-Hans", "这件大衣是羊毛的吗"),  # the knitwear knows wool, not coats
        ("zh-Hans", "这个花瓶能进微波炉吗"),
        ("zh-Hans", "45W的充电头能给笔记本充吗"),
        ("en", "is the vase dishwasher safe"),
        ("en", "can I put this rucksack in the washing machine"),
    ],
)
async def test_what_no_article_says_of_an_item_is_not_told_of_other_goods(tongue, text):
    chat = chat_in(tongue)

    told = await chat.says(text)

    unwritten = "我的资料里没有写" if tongue != "en" else "My notes do not say that"
    assert unwritten in text_of(told)
    assert chat.state.article == "product-details"


@pytest.mark.parametrize(
    ("tongue", "text", "article"),
    [
        ("zh-Hans", "这件毛衣会缩水吗", "line-knitwear"),
        ("zh-Hans", "这个沙发能送上楼吗", "line-furniture"),
        ("en", "is your coffee machine easy to descale", "line-coffee-machines"),
        ("en", "how long is the warranty on headphones?", "warranty"),  # no goods, but a matter
    ],
)
async def test_what_an_article_says_of_those_goods_is_told(tongue, text, article):
    chat = chat_in(tongue)

    await chat.says(text)

    assert chat.state.article == article


async def test_a_question_about_goods_is_no_matter_of_others_for_naming_the_family():
    chat = chat_in("zh-Hans")

    assert "商品页" in text_of(await chat.says("老公坐轮椅，这个餐桌底下多高"))


async def test_how_many_are_in_a_pack_is_no_complaint():
    chat = chat_in("zh-Hans")

    assert "哪里出了问题" not in text_of(await chat.says("你们这个洗脸巾一包几张"))
