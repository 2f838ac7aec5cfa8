import pytest

from bot.understanding.reading import Intent, Signal
from handoff.conversation import Holder, MessageKind
from tests.chat import Chat, actions_of, chat_in, text_of


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


async def test_who_presses_for_the_parcel_sees_all_of_it_however_lately_it_was_told():
    chat = chat_in("zh-Hans", "W1000001")
    await chat.says("W1000001 到哪了")

    pressed = await chat.presses("track")

    assert "SF1234567890123" in text_of(pressed)


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
        ("en", "do you have the linen shirt in L?", "both of them"),
    ],
)
async def test_a_few_calm_words_in_a_talk_call_no_lawyer(tongue, first, then):
    chat = chat_in(tongue)
    await chat.says(first)

    case = (await chat.says(then)).open_case

    assert case is None or case.reason == "explicit_request"


@pytest.mark.parametrize(
    ("words", "signals", "reason"),
    [
        ("and where is it now?", (), ""),
        ("that is not it", (Signal.BOT_MISREAD,), "bot_failed"),
    ],
)
async def test_a_few_calm_words_behind_an_answer_tell_of_no_failed_bot(words, signals, reason):
    chat = Chat(tongue="en")
    chat.reader.means("do you have gift cards?", Intent.PROMO_RULES)
    failed = {"bot_failed": 0.9, "person": 0.9}
    chat.reader.means(words, Intent.PROMO_RULES, likely=failed, signals=frozenset(signals))
    await chat.says("do you have gift cards?")

    case = (await chat.says(words)).open_case

    assert (case.reason if case else "") == reason


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


@pytest.mark.parametrize(
    ("first", "detail"),
    [
        ("my invoice has the wrong company name", "W1000019"),
        ("my invoice has the wrong company name", "should be Northwind Traders LLC"),
    ],
)
async def test_the_detail_a_person_was_to_be_told_brings_the_person(first, detail):
    chat = chat_in("en", "W1000019")
    await chat.says(first)

    handed = await chat.says(detail)

    assert handed.open_case is not None
    assert handed.open_case.reason == "explicit_request"


@pytest.mark.parametrize(
    ("first", "number", "policy"),
    [
        ("收到的圍巾有破洞", "W1000003", "returns"),
        ("收到的咖啡豆少了一包", "W1000003", "parcel_trouble"),
        ("the courier left it in the rain, box is soaked", "W1000003", "parcel_trouble"),
    ],
)
async def test_what_went_wrong_is_taken_up_when_the_order_is_named(first, number, policy):
    chat = chat_in("zh-Hant")
    chat.remember(proven=("W1000003",))
    await chat.says(first)
    chat.remember(form=None)

    await chat.says(number)

    form = chat.state.form
    assert chat.holder is Holder.QUEUE or (form is not None and form.policy in (policy, "returns"))


async def test_a_question_on_the_way_is_answered_and_the_form_waits():
    chat = chat_in("zh-Hans", "W1000003")
    await chat.says("我要换个码 W1000003")

    told = await chat.says("运费我出吗")

    assert "运费" in text_of(told)
    assert "没有完全听明白" not in text_of(told)
    assert chat.state.form is not None


async def test_goods_named_after_a_list_open_their_order():
    chat = chat_in("en")
    await chat.says("where's my stuff")
    await chat.shares("+12025550102")

    told = await chat.says("the coat")

    assert "W1000016" in text_of(told)


async def test_digits_behind_a_number_prove_it_whatever_was_spoken_of_before():
    chat = chat_in("zh-Hans")
    await chat.says("付款失败了怎么办")

    told = await chat.says("W1000011 1001")

    assert "洗脸巾" in text_of(told)


async def test_all_orders_that_were_named_are_told_once_the_phone_is_proved():
    chat = chat_in("zh-Hans")
    await chat.says("帮我查两个单 W1000001 和 W1000012")

    told = await chat.says("1001")

    assert "真丝眼罩" in text_of(told)
    assert "瑜伽垫" in text_of(told)


async def test_a_refund_of_an_order_nobody_returned_is_told_honestly():
    chat = chat_in("en", "W1000003")

    told = await chat.says("where is my refund for W1000003?")

    assert "No refund is under way" in text_of(told)
    assert "begin:returns:W1000003" in actions_of(told)


async def test_a_picture_on_the_way_is_kept_and_the_question_stands():
    chat = chat_in("en", "W1000003")
    await chat.says("I want to return W1000003")

    told = await chat.hears(chat.message("", MessageKind.PHOTO))

    assert "kept it" in text_of(told)
    assert any(":reason:" in action for action in actions_of(told))


async def test_whether_anybody_is_there_is_answered():
    chat = chat_in("en")
    await chat.says("hello?")

    assert "I am here" in text_of(await chat.says("anyone there"))


async def test_a_wish_that_was_not_understood_is_not_met_with_a_welcome():
    told = await chat_in("").says("刚才买错了，想改成两件")

    assert "欢迎光临" not in text_of(told)


async def test_a_remedy_named_while_pictures_are_asked_for_is_kept_until_it_is_on_offer():
    chat = chat_in("en", "W1000003")
    await chat.says("I want to return W1000003, it arrived damaged")
    noted = await chat.says("I'd like a new one please")
    assert "did not quite catch" not in text_of(noted)

    offered = await chat.says("I have no photo")

    assert chat.state.form is not None
    assert chat.state.form.choices == ("resend",)
    assert any(action.endswith(":yes") for action in actions_of(offered))


async def test_words_that_come_instead_of_a_picture_are_noted_not_misunderstood():
    chat = chat_in("zh-Hans", "W1000003")
    await chat.says("我要退 W1000003，收到就破损了")

    told = await chat.says("买了三包只有两包")

    assert "没有完全听明白" not in text_of(told)
    assert "记下了" in text_of(told)


@pytest.mark.parametrize("words", ["换一台吧", "给我换"])
async def test_a_wish_of_who_waits_is_passed_on_and_meets_no_article(words):
    chat = chat_in("zh-Hans")
    await chat.says("人工")

    told = await chat.says(words)

    assert "无理由" not in text_of(told)


async def test_an_address_given_for_the_order_in_view_is_restated_at_once():
    chat = chat_in("en", "W1000002")
    await chat.says("where is W1000002")

    told = await chat.says("please change it to 9 Elm Close, Bath BA1 2XY")

    assert "9 Elm Close" in text_of(told)
    assert any(action.endswith(":yes") for action in actions_of(told))


@pytest.mark.parametrize("words", ["那我等等看", "ok I'll try that"])
async def test_who_goes_off_to_try_it_is_not_greeted(words):
    chat = chat_in("en" if words.isascii() else "zh-Hans")
    await chat.says("do_not_honor")

    told = text_of(await chat.says(words))

    assert "Hello" not in told
    assert "您好" not in told


async def test_a_wrong_colour_told_beside_the_pictures_is_noted():
    chat = chat_in("zh-Hans", "W1000003")
    await chat.says("W1000003 发错货了，给我退货")

    noted = await chat.says("颜色不对，我要的灰色")

    assert noted.open_case is None


async def test_dark_words_after_a_miss_get_no_article():
    chat = chat_in("zh-Hans")
    await chat.says("那个蓝蓝的东西它不吱声了")

    told = await chat.says("就是那样嘛")

    assert "参数" not in text_of(told)


@pytest.mark.parametrize(
    ("tongue", "text", "beside"),
    [
        ("zh-Hans", "学校几点开门", "自提点"),
        ("zh-Hans", "护照几天能办好", "海关"),
        ("en", "and if I am not there?", "pickup point"),
    ],
)
async def test_an_article_on_another_matter_must_be_surer(tongue, text, beside):
    told = await chat_in(tongue).says(text)

    assert beside not in text_of(told)


async def test_what_is_none_of_the_shops_needs_more_than_a_word_of_an_article():
    told = await chat_in("en").says("can I have two accounts at the bank?")

    assert "change your password" not in text_of(told)
