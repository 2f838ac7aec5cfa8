import pytest

from handoff.knowledge import Knowledge, NeedsHuman, Provider, Retry, same_advice

NAMED = {
    "支付报错 51": ["51"],
    "错误码51怎么办": ["51"],
    "错误代码：A0": ["A0"],
    "刷银联卡提示 U-61": ["U-61"],
    "银联51": ["51"],
    "付款失败（51）": ["51"],
    "提示 61，换卡又提示 51": ["61", "51"],
    "刷卡机弹出96": ["96"],
    "ＮＯＴＥＮＯＵＧＨ 是什么": ["NOTENOUGH"],
    "notenough?": ["NOTENOUGH"],
    "order_paid": ["ORDER_PAID"],
    "微信显示 SYSTEM ERROR": ["SYSTEM_ERROR"],
    "支付寶報錯 TRADE_HAS_SUCCESS": ["TRADE_HAS_SUCCESS"],
    "支付宝 ACQ.TRADE_HAS_SUCCESS 怎么处理": ["ACQ.TRADE_HAS_SUCCESS"],
    "USERPAYING一直转圈": ["USERPAYING"],
    "返回 CLOSED": ["CLOSED"],
    "card declined: do not honor": ["do_not_honor"],
    "it says do not honour": ["do_not_honor"],
    "pickup_card???": ["pickup_card"],
    'it said "try again later"': ["try_again_later"],
    "The bank returned 61.": ["61"],
    "declined with code 14, help": ["14"],
    "got error 1A from my bank": ["1A"],
    "code: fraudulent": ["fraudulent"],
    "instrument declined at PayPal": ["INSTRUMENT_DECLINED"],
    "insufficient funds but I have money, insufficient_funds!": ["insufficient_funds"],
    "我自己换张卡试试，57是啥": ["57"],
    "declined, 14": ["14"],
    "刷POS机出来个12": ["12"],
    "SYSTEM ERROR 又来了": ["SYSTEM_ERROR"],
}

ORDINARY = (
    "我付了51块",
    "银联卡付了54元",
    "尾号51的卡",
    "第61单",
    "提示我还有15天",
    "显示还有 12 件",
    "优惠代码 51 用不了",
    "取件码 51",
    "今天 10:51 下的单",
    "2026-10-15 买的",
    "大概 05 号发货",
    "鞋子 41 码",
    "支付宝付了41.5",
    "我要退款",
    "订单已支付但没有发货",
    "SF5100000000000",
    "promo code 51 does not work",
    "the code is 12 digits",
    "my refund was declined",
    "the shop is closed",
    "success!",
    "is my order paid yet?",
    "I lost my card",
    "please try again later",
    "expired card on file, how do I update it",
    "got 51 items",
    "it costs $51",
    "not enough stock",
    "payment took 15 minutes",
    "I have 2 cards: 51 and 52",
    "the label on my parcel says 12",
    "WHY IS MY ORDER CLOSED",
    "付了41,51块",
)


@pytest.mark.parametrize(("text", "codes"), NAMED.items())
def test_code_is_found_however_it_is_spelled(
    knowledge: Knowledge, text: str, codes: list[str]
) -> None:
    assert knowledge.codes.find_in(text) == codes


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_and_numbers_are_no_codes(knowledge: Knowledge, text: str) -> None:
    assert knowledge.codes.find_in(text) == []


def test_a_very_long_message_full_of_near_codes_costs_little(knowledge: Knowledge) -> None:
    text = "order not paid do not try with the expired 51 " * 900

    assert knowledge.codes.find_in(text) == []


@pytest.mark.parametrize("text", ["51", "报错 54", "code 61", "05"])
def test_bank_code_without_a_bank_leaves_the_choice_to_the_caller(
    knowledge: Knowledge, text: str
) -> None:
    found = knowledge.codes.lookup(text)

    assert {code.provider for code in found} == {Provider.UNIONPAY, Provider.CARD_NETWORK}


@pytest.mark.parametrize(
    ("text", "provider", "code"),
    [
        ("银联卡报 51", Provider.UNIONPAY, "51"),
        ("我的 Visa 卡提示 51", Provider.CARD_NETWORK, "51"),
        ("U-61", Provider.UNIONPAY, "61"),
        ("支付宝 SYSTEM_ERROR", Provider.ALIPAY, "ACQ.SYSTEM_ERROR"),
        ("微信 SYSTEM_ERROR", Provider.WECHAT_PAY, "SYSTEM_ERROR"),
        ("ORDERPAID", Provider.WECHAT_PAY, "ORDERPAID"),
        ("order_paid", Provider.WECHAT_PAY, "ORDERPAID"),
        ("stripe do not honor", Provider.STRIPE, "do_not_honor"),
    ],
)
def test_named_wallet_or_own_spelling_settles_the_code(
    knowledge: Knowledge, text: str, provider: Provider, code: str
) -> None:
    found = knowledge.codes.lookup(text)

    assert [(row.provider, row.code.replace("_", "")) for row in found] == [
        (provider, code.replace("_", ""))
    ]


def test_wallet_passes_the_code_of_the_bank_on(knowledge: Knowledge) -> None:
    found = knowledge.codes.lookup("微信支付报错 51")

    assert {code.provider for code in found} == {Provider.UNIONPAY, Provider.CARD_NETWORK}
    assert same_advice(found)


def test_codes_that_part_ways_are_not_one_advice(knowledge: Knowledge) -> None:
    assert not same_advice(knowledge.codes.lookup("64"))


def test_unknown_code_finds_nothing(knowledge: Knowledge) -> None:
    assert knowledge.codes.lookup("错误码 ZZ_9981") == []


@pytest.mark.parametrize(
    "code",
    [
        *("lost_card", "stolen_card", "fraudulent", "merchant_blacklist", "pickup_card"),
        *("41", "43", "59", "34", "07", "ACQ.PAYMENT_REQUEST_HAS_RISK"),
    ],
)
def test_dangerous_reasons_are_told_like_any_other_decline(knowledge: Knowledge, code: str) -> None:
    plain_decline = knowledge.codes.lookup("generic_decline")[0]

    for row in knowledge.codes.lookup(code):
        assert not row.reveal
        assert row.told != row.meaning
        if row.provider is not Provider.ALIPAY:
            assert row.told == plain_decline.told


def test_paid_or_doubtful_payments_are_never_told_to_be_paid_again(knowledge: Knowledge) -> None:
    for code in ("ORDERPAID", "SYSTEMERROR", "ACQ.TRADE_HAS_SUCCESS", "duplicate_transaction"):
        for row in knowledge.codes.lookup(code):
            assert row.retry in (Retry.NO, Retry.CHECK_FIRST)


def test_trouble_of_the_shop_calls_a_person(knowledge: Knowledge) -> None:
    assert knowledge.codes.lookup("APPID_MCHID_NOT_MATCH")[0].needs_human is NeedsHuman.YES


@pytest.mark.parametrize(
    ("text", "providers"),
    [
        ("微信和支付宝都试过了", [Provider.WECHAT_PAY, Provider.ALIPAY]),
        ("支付寶付不了", [Provider.ALIPAY]),
        ("PayPal or my Visa?", [Provider.PAYPAL, Provider.CARD_NETWORK]),
        ("加微信群领券", []),
        ("striped shirt", []),
    ],
)
def test_wallets_are_known_by_the_names_people_use(
    knowledge: Knowledge, text: str, providers: list[Provider]
) -> None:
    assert knowledge.codes.providers_in(text) == providers
