import pytest

from tests.chat import actions_of, chat_in, text_of


@pytest.mark.parametrize(
    ("tongue", "first", "then", "told", "not_told"),
    [
        ("zh-Hans", "学生买电脑有优惠吗", "要多久能认证好", "当天出结果", "95 折"),
        ("zh-Hans", "学生买电脑有优惠吗", "怎么认证呀", "学生认证", "95 折"),
        ("zh-Hans", "保修多久", "来回运费呢", "运费我们出", "七天"),
        ("zh-Hans", "维修要几天", "大概要多久", "7 天内修好", "送到"),
        ("en", "do you have a student discount?", "how much is it", "5 percent", "shipping"),
        ("en", "do you have gift cards", "do they expire", "3 years", "points"),
        ("en", "do you have gift cards", "can I get a refund on one", "goes back", "insurance"),
        ("en", "can I use two coupons", "and points on top?", "20 percent", "exactly"),
        ("en", "how long does a repair take", "what if it takes longer", "within 30", "box"),
        ("zh-Hans", "怎么付款", "那信用卡呢", "Mastercard 信用卡", "加密"),
        ("en", "how can I pay?", "and credit cards?", "credit cards and debit cards", "encrypted"),
        ("zh-Hans", "包裹里少了一件", "怎么办", "附上订单号和照片", "很抱歉"),
        ("en", "one item was missing from my parcel", "what should I do", "and photo", "Sorry"),
    ],
)
async def test_a_few_words_behind_an_answer_get_the_one_sentence_that_tells_it(
    tongue, first, then, told, not_told
):
    chat = chat_in(tongue)
    await chat.says(first)

    answer = text_of(await chat.says(then))

    assert told in answer
    assert not_told not in answer
    assert answer.count("\n") == 0


@pytest.mark.parametrize(
    ("tongue", "first", "then", "next_step"),
    [
        ("zh-Hans", "可以换货吗", "没货了怎么办", "选好想要的尺码"),
        ("en", "how long do I have to return", "what should I do if it is late", "to begin"),
        ("en", "do you have gift cards", "what can I do with one", "last four digits"),
    ],
)
async def test_what_to_do_in_a_case_of_its_own_is_not_the_next_step(tongue, first, then, next_step):
    chat = chat_in(tongue)
    await chat.says(first)

    assert next_step not in text_of(await chat.says(then))


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("可以請我先生去拿嗎", "親友憑取件碼"),
        ("沒去拿會怎樣", "自動退回"),
        ("可以放到下週嗎", "3 天"),
    ],
)
async def test_what_is_asked_of_a_parcel_to_collect_is_told_by_the_house_and_not_by_the_scans(
    then, told
):
    chat = chat_in("zh-Hant", "W1000013")
    await chat.says("我的保溫杯 W1000013 到哪了")

    answer = text_of(await chat.says(then))

    assert told in answer
    assert "順豐" not in answer


async def test_what_no_article_tells_is_not_guessed_but_offered_with_a_time():
    chat = chat_in("en")
    await chat.says("how long does a repair take")

    answer = text_of(await chat.says("do I get a replacement meanwhile"))

    assert "A colleague" in answer or "a colleague" in answer
    assert "10 minutes" in answer
    assert chat.state.misses == 1


async def test_another_question_is_none_behind_the_last_answer():
    chat = chat_in("zh-Hans")
    await chat.says("退款多久到账")

    assert "申请发票" in text_of(await chat.says("发票怎么开"))


async def test_an_order_of_theirs_is_looked_up_whatever_was_told_before():
    chat = chat_in("zh-Hans")
    await chat.says("优惠券可以叠加吗")

    assert "订单号" in text_of(await chat.says("对了我那个瑜伽垫的退款到账没有"))


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        ("优惠券可以叠加吗", "我嘅单几时出货呀", "订单号"),
        ("怎么开发票", "扣了1块又退回来，是在验卡吗", "报错代码"),
    ],
)
async def test_a_question_surely_on_another_subject_stands_behind_nothing(first, then, told):
    chat = chat_in("zh-Hans")
    await chat.says(first)

    assert told in text_of(await chat.says(then))


@pytest.mark.parametrize("text", ["x" * 4096, "🤡🤡🤡", "xxxx?"])
@pytest.mark.parametrize(
    ("tongue", "question"),
    [("zh-Hans", "你们卖的是正品吗"), ("en", "are your products authentic?")],
)
async def test_what_holds_no_word_is_asked_back_and_goes_on_with_nothing(tongue, question, text):
    chat = chat_in(tongue)
    await chat.says(question)

    asked = await chat.says(text)

    assert chat.state.article == "authentic"
    assert chat.state.misses == 1
    assert asked.open_case is None
    assert any(action.startswith("topic:") for action in actions_of(asked))


async def test_an_ok_before_a_question_is_no_goodbye():
    chat = chat_in("en", "W1000012")
    await chat.says("where is my refund for W1000012")

    assert "7 days at the latest" in text_of(await chat.says("ok when exactly"))
    assert "3 working days" in text_of(await chat.says("my bank says nothing came"))
