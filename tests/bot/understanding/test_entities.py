import pytest

from bot.understanding import Reader

Values = dict[str, list[str]]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("帮查一下 202611180042", {"order_no": ["202611180042"]}),
        ("２０２６１１１８００４２发了吗", {"order_no": ["202611180042"]}),
        ("order 2026 1118 0042 please", {"order_no": ["202611180042"]}),
        ("order 2026-1118-0042", {"order_no": ["202611180042"]}),
        ("where is w7654321", {"order_no": ["W7654321"]}),
        ("W 7654321 到哪了", {"order_no": ["W7654321"]}),
        ("100388776 和 100544332", {"order_no": ["100388776", "100544332"]}),
        ("1003-88776 is late", {"order_no": ["100388776"]}),
        ("W 7 6 5 4 3 2 1", {"order_no": ["W7654321"]}),
        ("W-7654-321", {"order_no": ["W7654321"]}),
        ("手机W7654321坏了", {"order_no": ["W7654321"]}),
        ("W7654321 0102", {"order_no": ["W7654321"]}),
        ("is 100388776 ok", {"order_no": ["100388776"]}),
        ("ord-20261118-042 status", {"order_no": ["ORD20261118042"]}),
        ("my transaction 202611180042", {"order_no": ["202611180042"]}),
        ("ORD20261118042", {"order_no": ["ORD20261118042"]}),
        ("订单202611180042和W7654321都没到", {"order_no": ["202611180042", "W7654321"]}),
    ],
)
def test_order_numbers_are_found_in_every_spelling(
    reader: Reader, text: str, values: Values
) -> None:
    assert reader.read(text).entities.as_lists() == values


@pytest.mark.parametrize(
    "text",
    [
        "我手机13912345678",
        "call me at 415-555-0132",
        "卡号 6222 0212 3456 7890 123",
        "取件码 3-2-1008",
        "取件码12345678",
        "邮编 100031",
        "zip 100031",
        "part number W7654321",
        "型号 W7654321 有货吗",
        "身份证110101199003071234",
        "税号 91310000MA1FL5AB12",
        "bought it on 2026-11-18",
        "mobile is +971505550134",
        "deducted via UPI, ref no 438812097761",
        "transaction id 449912345678",
        "交易单号449912345678",
        "发票代码044002100111",
    ],
)
def test_other_numbers_are_no_orders_and_no_waybills(reader: Reader, text: str) -> None:
    found = reader.read(text).entities

    assert (found.order_no, found.tracking_no) == ((), ())


@pytest.mark.parametrize(
    ("text", "number", "carrier"),
    [
        ("sf1234567890123到哪了", "SF1234567890123", ["SF Express"]),
        ("YT 1234567890123", "YT1234567890123", ["YTO Express"]),
        ("JT1234 5678 90123 stuck", "JT1234567890123", ["J&T Express"]),
        ("1z 5r8 939 03 5756 7127", "1Z5R89390357567127", ["UPS"]),
        ("EA 123 456 785 CN 在哪", "EA123456785CN", ["China Post EMS"]),
        ("RB123456785GB", "RB123456785GB", []),
        ("9101 0268 3733 1000 0395 21", "9101026837331000039521", ["USPS"]),
        ("中通 75312345678901 没动", "75312345678901", ["ZTO Express"]),
        ("单号75312345678901没更新", "75312345678901", []),
        ("FedEx 986578788855", "986578788855", ["FedEx"]),
    ],
)
def test_waybills_name_their_carrier_by_prefix_or_beside_it(
    reader: Reader, text: str, number: str, carrier: list[str]
) -> None:
    found = reader.read(text).entities

    assert found.tracking_no == (number,)
    assert list(found.carrier) == carrier
    assert found.order_no == ()


def test_a_wrong_check_digit_is_no_waybill(reader: Reader) -> None:
    assert reader.read("EA123456786CN").entities.tracking_no == ()
    assert reader.read("1Z5R89390357567128").entities.tracking_no == ()


def test_twelve_digits_beside_a_carrier_are_ours_when_they_are_dated(reader: Reader) -> None:
    found = reader.read("顺丰发的那单 202611180042").entities

    assert found.order_no == ("202611180042",)
    assert found.tracking_no == ()


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("三万一千八的手表", ["CNY 31800"]),
        ("两千多的耳机", ["CNY 2000"]),
        ("碎了两块钱的镜子", ["CNY 2"]),
        ("一万二", ["CNY 12000"]),
        ("1.2w的包", ["CNY 12000"]),
        ("一台3w的电脑坏了", ["CNY 30000"]),
        ("一百二十八块五", ["CNY 128.5"]),
        ("9块9包邮", ["CNY 9.9"]),
        ("￥３９９", ["CNY 399"]),
        ("卡里少了88", ["CNY 88"]),
        ("13500的笔记本", ["CNY 13500"]),
        ("满300减50", ["CNY 300", "CNY 50"]),
        ("$1,890 sofa", ["USD 1890"]),
        ("84.50 usd", ["USD 84.50"]),
        ("three hundred dollars", ["USD 300"]),
        ("a hundred and twenty-five bucks", ["USD 125"]),
        ("the total is a hundred and twelve fifty", ["USD 112.50"]),
        ("一共两百六十八块五", ["CNY 268.5"]),
        ("five grand", ["USD 5000"]),
        ("I was charged 84.50 twice", ["USD 84.50"]),
        ("HK$500", ["HKD 500"]),
        ("1500 yen", ["JPY 1500"]),
        ("29.9元和$29.90", ["CNY 29.9", "USD 29.90"]),
        ("₹1,850 only", ["INR 1850"]),
        ("399那款和499那款差在哪", ["CNY 399", "CNY 499"]),
        ("运费22凭啥我出", ["CNY 22"]),
        ("余额12000够用吗", ["CNY 12000"]),
        ("昨天买今天便宜三十", ["CNY 30"]),
        ("spent 500 yuan, got 4,000 back", ["CNY 500", "CNY 4000"]),
        ("it was 58 dollars and 43 came back", ["USD 58", "USD 43"]),
        ("I paid 420 yuan, you gave back 400.", ["CNY 420", "CNY 400"]),
        ("bought it for 389, it's now 299", ["USD 389", "USD 299"]),
        ("the limit on my card is 1000", ["USD 1000"]),
        ("spent 3 grand here", ["USD 3000"]),
        ("charged me two hundred and fifty, why", ["USD 250"]),
        ("sixty four dollars and ninety nine cents", ["USD 64.99"]),
        ("a voucher for 50 cents", ["USD 0.50"]),
        ("my bank shows -129.00 for it", ["USD 129"]),
        ("50$ more, or 40 €?", ["USD 50", "EUR 40"]),
        ("1.299,00€ for a sofa", ["EUR 1299"]),
        ("€74,50 for one book", ["EUR 74.50"]),
        ("€1.234,56 and €1,299.00 and €45", ["EUR 1234.56", "EUR 1299", "EUR 45"]),
        ("three fifty dollars for a chair", ["USD 350"]),
        ("an eight-fifty dollar desk", ["USD 850"]),
        ("forty-nine ninety-nine dollars", ["USD 49.99"]),
        ("two thousand six hundred and twenty-five bucks", ["USD 2625"]),
        ("$20-30 more", ["USD 20", "USD 30"]),
        ("I need 12 of them at 14.50", ["USD 14.50"]),
        ("Rs 2,30,000 for the set", ["INR 230000"]),
        ("a cheque of 12 000 dollars", ["USD 12000"]),
        ("it costs nearly 400.", ["USD 400"]),
        ("from the refund just send me the 270", ["USD 270"]),
        ("八十八港币", ["HKD 88"]),
        ("发来个空壳，1599买空气", ["CNY 1599"]),
        ("扣了两笔2599，7797块没了", ["CNY 2599", "CNY 7797"]),
        ("运费十二有点贵", ["CNY 12"]),
        ("3k5的显示器", ["CNY 3500"]),
        ("就差五毛钱", ["CNY 0.5"]),
        ("从399涨到459", ["CNY 399", "CNY 459"]),
        ("二百个杯子共3600", ["CNY 3600"]),
        ("每件89，三件267块", ["CNY 89", "CNY 267"]),
        ("先交200税", ["CNY 200"]),
        ("I was charged 6.95 more than shown", ["USD 6.95"]),
        ("charged me 89 and then 98", ["USD 89", "USD 98"]),
        ("paid 200ish", ["USD 200"]),
        ("三千一台的显示器坏了", ["CNY 3000"]),
        ("才赔了二十", ["CNY 20"]),
        ("九块九包邮，运费十二", ["CNY 9.9", "CNY 12"]),
        ("减了三毛", ["CNY 0.3"]),
    ],
)
def test_money_is_found_written_and_spoken(reader: Reader, text: str, amounts: list[str]) -> None:
    assert reader.read(text).entities.as_lists().get("amount") == amounts


@pytest.mark.parametrize(
    "text",
    [
        "65W快充充不进去",
        "my 65W charger stopped",
        "走了三万步就开胶",
        "a lamp of 10,000 lux flickers",
        "万一坏了怎么退",
        "千万别退到旧卡",
        "扣了2次",
        "退7天",
        "两块手表",
        "2026的新款",
        "一千公里",
        "尾号8801的卡",
        "卡号后四位 5520，能混着付吗",
        "载具是 /AB12+7K",
        "用了一年多",
        "charged 3 times",
        "within 30 days",
        "it has been 3 weeks",
        "40k followers",
        "a 4K one",
        "少了一块",
        "三千积分",
        "血压计差了四十",
        "1.5匹的空调",
        "打12315",
        "朋友被骗，165要怎么打",
        "第三块坏屏",
        "碎成八块",
        "砖碎了两块",
        "鸡蛋一百二十颗，坏了一半",
        "梯子承重三百",
        "标五百克上秤三百八",
        "娃吃了两块",
        "多收一两块钱也愿意",
        "心跳一百三",
        "粉丝八万",
        "退款卡号尾数写错，应该是8817",
        "early access on 11.11",
        "6.18活动还有吗",
        "一千零一夜精装版有货吗",
        "猫掉毛，差一毛不拔",
        "at 1.30 the window moved",
        "the dumbbell weighs 12 pounds",
        "app version 2.10",
        "shoes for the 10k run",
        "a shelf of 2.10 x 3 m",
        "whose order is 1003",
        "the 1080p screen took twenty minutes",
        "4k60的屏",
    ],
)
def test_other_counts_are_no_money(reader: Reader, text: str) -> None:
    assert reader.read(text).entities.amount == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("页面弹出 orderpaid 啥意思", ["ORDERPAID"]),
        ("declined: do not honor", ["do_not_honor"]),
        ("checkout的时候弹出card_declined", ["card_declined"]),
        ("错误码05", ["05"]),
        ("银联卡报51", ["51"]),
        ("I have 51 items", []),
        ("Thermometer says 12 in my living room", []),
        ("体重秤显示51，不准", []),
        ("my card machine says 51", ["51"]),
        ("bought 40 days ago, you say 30.", []),
    ],
)
def test_payment_codes_come_from_the_table(reader: Reader, text: str, codes: list[str]) -> None:
    assert list(reader.read(text).entities.payment_code) == codes


def test_phones_tails_and_pieces_are_kept(reader: Reader) -> None:
    found = reader.read("手机+86 13912345678，尾号5678，要六十件").entities

    assert found.phone == ("13912345678",)
    assert found.phone_tail == ("5678",)
    assert found.pieces == (60,)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+1 202-555-0102", ("12025550102",)),
        ("my phone number is 202-555-0102", ("2025550102",)),
        ("电话是 85255550103", ("85255550103",)),
        ("my order number is 202611050001", ()),
    ],
)
def test_phones_of_other_countries_are_found(
    reader: Reader, text: str, phone: tuple[str, ...]
) -> None:
    assert reader.read(text).entities.phone == phone
