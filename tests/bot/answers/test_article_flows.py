import pytest

from bot.understanding.reading import Emotion, Intent, Signal
from handoff.words import WordKind
from tests.chat import Chat, actions_of, chat_in, text_of

RETURN = {"intent": Intent.RETURN_REFUND_POLICY}
LOST = {"intent": Intent.PRODUCT_QUESTION, "confidence": 0.3}


@pytest.fixture
def chat() -> Chat:
    return Chat(tongue="zh-Hans")


@pytest.mark.parametrize(
    ("tongue", "text", "told"),
    [
        ("zh-Hans", "退货运费谁出？", "来回运费都由我们承担"),
        ("zh-Hant", "退貨運費誰出？", "來回運費都由我們承擔"),
        ("en", "Who pays for the return postage?", "we pay the postage both ways"),
    ],
)
async def test_a_question_is_answered_in_its_own_script(tongue, text, told):
    outcome = await Chat(tongue=tongue).says(text, **RETURN)

    assert told in text_of(outcome)
    assert "human" in actions_of(outcome)


async def test_steps_come_as_a_list_only_when_asked_how(chat):
    how = text_of(await chat.says("怎么申请退货？", **RETURN))
    what = text_of(await Chat(tongue="zh-Hans").says("退货运费谁出？", **RETURN))

    assert "\n1. " in how
    assert "\n2. " in how
    assert "1. " not in what


async def test_two_misses_offer_a_person_and_a_third_hands_over(chat):
    first = await chat.says("呜啦啦", **LOST)
    second = await chat.says("哇啦啦", **LOST)
    third = await chat.says("嘎啦啦", **LOST)

    assert [outcome.open_case for outcome in (first, second)] == [None, None]
    assert "topic:invoice" in actions_of(first)
    assert "转人工" in text_of(second)
    assert "转人工" not in text_of(first)
    assert third.open_case is not None
    assert third.open_case.reason == "bot_failed"
    assert [word.kind for word in third.words] == [WordKind.NOTICE]


async def test_an_answer_forgives_the_misses_before_it(chat):
    await chat.says("呜啦啦", **LOST)
    await chat.says("哇啦啦", **LOST)
    await chat.says("退货运费谁出？", **RETURN)

    again = await chat.says("嘎啦啦", **LOST)

    assert again.open_case is None
    assert chat.state.misses == 1


async def test_a_customer_who_says_the_bot_misread_is_not_quoted_an_article(chat):
    await chat.says("怎么申请退货？", **RETURN)

    told = await chat.says(
        "答非所问，退货运费谁出？", signals=frozenset({Signal.BOT_MISREAD}), **RETURN
    )

    assert "来回运费" not in text_of(told)
    assert chat.state.misses == 1


async def test_several_questions_are_answered_in_one_numbered_reply(chat):
    text = "退货运费谁出？发票怎么开？"

    told = await chat.says(
        text,
        intent=Intent.RETURN_REFUND_POLICY,
        intents=(Intent.RETURN_REFUND_POLICY, Intent.INVOICE),
    )

    assert len(told.words) == 1
    assert "1. " in text_of(told)
    assert "\n\n2. " in text_of(told)
    assert "发票" in text_of(told)


async def test_a_clear_subject_without_its_article_gets_the_usual_answer(chat):
    told = await chat.says("这个电饭煲内胆是陶瓷的吗", intent=Intent.PRODUCT_QUESTION)

    assert "商品页" in text_of(told)
    assert chat.state.misses == 0


async def test_what_is_missing_is_asked_after_what_is_known(chat):
    told = await chat.says(
        "我的 W1000001 到哪了？退货运费谁出？",
        intent=Intent.LOGISTICS_TRACKING,
        intents=(Intent.LOGISTICS_TRACKING, Intent.RETURN_REFUND_POLICY),
    )

    parts = text_of(told).split("\n\n")
    assert "来回运费" in parts[0]
    assert "后四位" in parts[1]
    assert not parts[0].startswith("1.")


async def test_a_general_shipping_question_needs_no_order(chat):
    told = await chat.says("运费多少钱？", intent=Intent.LOGISTICS_TRACKING)

    assert "99" in text_of(told)


async def test_topic_buttons_lead_to_articles(chat):
    topic = await chat.presses("topic:invoice")
    article = next(action for action in actions_of(topic) if action.startswith("article:"))

    told = await chat.presses(article)

    assert "发票" in text_of(told)


async def test_a_vanished_article_leads_to_the_menu(chat):
    told = await chat.presses("article:gone")

    assert "topic:order_status" in actions_of(told)


async def test_the_burst_of_a_turn_is_answered_once(chat):
    told = await chat.says("在吗", "想问下", "退货运费谁出？", **RETURN)

    assert len(told.words) == 1
    assert len(told.rows) == 3


async def test_forty_thousand_characters_are_answered_and_kept_whole(chat):
    text = "退货运费谁出？" + "啊" * 40_000
    chat.reader.means(text[:4000], **RETURN)

    told = await chat.hears(chat.message(text))

    assert told.words
    assert told.rows[0].text == text
    assert len(told.state) < 4000


@pytest.mark.parametrize(
    ("emotion", "first"),
    [
        (Emotion.ANXIOUS, "我明白您着急"),
        (Emotion.SAD, "听到这些我也很难过"),
    ],
)
async def test_the_feeling_is_met_before_the_matter(chat, emotion, first):
    told = text_of(await chat.says("退货运费谁出？", emotion=emotion, intensity=0.4, **RETURN))

    assert told.startswith(first)
    assert "来回运费" in told


async def test_empathy_lines_take_turns_and_are_never_repeated(chat):
    openings = [
        text_of(await chat.says("退货运费谁出？", emotion=Emotion.ANXIOUS, **RETURN)).split("\n")[0]
        for _ in range(7)
    ]

    assert len(set(openings[:5])) == 5
    assert openings[5] == openings[6]
    assert "运费" in openings[5]


async def test_worry_is_told_a_time(chat):
    told = text_of(await chat.says("退货运费谁出？", emotion=Emotion.ANXIOUS, **RETURN))

    assert "10 分钟内有回复" in told


BILL = {"intent": Intent.INVOICE}


async def test_steps_nobody_asked_for_wait_under_more(chat):
    (word,) = (await chat.says("我要开发票", **BILL)).words

    start, end = word.body.fold
    folded = word.body.text[start:end].splitlines()
    assert folded[0] == "一步一步来："
    assert [line[:3] for line in folded[1:3]] == ["1. ", "2. "]
    assert "1. " not in word.body.text[:start]


async def test_the_upset_and_who_asks_several_things_get_no_lesson(chat):
    upset = await chat.says("我要开发票", emotion=Emotion.SAD, **BILL)
    several = await chat.says(
        "我要开发票，积分怎么用",
        intent=Intent.INVOICE,
        intents=(Intent.INVOICE, Intent.PROMO_RULES),
    )

    assert [word.body.fold for word in (*upset.words, *several.words)] == [(0, 0)] * 2


async def test_a_subject_opens_with_what_is_asked_most(chat):
    outcome = await chat.presses("topic:payment_error")

    assert actions_of(outcome)[:2] == ["article:payment-failed", "article:paid-but-unpaid"]


async def test_nothing_was_misread_before_anything_was_said(chat):
    misread = frozenset({Signal.BOT_MISREAD})

    told = await chat.says("说了不对，退货运费谁出？", signals=misread, **RETURN)

    assert "来回运费" in text_of(told)


BESIDE = {"intent": Intent.OUT_OF_SCOPE, "confidence": 0.9}


async def test_what_an_article_knows_beside_orders_is_told():
    told = await Chat(tongue="en").says("I forgot my password", **BESIDE)

    assert "Forgot password" in text_of(told)


async def test_a_matter_of_nobody_here_is_not_given_the_usual_article():
    wondering = {"intent": Intent.PRODUCT_QUESTION, "confidence": 0.9}

    told = await Chat(tongue="en").says("how many feet are in a mile", **wondering)

    assert "outside what I know" in text_of(told)
    assert "product page" not in text_of(told)


@pytest.mark.parametrize(
    ("text", "intent", "told"),
    [
        ("how many days to Shenzhen", Intent.LOGISTICS_TRACKING, "2 to 4 days"),
        ("do you send to Mexico", Intent.LOGISTICS_TRACKING, "42 countries"),
        ("how fast to Karlsruhe", Intent.LOGISTICS_TRACKING, "2 to 4 days"),
        ("Why is my order under review?", Intent.ORDER_STATUS, "some orders are checked first"),
    ],
)
async def test_no_order_is_asked_for_where_looking_it_up_would_not_answer(text, intent, told):
    outcome = await Chat(tongue="en").says(text, intent=intent)

    assert told in text_of(outcome)
    assert "order number (like" not in text_of(outcome)


async def test_an_order_named_beside_a_guess_is_the_order_that_is_looked_up(chat):
    guess = {"intent": Intent.CANCEL_ORDER, "confidence": 0.5}

    told = await chat.says("W1000013 在哪里取", **guess)

    assert "下单手机号的后四位" in text_of(told)


async def test_a_greeting_read_in_doubt_gives_way_to_what_is_certain():
    doubt = {"intent": Intent.GREETING_THANKS, "confidence": 0.3}

    told = await Chat(tongue="en").says("I bought it last week, now it is cheaper", **doubt)

    assert "refund the difference" in text_of(told)


async def test_an_idea_for_the_shop_is_thanked_for_and_not_searched_for_trouble(chat):
    told = await chat.says("我想提个建议", intent=Intent.COMPLAINT)

    assert "谢谢您愿意告诉我们" in text_of(told)


async def test_what_is_hard_to_grasp_is_told_by_an_example():
    chat = Chat(tongue="en")
    told = await chat.presses("article:return-window")
    example = await chat.presses("example:return-window")

    assert "example:return-window" in actions_of(told)
    assert "the 10th is the last day" in text_of(example)


@pytest.mark.parametrize(
    ("tongue", "text", "told"),
    [
        ("en", "what would customs cost me for Canada?", "shown and paid at checkout"),
        ("en", "courier says I was not home but I was home all day", "at another time"),
        ("en", "can half of my order go to another address", "goes to one address"),
        ("zh-Hant", "能不能寄到兩個不同的地址", "一個訂單寄一個地址"),
        ("zh-Hans", "我的订单显示已取消，可是我没取消啊", "由系统取消"),
        ("en", "why was my order cancelled? I didn't cancel it", "cancelled by the system"),
        ("en", "who cancelled my order", "cancelled by the system"),
        ("zh-Hant", "為什麼我的訂單被取消了", "由系統取消"),
        ("en", "can I ship my order to another address", "can be changed once"),
        ("en", "what would customs cost for Mexico", "1 to 3 working days"),
        ("zh-Hans", "自提点在哪", "取件短信里"),
        ("en", "my blender leaks", "Sorry that it has a fault"),
        ("zh-Hans", "怎么取消订单", "点“取消订单”"),
        ("zh-Hant", "已經下單了還能改抬頭嗎", "可以改一次抬頭"),
    ],
)
async def test_a_question_is_told_apart_from_its_neighbours(tongue, text, told):
    chat = chat_in(tongue)

    assert told in text_of(await chat.says(text))


@pytest.mark.parametrize("text", ["其中一件没收到", "买两个能便宜吗"])
async def test_two_addresses_are_told_to_nobody_who_has_one(text):
    assert "一个订单寄一个地址" not in text_of(await chat_in("zh-Hans").says(text))


async def test_two_addresses_are_told_with_an_order_in_view():
    chat = chat_in("zh-Hans")
    chat.remember(proven=("W1000001",))
    await chat.says("W1000001 到哪了")

    told = text_of(await chat.says("能分开寄到两个地址吗"))

    assert "一个订单寄一个地址" in told


async def test_letters_without_a_word_are_no_matter_beside_the_shop():
    chat = chat_in("en")

    assert "topic:invoice" in actions_of(await chat.says("aaaaa"))


@pytest.mark.parametrize(
    ("tongue", "words", "example"),
    [
        ("en", "I don't understand, what does that mean?", "the 4th is day 1"),
        ("zh-Hans", "没看懂，举个例子吧", "11 月 4 日是第 1 天"),
        ("zh-Hant", "沒看懂，舉個例子吧", "11 月 4 日是第 1 天"),
    ],
)
async def test_whoever_did_not_follow_hears_the_example_once(tongue, words, example):
    chat = Chat(tongue=tongue)
    await chat.presses("article:return-window")

    first = await chat.says(words)
    second = await chat.says(words)

    assert example in text_of(first)
    assert example not in text_of(second)


async def test_not_following_once_is_explained_and_only_then_a_person_comes():
    chat = Chat(tongue="en")
    await chat.presses("article:return-window")
    lost = {"intent": Intent.OUT_OF_SCOPE, "likely": {"bot_failed": 0.9, "person": 0.9}}

    explained = await chat.says("I don't understand", **lost)
    handed = await chat.says("I still don't understand", **lost)

    assert explained.open_case is None
    assert handed.open_case.reason == "bot_failed"


@pytest.mark.parametrize(("emotion", "taught"), [(Emotion.NEUTRAL, True), (Emotion.SAD, False)])
async def test_somebody_upset_is_not_given_a_lesson(emotion, taught):
    chat = Chat(tongue="en")
    await chat.presses("article:return-window")
    lost = {"intent": Intent.OUT_OF_SCOPE, "emotion": emotion, "intensity": 0.4}

    told = await chat.says("I don't understand", **lost)

    assert ("the 10th" in text_of(told)) is taught


async def test_an_example_of_something_long_ago_is_not_forced_on_a_new_question():
    chat = Chat(tongue="en")
    await chat.presses("article:invoice-get")

    told = await chat.says("I don't understand")

    assert "last day" not in text_of(told)


async def test_an_offer_that_has_ended_is_said_to_have_ended(chat):
    told = await chat.says("双十一满减多少", intent=Intent.PROMO_RULES)

    assert "“双十一活动”已经结束了" in text_of(told)


async def test_one_reply_asks_for_the_order_number_once(chat):
    both = (Intent.COMPLAINT, Intent.LOGISTICS_TRACKING)

    told = await chat.says("快递员没打电话就放驿站了", intent=both[1], intents=both)

    assert text_of(told).count("订单号") == 1


async def test_a_sick_pet_is_not_met_with_a_greeting():
    told = await Chat(tongue="en").says("my dog got sick from it", intent=Intent.GREETING_THANKS)

    assert "Pet food" in text_of(told)


async def test_questions_of_a_burst_are_answered_whichever_was_read_first(chat):
    both = (Intent.INVOICE, Intent.REFUND_STATUS)
    burst = ("在吗", "发票怎么开", "还有退款多久到账")
    chat.reader.means("\n".join(burst), both[0], intents=both)

    told = text_of(await chat.says(*burst))

    assert "24 小时内开好电子发票" in told
    assert "48 小时内验收并退款" in told


async def test_what_was_read_goes_before_another_subject_that_is_no_surer():
    chat = chat_in("en")

    await chat.says("and what would customs cost?")

    assert chat.state.article == "customs-duty"
