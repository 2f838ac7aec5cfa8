import pytest

from bot.understanding import Reader
from bot.understanding.reading import Emotion, Intent, Role, Signal, Utterance
from handoff.text import Language


def turns(*texts: str) -> list[Utterance]:
    roles = (Role.USER, Role.BOT)
    return [Utterance(roles[place % 2], text) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("什么时候能发货呀", Intent.ORDER_STATUS),
        ("has my order been dispatched", Intent.ORDER_STATUS),
        ("物流三天没更新了", Intent.LOGISTICS_TRACKING),
        ("how long does delivery to Spain take", Intent.LOGISTICS_TRACKING),
        ("付不了款，一直报错", Intent.PAYMENT_ERROR),
        ("i got billed twice", Intent.PAYMENT_ERROR),
        ("开封了还能退吗", Intent.RETURN_REFUND_POLICY),
        ("what is your return policy", Intent.RETURN_REFUND_POLICY),
        ("退款怎么还没到账", Intent.REFUND_STATUS),
        ("where's my refund", Intent.REFUND_STATUS),
        ("麻烦开个电子发票", Intent.INVOICE),
        ("這件有黑色嗎", Intent.PRODUCT_QUESTION),
        ("优惠券怎么用不了", Intent.PROMO_RULES),
        ("收货电话写错了", Intent.ADDRESS_CHANGE),
        ("please cancel it", Intent.CANCEL_ORDER),
        ("转人工", Intent.HUMAN_REQUEST),
        ("您好", Intent.GREETING_THANKS),
        ("给我写首诗", Intent.OUT_OF_SCOPE),
        ("发漂开错了", Intent.INVOICE),
        ("wo yao tuihuo", Intent.RETURN_REFUND_POLICY),
    ],
)
def test_the_main_wish_is_read(reader: Reader, text: str, intent: Intent) -> None:
    assert reader.read(text).intent is intent


def test_several_wishes_are_told_main_one_first(reader: Reader) -> None:
    reading = reader.read("退款多久到账？另外发票怎么开")

    assert reading.intent in {Intent.REFUND_STATUS, Intent.INVOICE}
    assert {Intent.REFUND_STATUS, Intent.INVOICE} <= set(reading.intents)


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("你们就是一群骗子", Emotion.ANGRY),
        ("This is a scam and you are liars", Emotion.ANGRY),
        ("急死了，求你们快点", Emotion.ANXIOUS),
        ("I'm panicking, please hurry", Emotion.ANXIOUS),
        ("太失望了，女儿哭了一晚上", Emotion.SAD),
        ("I'm heartbroken", Emotion.SAD),
        ("太好吃了，回购第三次", Emotion.POSITIVE),
        ("absolutely love it", Emotion.POSITIVE),
        ("快递怎么还没到", Emotion.NEUTRAL),
        ("不着急，慢慢来", Emotion.NEUTRAL),
        ("I'm not angry, just asking", Emotion.NEUTRAL),
        ("没有生气", Emotion.NEUTRAL),
        ("我妈的外套到了吗", Emotion.NEUTRAL),
        ("do you sell trash cans", Emotion.NEUTRAL),
        ("这面膜有毒，停不下来地囤", Emotion.POSITIVE),
        ("this bass is sick, love it", Emotion.POSITIVE),
        ("效率真高，一个月了才寄来个空盒子", Emotion.ANGRY),
        ("Bravo, you lost it again", Emotion.ANGRY),
        ("Lovely mug, but the handle is cracked, can I exchange it?", Emotion.NEUTRAL),
    ],
)
def test_feelings_are_read_from_words_and_not_from_topic(
    reader: Reader, text: str, emotion: Emotion
) -> None:
    assert reader.read(text).emotion is emotion


def test_a_stronger_voice_is_a_stronger_feeling(reader: Reader) -> None:
    calm = reader.read("this is unacceptable")
    loud = reader.read("THIS IS ABSOLUTELY UNACCEPTABLE!!! you liars")

    assert 0 < calm.intensity < loud.intensity <= 1


def test_words_quoted_from_others_do_not_count(reader: Reader) -> None:
    assert reader.read("评论说“垃圾店，骗子”，是真的吗").emotion is Emotion.NEUTRAL
    assert (
        reader.read("my friend said you are scammers, do you ship abroad").emotion
        is Emotion.NEUTRAL
    )
    assert Signal.LEGAL_STEP not in reader.read("有《律师的一天》这本书吗").signals


@pytest.mark.parametrize(
    "text",
    [
        "人工",
        "转人工客服",
        "我要找真人",
        "叫你们经理来",
        "有没有活人",
        "客服电话是多少",
        "我想轉真人",
        "agent",
        "representative pls",
        "can I talk to someone",
        "let me speak with a supervisor",
        "I want a real person",
        "not a bot please",
    ],
)
def test_asking_for_a_person_is_heard(reader: Reader, text: str) -> None:
    assert reader.read(text).asks_person


@pytest.mark.parametrize(
    "text",
    [
        "人工草坪多少钱",
        "不用转人工",
        "别给我转人工了",
        "客服在吗",
        "刚才那位人工客服很专业",
        "human hair wig",
        "I don't need to talk to a human",
        "my last agent said 3 days",
        "are you a bot or a human?",
        "真人模特多高",
    ],
)
def test_naming_a_person_is_not_asking_for_one(reader: Reader, text: str) -> None:
    assert not reader.read(text).asks_person


@pytest.mark.parametrize(
    "text",
    [
        "算了，没事了",
        "找到了，不好意思",
        "不用转了，已经解决",
        "never mind",
        "false alarm, it just arrived",
    ],
)
def test_taking_it_back_is_heard(reader: Reader, text: str) -> None:
    reading = reader.read(text)

    assert reading.takes_back
    assert not reading.asks_person


def test_giving_up_with_a_wish_takes_nothing_back(reader: Reader) -> None:
    reading = reader.read("算了，帮我取消订单")

    assert reading.intent is Intent.CANCEL_ORDER
    assert not reading.takes_back


@pytest.mark.parametrize(
    ("text", "signal", "there"),
    [
        ("吹风机冒烟了", Signal.HARM, True),
        ("涂完脸上起了红疹", Signal.HARM, True),
        ("The charger caught fire", Signal.HARM, True),
        ("会不会过敏", Signal.HARM, False),
        ("does it overheat", Signal.HARM, False),
        ("幸好没有受伤", Signal.HARM, False),
        ("需要防火毯", Signal.HARM, False),
        ("我要打12315", Signal.LEGAL_STEP, True),
        ("I will file a chargeback", Signal.LEGAL_STEP, True),
        ("tennis court shoes", Signal.LEGAL_STEP, False),
        ("invoice to the office next to 法院宿舍", Signal.LEGAL_STEP, False),
        ("已经报警了，警察要监控", Signal.LEGAL_TOLD, True),
        ("my solicitor will write to you", Signal.LEGAL_TOLD, True),
        ("我律师朋友推荐的你家", Signal.LEGAL_TOLD, False),
        ("my solicitor friend loves the bag", Signal.LEGAL_TOLD, False),
        ("周末有人工值班吗", Signal.ASKS_PERSON, False),
        ("what time does live chat close", Signal.ASKS_PERSON, False),
        ("现在就转人工", Signal.ASKS_PERSON, True),
        ("这个会拉肚子吗", Signal.HARM, False),
        ("你是机器人还是真人", Signal.ASKS_PERSON, False),
        ("吃了拉肚子", Signal.HARM, True),
        ("are the sleeves long", Signal.GRAVE, False),
        ("my lawyer wants the receipt", Signal.GRAVE, True),
        ("烟雾报警器响不响", Signal.LEGAL_STEP, False),
        ("不想活了", Signal.SELF_HARM, True),
        ("好看得要死想死你们了", Signal.SELF_HARM, False),
        ("我是钻石会员，退款没人处理", Signal.VIP, True),
        ("钻石画有货吗", Signal.VIP, False),
        ("账号被盗了", Signal.SECURITY, True),
        ("fake plants", Signal.COUNTERFEIT, False),
        ("第三次问了", Signal.REPEATED, True),
    ],
)
def test_signs_are_told_from_words_that_look_like_them(
    reader: Reader, text: str, signal: Signal, *, there: bool
) -> None:
    assert (signal in reader.read(text).signals) is there


@pytest.mark.parametrize("text", ["Goodbye", "再见", "hello"])
def test_a_goodbye_alone_is_no_cry_for_help(reader: Reader, text: str) -> None:
    likely = reader.read(text).likely

    assert likely["legal_safety"] == likely["urgent"] == 0.0


def test_earlier_turns_carry_values_and_the_wish(reader: Reader) -> None:
    context = turns("退款进度查一下", "请提供订单号。")

    reading = reader.read("单号是202611180042", context)

    assert reading.intent is Intent.REFUND_STATUS
    assert reading.entities.order_no == ("202611180042",)


@pytest.mark.parametrize("text", ["在吗", "在吗 qxghbbbb", "hello?"])
def test_a_bare_greeting_asks_nothing_again(reader: Reader, text: str) -> None:
    before = turns("我的订单到哪了 W1000001", "订单 W1000001：已发货，正在路上。")

    assert reader.read(text, before).intents == (Intent.GREETING_THANKS,)


@pytest.mark.parametrize("text", ["在吗", "亲在吗？", "hello~", "👋 你好"])
def test_a_greeting_after_a_long_talk_of_one_matter_is_a_greeting(
    reader: Reader, text: str
) -> None:
    told = "订单 W1000001：已发货，正在路上。"
    asked = ("订单 W1000001 发货了吗？", "我的订单到哪了 W1000001", "到哪了")
    before = turns("在吗", "您好呀，今天有什么可以帮到您？", *(t for a in asked for t in (a, told)))

    assert reader.read(text, before).intents == (Intent.GREETING_THANKS,)


@pytest.mark.parametrize("asked", ["订单 {} 发货了吗？", "帮我查一下 {}", "我的订单到哪了 {}"])
def test_one_question_after_many_like_it_stays_one(reader: Reader, asked: str) -> None:
    told = "订单 {}：已发货，正在路上。\n您可以点“查物流”随时查看位置。"
    past = (
        "谢谢",
        "很高兴能帮上忙！",
        "快递 SF2900000111016 到哪了？",
        "运输中。",
        "您好",
        "您好！",
    )
    lines = [line.format(f"W200004{n}") for n in range(4) for line in (asked, told)]

    reading = reader.read(asked.format("W2000045"), turns(*past, *lines))

    assert set(reading.intents) <= {Intent.ORDER_STATUS, Intent.LOGISTICS_TRACKING}


@pytest.mark.parametrize("text", ["Status of W7654321 please", "帮我查一下 W7654321"])
def test_who_asks_to_look_an_order_up_asks_that_whatever_was_asked_of_them(
    reader: Reader, text: str
) -> None:
    before = turns("My card says do_not_honor", "Which order is it about?")

    assert reader.read(text, before).intent is Intent.ORDER_STATUS


@pytest.mark.parametrize("text", ["Where is my order W7654321?", "order W7654321"])
def test_a_number_answers_the_question_for_it_unless_it_asks_something_itself(
    reader: Reader, text: str
) -> None:
    before = turns("My card says do_not_honor", "Which order is it about?")

    asks = text.endswith("?")
    assert (reader.read(text, before).intent is Intent.PAYMENT_ERROR) is not asks


def test_what_the_message_states_is_not_carried(reader: Reader) -> None:
    context = turns("202611180042 发了没", "还在备货。")

    assert reader.read("那 W7654321 呢", context).carried.order_no == ()
    assert reader.read("大概几号能到", context).carried.order_no == ("202611180042",)


def test_answers_that_missed_are_counted(reader: Reader) -> None:
    lost = turns("能开专票吗", "抱歉，我没有理解您的意思。", "专票！", "请您换个说法。")
    repeated = turns("页面打不开", "请在账户页申请。", "说了打不开", "请在账户页申请。")
    fine = turns("运费多少", "满 99 元包邮。", "多久到", "三天左右。")
    nodded = turns("能刷门禁吗", "是的哦", "公交呢", "是的哦")

    assert [reader.read("还是不行", each).misses for each in (lost, repeated)] == [2, 2]
    assert [reader.read("那周末送吗", each).misses for each in (fine, nodded)] == [0, 0]


def test_an_answer_is_missed_when_the_message_at_hand_says_so(reader: Reader) -> None:
    once = turns("can I swap the size", "Your order has shipped.")
    twice = turns(
        *("can I swap the size", "Your order has shipped."), "no, the size", "It is blue."
    )

    assert reader.read("that's not what I asked", once).misses == 1
    assert reader.read("that's not what I asked", twice).misses >= 1


def test_the_tongue_so_far_holds_for_numbers(reader: Reader) -> None:
    assert reader.read("202611180042", hint=Language.ZH_HANT).language is Language.ZH_HANT


def test_evidence_shows_the_customers_own_words(reader: Reader) -> None:
    evidence = reader.read("你們就是騙子").evidence

    assert ("angry", "騙子") in {(sign.label, sign.words) for sign in evidence}


@pytest.mark.parametrize(
    "text",
    ["", " ", "\ud83d", "😀" * 50, "?" * 400, "“" * 500, "ａ" * 300, "\u200b", "退款" * 5_000],
)
def test_odd_texts_are_read(reader: Reader, text: str) -> None:
    assert reader.read(text).intents


def test_a_pasted_book_is_read_only_at_its_beginning(reader: Reader) -> None:
    reading = reader.read("字" * 100_000)

    assert len(reading.text) == 100_000
    assert len(reading.normal) <= 8_000


def test_different_questions_about_one_order_are_no_repeats(reader: Reader) -> None:
    asked = [Utterance(Role.USER, text) for text in ("W1000001 到哪了", "W1000001 的发票怎么开")]
    again = [Utterance(Role.USER, text) for text in ("W1000001 到哪了", "W1000002 到哪了")]

    assert reader.read("谢谢", context=asked).repeats == 0
    assert reader.read("谢谢", context=again).repeats == 1


@pytest.mark.parametrize("text", ["what is the meaning of life", "生命的意义是什么"])
def test_what_is_no_matter_of_ours_stands_alone(reader: Reader, text: str) -> None:
    assert reader.read(text).intents == (Intent.OUT_OF_SCOPE,)


def test_what_is_no_matter_of_ours_is_not_told_beside_a_topic(reader: Reader) -> None:
    texts = (
        "where is my parcel, and what is the meaning of life?",
        "退款几天到账，顺便问下今天天气怎么样",
    )

    for text in texts:
        assert Intent.OUT_OF_SCOPE not in reader.read(text).intents[1:]


def test_a_post_code_among_english_words_is_no_hotline(reader: Reader) -> None:
    home = reader.read("Send it to 12 Elm Street, Springfield 12345, please")
    threat = reader.read("再不退款我打12345")

    assert Signal.LEGAL_STEP not in home.signals
    assert Signal.LEGAL_STEP in threat.signals
