"""What is asked and corrected while something is arranged."""

import pytest

from handoff.conversation import MessageKind
from tests.chat import chat_in, text_of

FAULTY = "W1000003 我收到的时候就起球了 质量问题想退"


async def remedy_chosen(words: str):
    chat = chat_in("zh-Hans", "W1000003")
    await chat.says(FAULTY)
    await chat.hears(chat.message("", MessageKind.PHOTO))
    await chat.says(words)
    return chat


async def test_a_remedy_chosen_stays_chosen_while_something_is_asked():
    chat = await remedy_chosen("退款")

    told = text_of(await chat.says("多久到账"))
    again = text_of(await chat.says("嗯"))

    assert "48 小时" in told
    assert "哪一种" not in told + again
    assert "办好了" in again


async def test_a_remedy_may_be_changed_until_the_yes():
    chat = await remedy_chosen("换一条吧")

    changed = text_of(await chat.says("算了还是退钱"))

    assert "全额退款" in changed
    assert "全额退款" in text_of(await chat.says("嗯"))


async def test_postage_that_is_ours_already_calls_nobody():
    chat = await remedy_chosen("退款")

    told = await chat.says("运费你们出吧")

    assert told.open_case is None
    assert "我们承担" in text_of(told)


@pytest.mark.parametrize(
    ("number", "text", "told"),
    [
        ("W1000001", "能取消吗", "拒收"),
        ("W1000003", "怎么取消", "7 天内"),
        ("W1000017", "能取消吗", "直接取消"),
    ],
)
async def test_whether_it_can_be_cancelled_is_told_by_where_it_stands(number, text, told):
    chat = chat_in("zh-Hans", number)
    await chat.says(f"{number} 到哪了")

    assert told in text_of(await chat.says(text))


async def test_the_money_of_what_is_being_cancelled_has_its_time():
    chat = chat_in("zh-Hans", "W1000017")
    offered = text_of(await chat.says("W1000017 取消"))

    told = text_of(await chat.says("多久退款"))

    assert "周一" in offered
    assert "周一" in told
    assert "拦截" not in told


@pytest.mark.parametrize("text", ["多久能退款", "退到哪里"])
async def test_where_and_when_the_money_goes_is_told_while_it_is_sent_back(text):
    chat = chat_in("zh-Hans", "W1000003")
    await chat.says("W1000003 退货")
    await chat.says("不喜欢")

    told = text_of(await chat.says(text))

    assert "原路退回" in told
    assert "我记下了" not in told
    assert chat.state.form is not None


async def test_an_address_takes_phone_name_and_a_mended_door():
    chat = chat_in("zh-Hans", "W1000001")
    await chat.says("W1000001 改地址")
    first = text_of(await chat.says("同城 上海市徐汇区漕溪北路88号1201"))
    await chat.says("电话也换一下 13911112222")
    await chat.says("收件人李娜")

    last = text_of(await chat.says("写错了 是1202"))

    assert "改寄到：上海市徐汇区" in first
    assert all(part in last for part in ("1202", "13911112222", "李娜"))
    assert "1201" not in last


async def test_a_new_phone_alone_is_no_proof_and_no_address():
    chat = chat_in("zh-Hans", "W1000017")
    await chat.says("W1000017 改电话")

    told = text_of(await chat.says("13912345678"))

    assert "地址不变" in told
    assert chat.gate.by_order == {}


@pytest.mark.parametrize("number", ["W1000001", "W1000014"])
async def test_a_parcel_that_is_not_late_is_not_searched_for(number):
    chat = chat_in("zh-Hans", number)

    told = await chat.says(f"包裹还没收到 {number}")

    assert chat.state.form is None
    assert told.open_case is None
    assert "邻居" not in text_of(told)


async def test_a_pickup_code_that_did_not_come_is_no_lost_parcel():
    chat = chat_in("zh-Hans", "W1000013")
    await chat.says("W1000013 到哪了")

    told = text_of(await chat.says("取件码没收到"))

    assert chat.state.form is None
    assert "取件码" in told


async def test_nothing_there_is_no_no_to_a_search():
    chat = chat_in("zh-Hans", "W1000003")
    await chat.says("快递显示签收了我没收到 W1000003")
    await chat.says("都问过了")

    await chat.says("没有")
    told = text_of(await chat.says("那多久有结果"))

    assert chat.state.form is not None
    assert "后天" in told


async def test_goods_are_known_by_their_colour_in_either_tongue():
    chat = chat_in("zh-Hans", "W1000019")
    await chat.says("W1000019 退货")

    await chat.says("深蓝的")

    assert chat.state.form.told["item"] == "0"


async def test_a_failed_payment_of_a_named_order_needs_no_code():
    chat = chat_in("zh-Hans", "W1000005")

    told = text_of(await chat.says("W1000005 付不了款"))

    assert "余额不够" in told
    assert "报错代码" not in told


async def test_what_refusing_costs_is_asked_and_not_told():
    chat = chat_in("zh-Hans", "W1000001")
    await chat.says("W1000001 到哪了")

    assert "您已经拒收" not in text_of(await chat.says("那拒收了运费谁出"))


async def test_the_number_an_article_asks_for_is_proved_before_a_person_is_called():
    chat = chat_in("zh-Hans")
    await chat.says("需要开发票")

    asked = await chat.says("W1000001")
    handed = await chat.says("1001")

    assert asked.open_case is None
    assert handed.open_case is not None


async def test_who_paid_an_order_that_is_open_hears_how_it_stands():
    chat = chat_in("zh-Hans")
    await chat.says("我付了钱怎么还显示没付款")
    await chat.says("W1000011")

    told = await chat.says("1001")

    assert told.open_case is None
    assert "请先别再付款" in text_of(told)
