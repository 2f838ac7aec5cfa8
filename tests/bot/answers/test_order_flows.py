from dataclasses import replace

import pytest

from bot.heard import HeardKind
from bot.shop.demo import DemoShop
from bot.understanding.reading import Intent
from handoff.conversation import Contact
from tests.chat import Chat, actions_of, chat_in, text_of

LIN = "+8613900001001"
TRACK = {"intent": Intent.LOGISTICS_TRACKING}


class Silent:
    async def track(self, tracking_no, carrier):
        raise ConnectionError


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


async def test_a_silent_carrier_leaves_the_order_told(chat):
    chat.remember(proven=("W1000001",))
    chat.carriers = Silent()

    told = await chat.says("W1000001 到哪了", **TRACK)

    assert "已发货" in text_of(told)
    assert "查询系统这会儿没有回应" in text_of(told)


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


async def test_a_house_rule_told_beside_an_order_asks_for_no_number():
    chat = Chat(tongue="zh-Hans")
    chat.remember(proven=("W1000001",), order_no="W1000001")
    rule = await chat.says("能寄到加拿大吗", intent=Intent.LOGISTICS_TRACKING)

    hello = await chat.says("你好", intent=Intent.GREETING_THANKS)

    assert "加拿大" in text_of(rule)
    assert "您好" in text_of(hello)
    assert "慢" not in text_of(hello)


async def test_what_is_added_about_a_delivery_that_failed_brings_the_person_it_is_for(chat):
    chat.remember(proven=("W1000018",))
    await chat.says("W1000018 怎么样了", intent=Intent.LOGISTICS_TRACKING)

    added = await chat.says("我明天下午三点以后在", intent=Intent.LOGISTICS_TRACKING)

    assert added.open_case is not None
    assert added.open_case.reason == "parcel"


async def test_whoever_asks_for_the_money_of_a_parcel_on_its_way_hears_how_it_comes_back(chat):
    chat.remember(proven=("W1000013",), order_no="W1000013")

    told = await chat.says("钱多久退回来", intent=Intent.REFUND_STATUS)

    assert "还没有退款在处理" in text_of(told)
    assert "48 小时内全额退款" in text_of(told)


async def test_of_an_order_that_left_in_part_it_is_said_how_the_rest_comes(english):
    english.remember(proven=("W1000016",))
    text = "Where is W1000016?"

    told = text_of(await english.says(text, intent=Intent.ORDER_STATUS))

    assert "The rest follows in a parcel of its own" in told


async def test_whoever_asks_why_a_payment_failed_hears_the_reason_of_the_last_attempt_once(english):
    english.remember(proven=("W1000005",))
    await english.says("W1000005", intent=Intent.ORDER_STATUS)

    why = text_of(await english.says("it failed? why", intent=Intent.ORDER_STATUS))
    again = text_of(await english.says("and now?", intent=Intent.ORDER_STATUS))

    assert "insufficient_funds: There was not enough money" in why
    assert "insufficient_funds" not in again


async def test_whoever_still_has_no_money_from_a_cancelled_order_gets_a_person(english):
    english.remember(proven=("W1000015",))
    await english.says("W1000015", intent=Intent.REFUND_STATUS)

    later = await english.says("nothing yet, it's been 20 days", intent=Intent.REFUND_STATUS)

    assert later.open_case is not None


@pytest.mark.parametrize(
    ("tongue", "text", "asks", "told"),
    [
        ("zh-Hans", "W1000001 走到哪了", "要是到时候还没到怎么办", "24 小时内给您新的送达时间"),
        ("en", "where's order W1000001", "and if it is not here in time?", "within 24 hours"),
    ],
)
async def test_what_if_it_does_not_come_is_told_and_not_how_it_stands(tongue, text, asks, told):
    chat = chat_in(tongue, "W1000001")
    await chat.says(text)

    then = text_of(await chat.says(asks))

    assert told in then
    assert not any(again in then for again in ("发给我", "Send me", "目前查到", "The latest on"))


@pytest.mark.parametrize(
    ("tongue", "text", "asks"),
    [
        ("zh-Hans", "W1000001 走到哪了", "如果我不在家能放到门口吗"),
        ("zh-Hans", "W1000001 走到哪了", "如果今晚送来我不方便收怎么办"),
        ("en", "where's order W1000001", "what if the courier is not able to reach me"),
    ],
)
async def test_what_if_nobody_is_in_is_no_question_of_a_late_order(tongue, text, asks):
    chat = chat_in(tongue, "W1000001")
    await chat.says(text)

    await chat.says(asks)

    assert chat.state.article != "delivery-late"
