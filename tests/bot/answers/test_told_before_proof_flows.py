"""What a customer says before the order is proved counts once it is."""

from tests.chat import actions_of, chat_in, text_of


async def test_a_fault_told_with_the_number_begins_the_return_behind_the_digits():
    chat = chat_in("en")

    await chat.says("my order W1000019 came but the sneakers are two different sizes")
    asked = await chat.says("0102")
    told = text_of(await chat.says("it's the navy pair"))

    assert any(":item:0" in action for action in actions_of(asked))
    assert "sending the wrong thing" in told


async def test_where_an_order_is_begins_no_return():
    chat = chat_in("zh-Hans")

    await chat.says("W1000003 到哪了")

    assert "已送达" in text_of(await chat.says("0103"))


async def test_bare_digits_behind_a_named_order_prove_it():
    chat = chat_in("en")

    said = text_of(await chat.says("W1000016 only half of it came"))
    chat.remember(asks="", goal="")
    told = text_of(await chat.says("0102"))

    assert "Send me the order number" not in said
    assert "Part of it is on its way" in told


async def test_bare_digits_without_an_order_prove_nothing():
    chat = chat_in("en")

    assert "do not match" not in text_of(await chat.says("0102"))


async def test_a_wish_named_before_its_time_is_noted():
    chat = chat_in("zh-Hans")
    await chat.says("202611180007 鼠标左键不灵")
    await chat.says("1004")

    assert "我记下了" in text_of(await chat.says("换新吧"))


async def test_the_pickup_point_that_has_no_parcel_is_no_news_of_the_order():
    chat = chat_in("zh-Hans")
    await chat.says("W1000013 的取件码是多少")
    await chat.says("0103")

    assert "再核对一次" in text_of(await chat.says("驿站说没有这个件"))


async def test_a_refund_that_is_not_seen_is_no_failed_payment():
    chat = chat_in("zh-Hans")
    await chat.says("W1000012 退款到账了吗")
    await chat.says("1001")

    told = text_of(await chat.says("银行卡没看到啊"))

    assert "3 个工作日内显示到账" in told
    assert "验证" not in told


async def test_a_word_beside_a_number_is_what_is_asked_for():
    chat = chat_in("zh-Hans")

    assert "申请发票" in text_of(await chat.says("发票 W1000001"))


async def test_who_keeps_the_order_after_all_keeps_it():
    chat = chat_in("en")
    await chat.says("cancel W1000005")
    await chat.says("0105")

    assert "left everything as it was" in text_of(await chat.says("i changed my mind, keep it"))


async def test_a_new_place_named_with_the_order_is_an_address_to_change():
    chat = chat_in("zh-Hans")
    await chat.says("W1000002 改成寄到公司")
    await chat.says("0102")

    restated = text_of(await chat.says("北京市朝阳区望京SOHO T1 2301 王芳 13911112222"))

    assert "改寄到：北京市朝阳区望京SOHO" in restated


async def test_a_fallen_price_is_no_return():
    chat = chat_in("zh-Hans")

    assert "无理由" not in text_of(await chat.says("买的咖啡机 3200 降价了 现在2800"))


async def test_who_paid_twice_is_never_told_to_pay_again():
    chat = chat_in("en", "W1000005")
    await chat.says("i paid twice for W1000005")

    assert "do not pay again" in text_of(await chat.says("what is the status of W1000005"))


async def test_who_only_says_it_is_thanked():
    chat = chat_in("zh-Hans")
    await chat.says("东西收到了 挺好的 就是包装有点破")

    assert "谢谢您特意告诉我们" in text_of(await chat.says("不用处理 就是说一声"))


async def test_a_question_before_the_yes_has_it_restated():
    chat = chat_in("en", "W1000019")
    await chat.says("my package says delivered but nothing here, W1000019")
    await chat.says("yes i checked everywhere")

    assert "Shall I go ahead?" in text_of(await chat.says("ok what happens now"))


async def test_who_goes_on_about_a_fault_is_asked_for_the_order_and_told_nothing_twice():
    chat = chat_in("en")
    first = text_of(await chat.says("the lid of my mug is cracked"))

    second = text_of(await chat.says("it was like that when i opened the box"))
    third = text_of(await chat.says("no i don't have the number"))

    assert "postage on us" in first
    assert "postage on us" not in second
    assert "order number" in second
    assert "Share my phone number" in third


async def test_a_wrong_thing_is_no_fault():
    chat = chat_in("en")

    assert "for a wrong item" in text_of(await chat.says("i got a wrong belt, W1000019"))


async def test_a_voltage_no_article_speaks_of_is_for_a_person():
    chat = chat_in("en")

    assert (await chat.says("is the coffee machine 220v")).open_case


async def test_a_rule_told_with_a_number_to_prove_is_told_once():
    chat = chat_in("en")

    told = text_of(await chat.says("the zipper on my coat from W1000016 is broken"))

    assert told.count("postage on us") == 1
    assert told.count("last four digits") == 1


async def test_who_cannot_send_a_photo_goes_on_without():
    chat = chat_in("zh-Hans", "W1000003")
    await chat.says("W1000003 围巾破了个洞")

    assert "没有也没关系" in text_of(await chat.says("照片发不出来怎么办"))
