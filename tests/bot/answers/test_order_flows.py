from dataclasses import replace

import pytest

from bot.heard import HeardKind
from bot.shop.demo import DemoShop
from bot.understanding import Reader
from bot.understanding.reading import Entities, Intent, Signal
from handoff.conversation import Contact, MessageKind
from handoff.words import WordKind
from tests.chat import SEEDS, Chat, actions_of, text_of

LIN = "+8613900001001"
TRACK = {"intent": Intent.LOGISTICS_TRACKING}


class Silent:
    async def track(self, tracking_no, carrier):
        raise ConnectionError


@pytest.fixture
def chat() -> Chat:
    return Chat(tongue="zh-Hans")


@pytest.fixture
def english() -> Chat:
    return Chat(tongue="en")


async def test_slots_are_asked_one_at_a_time_and_none_twice(chat):
    asked_number = await chat.says("我的快递到哪了", **TRACK)
    asked_tail = await chat.says("W1000001", intent=Intent.ORDER_STATUS)
    told = await chat.says("1001")

    assert "W1000001，或 12 位数字" in text_of(asked_number)
    assert asked_number.words[0].body.ask_contact == "分享我的手机号"
    assert "后四位" in text_of(asked_tail)
    assert "运输中" in text_of(told)
    assert len(set(chat.said)) == 3


async def test_tracking_tells_state_last_scan_next_step_and_date(english):
    english.remember(proven=("W1000001",))

    told = text_of(await english.says("Where is W1000001?", **TRACK))

    assert "SF Express SF1234567890123: On the way." in told
    assert "Latest: today at" in told
    assert "上海" in told
    assert "Due with you by tomorrow at 18:00." in told


async def test_an_order_before_shipping_tells_when_it_leaves(english):
    english.remember(proven=("W1000002",))

    told = text_of(await english.says("Status of W1000002", intent=Intent.ORDER_STATUS))

    assert "Linen shirt ×2, Canvas belt" in told
    assert "being packed" in told
    assert "It ships by" in told


async def test_the_proof_outlives_the_question(chat):
    await chat.says("W1000001 到哪了", **TRACK)
    await chat.says("1001")

    again = await chat.says("现在呢", **TRACK)

    assert "正在路上" in text_of(again)
    assert "后四位" not in text_of(again)


async def test_who_asks_on_about_an_order_is_not_told_all_of_it_again(chat):
    await chat.shares(LIN)
    told = text_of(await chat.says("W1000001 到哪了", **TRACK))

    again = text_of(await chat.says("那今天能到吗", **TRACK))

    assert "预计明天 18:00 前送达" in again
    assert len(again) < len(told) / 2


async def test_what_was_perhaps_never_read_is_told_whole_again(chat):
    await chat.shares(LIN)
    told = await chat.says("W1000001 到哪了", **TRACK)

    again = await chat.hears(chat.heard(HeardKind.EXPIRED, message=chat.message("x").message))

    assert text_of(told) in text_of(again)


async def test_a_shared_phone_lists_the_orders_as_buttons(chat):
    await chat.says("查快递", **TRACK)

    listed = await chat.shares(LIN)
    opened = await chat.presses("track:W1000001")

    assert "3 个订单" in text_of(listed)
    assert "track:W1000001" in actions_of(listed)
    assert "运输中" in text_of(opened)


async def test_an_order_asked_for_beside_another_matter_needs_no_second_proof(chat):
    await chat.shares(LIN)
    await chat.says("W1000001 到哪了", **TRACK)

    both = (Intent.INVOICE, Intent.LOGISTICS_TRACKING)
    told = text_of(await chat.says("发票怎么开？还有我的快递呢", intent=both[0], intents=both))

    assert "正在路上" in told
    assert "后四位" not in told


async def test_a_single_order_of_the_phone_is_told_at_once(english):
    english.contact = Contact(name="Noah", language="en")

    told = await english.shares("+12025550105")

    assert "W1000005" in text_of(told)


async def test_a_phone_without_orders_is_asked_for_a_number(english):
    told = await english.shares("+12025550107")

    assert "there is no order under it yet" in text_of(told)


@pytest.mark.parametrize("phone", ["", "+12025550107"])
async def test_unknown_and_foreign_orders_get_the_same_words_all_the_way(phone):
    async def tell(number: str) -> list[str]:
        chat = Chat(tongue="zh-Hans")
        chat.remember(contact=Contact(phone=phone))
        for text in (f"{number} 到哪了", "9999", "8888"):
            await chat.says(text, **TRACK)
        return [said.replace(number, "?") for said in chat.said]

    foreign, unknown = await tell("W1000006"), await tell("W9999999")

    assert foreign == unknown
    assert len(foreign) == 3


async def test_five_wrong_proofs_lead_to_a_person_and_not_to_the_order(chat):
    await chat.says("W1000006 到哪了", **TRACK)
    outcomes = [await chat.says(digits) for digits in ("1111", "2222", "3333", "4444", "5555")]

    assert [outcome.open_case is not None for outcome in outcomes] == [False] * 4 + [True]
    assert outcomes[-1].open_case is not None
    assert outcomes[-1].open_case.reason == "identity"
    assert [word.kind for word in outcomes[-1].words] == [WordKind.NOTICE]
    assert not any("咖啡机" in said for said in chat.said)


async def test_a_locked_order_stays_locked_for_the_right_digits(chat):
    chat.gate.by_order["W1000001"] = 5
    await chat.says("W1000001 到哪了", **TRACK)

    outcome = await chat.says("1001")

    assert outcome.open_case is not None
    assert "真丝眼罩" not in text_of(outcome)


async def test_wrong_digits_are_not_tried_again_with_the_next_message(chat):
    await chat.says("W1000001 到哪了", **TRACK)
    await chat.says("9999")
    await chat.says("到底到哪了", **TRACK)

    assert chat.gate.by_order == {"W1000001": 1}


@pytest.mark.parametrize("number", ["W10001", "W10000011", "20261105", "1234567890123456"])
async def test_a_malformed_order_number_gets_a_hint_with_an_example(chat, number):
    told = await chat.says(f"订单 {number} 到哪了", **TRACK)

    assert f"“{number}” 看起来不完整" in text_of(told)
    assert "W1000001" in text_of(told)


async def test_no_number_at_hand_leads_to_the_phone(english):
    await english.says("Where is my parcel?", **TRACK)

    told = await english.says("I don't have it", intent=Intent.ORDER_STATUS)

    assert "No order number needed" in text_of(told)
    assert told.words[0].body.ask_contact


async def test_another_question_is_answered_while_a_slot_is_open(chat):
    await chat.says("我的快递到哪了", **TRACK)

    other = await chat.says("退货运费谁出？", intent=Intent.RETURN_REFUND_POLICY)

    assert "运费" in text_of(other)
    assert "订单号" not in text_of(other).splitlines()[0]


async def test_a_bare_waybill_gets_what_anybody_may_know(chat):
    told = await chat.says("SF1234567890123 到哪了", **TRACK)

    assert "顺丰" in text_of(told)
    assert "95338" in text_of(told)
    assert "上海" not in text_of(told)


async def test_an_own_waybill_is_told_in_full(chat):
    chat.remember(contact=Contact(phone=LIN))

    told = await chat.says("SF1234567890123 到哪了", **TRACK)

    assert "上海" in text_of(told)


async def test_somebody_elses_waybill_is_not_told_to_a_bound_account(chat):
    chat.remember(contact=Contact(phone=LIN))

    told = await chat.says("YT1234567890123 到哪了", **TRACK)

    assert "武汉" not in text_of(told)


async def test_a_shop_that_is_away_is_said_and_the_proof_waits(chat):
    await chat.says("W1000001 到哪了", **TRACK)
    chat.shop.down = True
    away = await chat.says("1001")
    chat.shop.down = False

    again = await chat.presses("again")

    assert "没有回应" in text_of(away)
    assert "again" in actions_of(away)
    assert away.open_case is None
    assert "运输中" in text_of(again)


async def test_orders_named_in_one_breath_are_all_told(english):
    english.remember(proven=("W1000001", "W1000002"))

    told = text_of(await english.says("Where is W1000001?", "And W1000002?", **TRACK))

    assert "SF Express SF1234567890123: On the way." in told
    assert "being packed" in told


@pytest.mark.parametrize(
    ("first", "intent"),
    [
        ("thanks a lot!", Intent.GREETING_THANKS),
        ("My card says do_not_honor", Intent.PAYMENT_ERROR),
        ("Can I change my address?", Intent.ADDRESS_CHANGE),
    ],
)
async def test_an_order_asked_for_in_a_message_of_its_own_is_told_whatever_stands_before(
    english, first, intent
):
    english.remember(proven=("W1000002",))
    second = "Where is W1000002?"
    english.reader.means(first, intent)
    english.reader.means(second, Intent.ORDER_STATUS)
    english.reader.means(f"{first}\n{second}", intent)

    told = text_of(await english.says(first, second))

    assert "Order W1000002" in told


async def test_a_person_wished_for_in_a_message_of_its_own_comes_whatever_else_is_asked(english):
    first, second = "A human please", "Where is W1000002?"
    wish = frozenset({Signal.ASKS_PERSON})
    english.reader.means(first, Intent.HUMAN_REQUEST, signals=wish)
    english.reader.means(second, Intent.ORDER_STATUS)
    english.reader.means(f"{first}\n{second}", Intent.ORDER_STATUS)

    outcome = await english.says(first, second)

    assert outcome.open_case is not None
    assert outcome.open_case.reason == "explicit_request"


async def test_many_orders_are_told_in_a_line_each(english):
    numbers = ("W1000001", "W1000002", "W1000003", "W1000005")
    english.remember(proven=numbers)

    told = text_of(await english.says(*(f"Where is {number}?" for number in numbers), **TRACK))

    assert [number for number in numbers if f"Order {number}" not in told] == []
    assert "SF1234567890123" not in told


async def test_of_several_unproved_orders_one_is_asked_for_and_the_others_are_named(english):
    english.remember(proven=("W1000002",))

    told = text_of(await english.says("Where are W1000001, W1000002 and W1000003?", **TRACK))

    assert "being packed" in told
    assert "last four digits" in told
    assert told.index("W1000001") < told.index("go on with W1000003")


async def test_a_waybill_beside_an_order_is_told_too(english):
    english.remember(proven=("W1000002",))

    told = text_of(await english.says("Where is W1000002?", "And YT1234567890123?", **TRACK))

    assert "being packed" in told
    assert "YT1234567890123" in told


async def test_a_shop_that_is_away_is_said_for_every_order_that_was_named(english):
    english.shop.down = True

    told = text_of(await english.says("Where is W1000001?", "And W1000002?", **TRACK))

    assert "W1000001" in told
    assert "W1000002" in told


async def test_a_silent_carrier_leaves_the_order_told(chat):
    chat.remember(proven=("W1000001",))
    chat.carriers = Silent()

    told = await chat.says("W1000001 到哪了", **TRACK)

    assert "已发货" in text_of(told)
    assert "查询系统这会儿没有回应" in text_of(told)


async def test_an_order_link_chooses_the_order_and_proves_nothing(chat):
    told = await chat.commands("start", "W1000001")

    assert "W1000001" in text_of(told)
    assert "后四位" in text_of(told)


async def test_an_order_in_a_problem_is_weighed_before_it_is_proved(chat):
    outcome = await chat.says(
        "订单 202611050001 的电脑坏了",
        intent=Intent.COMPLAINT,
        signals=frozenset({Signal.PROBLEM}),
    )

    assert outcome.open_case is not None
    assert outcome.open_case.reason == "high_value"
    assert "笔记本" not in text_of(outcome)
    assert "6,299" not in text_of(outcome)


async def test_digits_and_number_in_one_message_are_enough(chat):
    entities = Entities(order_no=("W1000001",), phone_tail=("1001",))

    told = await chat.says("W1000001 尾号1001 到哪了", entities=entities, **TRACK)

    assert "运输中" in text_of(told)


@pytest.mark.parametrize("text", ["W1000001 1001", "W1000001，1001", "W1000001/1001。"])
async def test_an_order_number_and_bare_digits_are_enough(chat, text):
    entities = Entities(order_no=("W1000001",))

    assert "运输中" in text_of(await chat.says(text, entities=entities, **TRACK))


async def test_earlier_scans_are_under_more_newest_first_in_local_time(chat):
    chat.remember(proven=("W1000001",))

    (word,) = (await chat.says("W1000001 到哪了", **TRACK)).words

    start, end = word.body.fold
    folded = word.body.text[start:end].splitlines()
    assert folded[0] == "之前的记录："
    assert [line.split(" · ")[0] for line in folded[1:]] == ["昨天 21:40", "11月18日 19:05"]
    assert "上海" in word.body.text[:start]
    assert all(len(line) <= 40 for line in word.body.text.splitlines() if "：" not in line)


async def test_a_parcel_with_one_scan_folds_nothing(chat):
    parcel = await chat.shop.track("SF1234567890123", "")
    short = replace(parcel, events=parcel.events[:1])
    chat.carriers = DemoShop([], [short])
    chat.remember(proven=("W1000001",))

    (word,) = (await chat.says("W1000001 到哪了", **TRACK)).words

    assert word.body.fold == (0, 0)
    assert "最新：" in word.body.text


async def test_an_unpaid_order_offers_the_page_to_pay_it_and_a_delivered_one_what_is_missing(chat):
    chat.remember(proven=("W1000011", "W1000003"))

    unpaid = await chat.says("W1000011", intent=Intent.ORDER_STATUS)
    delivered = await chat.says("W1000003 到哪了", **TRACK)

    links = [b.url for row in unpaid.words[-1].body.buttons for b in row if b.url]
    assert links == ["https://shop.example/pay/W1000011"]
    assert "article:delivered-not-received" in actions_of(delivered)


@pytest.mark.parametrize(
    ("text", "in_answer"),
    [
        ("能寄到加拿大吗", "加拿大"),
        ("放门口行吗", "放门口"),
        ("一般几天到", "W1000001"),
        ("现在呢", "W1000001"),
    ],
)
async def test_with_an_order_in_view_the_house_rules_are_told_only_where_no_look_up_helps(
    chat, text, in_answer
):
    await chat.shares(LIN)
    await chat.says("W1000001 到哪了", **TRACK)

    assert in_answer in text_of(await chat.says(text, **TRACK))


@pytest.mark.parametrize("first", [Intent.INVOICE, Intent.REFUND_STATUS])
async def test_a_refund_asked_about_beside_an_invoice_is_answered_in_any_order(chat, first):
    both = (Intent.INVOICE, Intent.REFUND_STATUS)
    intents = both if first is Intent.INVOICE else both[::-1]

    told = await chat.says("发票怎么开\n退款多久到账", intent=first, intents=intents)

    assert "电子发票" in text_of(told)
    assert "原路退回" in text_of(told)


async def test_the_goods_a_customer_names_tell_which_of_their_orders_is_meant(chat):
    await chat.shares(LIN)

    told = text_of(await chat.says("我的眼罩到哪了", **TRACK))

    assert "W1000001" in told
    assert "3 个订单" not in told


async def test_orders_asked_for_beside_an_album_are_all_told(chat):
    await chat.shares(LIN)
    await chat.says("W1000011 到哪了", **TRACK)
    chat.reader = Reader.from_seeds(SEEDS)
    photo = chat.message("照片", MessageKind.PHOTO)
    asked = (chat.message("我的订单到哪了 W1000001"), chat.message("帮我查一下 W1000012"))

    told = text_of(await chat.hears(photo, *asked))

    assert "真丝眼罩" in told
    assert "瑜伽垫" in told


async def test_a_house_rule_told_beside_an_order_asks_for_no_number():
    chat = Chat(tongue="zh-Hans")
    chat.remember(proven=("W1000001",), order_no="W1000001")
    rule = await chat.says("能寄到加拿大吗", intent=Intent.LOGISTICS_TRACKING)

    hello = await chat.says("你好", intent=Intent.GREETING_THANKS)

    assert "加拿大" in text_of(rule)
    assert "您好" in text_of(hello)
    assert "慢" not in text_of(hello)
