"""Money in a message: signs, currency names, shortened, spoken and bare numbers with a cue.

Yuan is assumed in Chinese and dollars in English when nothing is said. What the money is for is
decided elsewhere.
"""

import re
from collections.abc import Iterator

import re2
from ahocorasick_rs import AhoCorasick

from bot.understanding.currencies import (
    CODE,
    NAMES,
    NUMBER,
    SIGNS,
    Priced,
    spoken_sum,
    written_sum,
)
from bot.understanding.english_money import (
    SALE_DAYS,
    counts_things,
    spelled_sums,
    sums_in_digits,
    weighs,
)
from bot.understanding.numbers import shortened, spoken_chinese
from handoff.text import has_digits

_BEFORE = re2.compile(rf"({SIGNS}) ?{NUMBER} ?([kw]\b|万|千)?")
_AFTER = re2.compile(rf"{NUMBER} ?([kw]|万|千|百)?(?:多|来|几)? ?({NAMES})(\d\b)?")
_SHORT = re2.compile(rf"{NUMBER} ?([kw]|万|千)(?:多|来|几|([1-9])\b)?")
_CHINESE = re2.compile(
    rf"([零〇一二两三四五六七八九十百千万]{{1,12}})(?:多|来|几)?(?:({NAMES})([一二三四五六七八九])?)?"
)
_FEES = (
    r"运费|邮费|快递费|尾款|定金|订金|押金|余额|额度|预算|票面|面值|总额|金额|税额|门槛|差额|差价|单价|学生价|拼单价|到手价?|"
    r"会员费|年费|服务费|手续费|保价|货款|实付|原价|预售|标价|售价|价格|总价|现价|会员价|市场价|活动价|首单|预授权|全额|"
    r"话费|红包|面额|价值|账单|退款|尾款还差|卡里|[^免浪]费|每[件个盒箱瓶斤套双张只条本份包袋]"
)
_SPENT = (
    r"满|减|退|扣|付|交|骗|共|合计|花|少|补|赔|收|充|转|欠|值|卖|优惠|抵|贵|便宜|降|涨|批|返|省|捐|预存|刷走|转走|划走|退成|变成|涨到|"
    r"降到|砍到|凑到|还差|只到|到账|剩|管我要|张口要|张口就要|开成|让我?出|寄存"
)
_CUED = re2.compile(
    rf"(?:{_FEES}|{_SPENT})"
    r"(?:了|我|我的|到|款|费|价了|到底是|是|走|走了|掉|掉了|给我|回|回来|成|为|:|只|才|就|共|还有|还剩|就剩|剩|才给|"
    r",| |要|的)?"
    rf"(?:了|我|是|到)? ?{NUMBER}"
)
_THINGS = "款单件台双个张笔份套种瓶盒条箱把部辆只副幅架匹"
_PRICED = re2.compile(
    rf"(?:^|[^\d.,a-z*-]|[^\d.,],){NUMBER}(的|那[{_THINGS}]|这[{_THINGS}]|买|包邮|一[斤件份双套盒箱张年]|出头|券|退款|还没退|没退|"
    r"不退|没到账|全没|还没到账|那边|涨|降到|降成|跌)"
)
_DECIMAL = re2.compile(r"(?:^|[^\d.,a-z-]|[^\d.,],)(\d{1,6}\.\d{1,2})")
_MONEY_TALK = re.compile(
    "[钱付款价买贵费券额亏赔退]|元|块|扣|便宜|优惠|差[价额]|[减补].{0,3}[0-9]|满[0-9]"
)
_LONE = re2.compile(r"(?:^|[^\d.,a-z/:*#~-]|[^\d.,],)([1-9]\d{2,5})")
_SPOKEN_TENS = re2.compile(
    r"(?:便宜|贵|补偿?|赔偿?|减|让|欠我?|扣|退|涨|降|少|差那?|剩|运费|邮费|定金|订金|押金|尾款)[了要是收]?([一二三四五六七八九]?十[一二三四五六七八九]?)"
)
_TENTHS = re.compile(
    "(?:差|少|多|便宜|补|赔|退|减|贵|扣|找|收)[了我的]?([一二两三四五六七八九1-9])[毛角](?!不拔)"
)
_GOES_ON = frozenset("0123456789/:*#~-")
_STORAGE = frozenset({"16", "32", "64", "128", "256", "512", "1024"})
_HOTLINES = frozenset(
    {"110", "119", "120", "12315", "12345", "95338", "95311", "10086", "315", "165", "96110"}
)
_NOT_MONEY_BEFORE = re2.compile(
    r"(?:要求|不要|上秤|过秤|称了|承重|限重|载重|心跳|心率|血压|血糖|转氨酶|尿酸|甲醛|浓度|血脂|胆固醇|粉丝|积分|尾号|尾数|[后末][四4]位|卡号|平时|型号|货号|色号|门牌|楼|单元|尺码|身高|体重|版本|第|评分|编号|号码|密码|电量|库存|代码|码|长|宽|高|厚)"
    r"[^\d,。，]{0,5}$"
)
_SIGN_LAST = re.compile("[0-9] ?[$€£¥](?! ?[0-9])")
_BEFORE_SIGN = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,](\d\d?))? ?([$€£¥])(?! ?\d)"
)
_EUROS = re.compile(r"€ ?(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d\d))?(?![\d,.]*\d)")
_RANGE_ENDS = re.compile(r" ?-(\d{2,5})(?![\d-])")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}) $")
_GROUP, _GROUP_FOLLOWS = 3, re.compile(r",\d{3}(?!\d)")
_NAMED = AhoCorasick(
    [
        *"$¥€£₹₩฿元块圆刀欧铢",
        *("人民币", "美金", "英镑", "港币", "台币", "卢比", "韩币", "令吉"),
        *("usd", "cny", "rmb", "hkd", "eur", "gbp", "jpy", "yuan", "dollar", "buck", "pound"),
        *("quid", "yen", "inr", "rs", "rupee", "sek", "krw", "won", "thb", "baht", "myr"),
        "ringgit",
    ]
)
"""Every sign and name of a currency holds one of these."""
_SHORTENED = re.compile("[0-9] ?[kw万千]")
_MOST_W = 60  # a greater number before a w is of watts, as in 65w
_WATTS_BEFORE = re.compile(r"(?:功率|瓦数)[^,，。]{0,4}$")
_WATTS_AFTER = re.compile("(?: ?的)? ?(?:电(?!脑|视)|[灯充快闪功吹加头热插氛适])")
_SPELLED = AhoCorasick(
    [
        *("dollar", "buck", "euro", "pound", "quid", "yuan", "rmb", "grand", "cent", "pence"),
        *("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "teen"),
        *("hundred", "thousand", "0p", "5p", "9p"),
    ]
)
"""Every sum in English words holds one of these."""
_MEASURES = frozenset(
    "次天日号个件张折点年月周时分秒岁码寸斤克升米双只条本台套箱盒包瓶袋把支枚片块款楼层室栋单元位人名家度毫厘公倍度%℃件遍回趟页"
    "集级代核份顶粉字积组床桌席集株束打口匹升瓦寸伏安根朵卷棵粒捆吨夜步平颗部页杯桶罐碗勺壶锅串滴缸枝座亩圈盏盆篮筐"
    "盘架幅辆沓摞坛"
)
EACH = re.compile("[百千万]一$")
"""Before a measure word, 三千一台, it is the price of one: nobody counts things so."""
_SPOKEN = re.compile("[百千万元块圆刀币镑]")  # without one of these Chinese numerals are no money
_NOT_A_PRICE = frozenset("号码位-:#x")
_PIECES_BEFORE = re.compile("第$|[碎裂切分断摔掰拆剪砸]成$|[碎裂断扎磕崩]了$|[吃咬啃]了?$")
_PIECES_OF = re2.compile(
    r"^(?:\d ?[x×*]|手表|电池|屏|"
    r"布|肉|蛋糕|玻璃|板|砖|石|毛巾|毯|皂|巧克力|砧板|表|地|木|面|豆腐|饼|糖|奖牌|坏屏|显示屏|拼图|积木|瓷砖|硬盘)"
)


def find_amounts(text: str, *, chinese: bool, taken: list[tuple[int, int]]) -> list[Priced]:
    """Returns the amounts in a normalised text in order, leaving out what stands in `taken`."""
    home = "CNY" if chinese else "USD"
    spans = list(taken)
    found: list[Priced] = []
    for priced in _candidates(text, home):
        if all(priced.end <= start or end <= priced.start for start, end in spans):
            spans.append((priced.start, priced.end))
            found.append(priced)
    return sorted(found, key=lambda priced: priced.start)


def _candidates(text: str, home: str) -> Iterator[Priced]:
    """Yields the surest first. A pattern costs more than the look for what it cannot do without."""
    if has_digits(text):
        yield from _in_digits(text, home)
    if _SPOKEN.search(text):
        yield from _chinese(text)
    if "十" in text:
        yield from _tens(text)
    if "毛" in text or "角" in text:
        yield from _tenths(text)
    if _SPELLED.find_matches_as_indexes(text):
        yield from spelled_sums(text, home)


def _in_digits(text: str, home: str) -> Iterator[Priced]:
    """Yields sums in digits; once a currency is named, bare numbers are in it too."""
    named = bool(_NAMED.find_matches_as_indexes(text))
    if named:
        for priced in _signed(text):
            home = priced.amount.currency
            yield priced
        for priced in _sign_last(text):
            home = priced.amount.currency
            yield priced
    if _SHORTENED.search(text):
        yield from _short(text, home)
    if not text.isascii():
        yield from _cued(text, home)
    yield from sums_in_digits(text, home, named=named)


def _sign_last(text: str) -> Iterator[Priced]:
    if _SIGN_LAST.search(text):
        for found in _BEFORE_SIGN.finditer(text):
            whole, cents, sign = found.groups()
            plain = whole.replace(".", "").replace(",", "")
            written = f"{plain}.{cents}" if cents else plain
            yield from written_sum(CODE[sign], written, "", found.span())


def _signed(text: str) -> Iterator[Priced]:
    for found in _EUROS.finditer(text) if "€" in text else ():
        whole, cents = found.groups()
        written = f"{whole.replace('.', '')}.{cents or '0'}"
        yield from written_sum("EUR", written, "", found.span())
    for found in _BEFORE.finditer(text):
        sign, digits, scale = found.group(1), found.group(2), found.group(3) or ""
        yield from written_sum(CODE[sign], digits, scale, found.span())
        if range_ends := _RANGE_ENDS.match(text, found.end()):
            yield from written_sum(CODE[sign], range_ends.group(1), "", range_ends.span())
    for found in _AFTER.finditer(text):
        digits, scale, name, tenth = found.groups()
        if name == "块" and _are_pieces(text, found.start(), found.end()):
            continue
        if text[found.start() - 1 : found.start()] in {".", "-", "_"} and found.start():
            continue
        if name == "pounds" and weighs(text):
            continue
        if digits == "000" and (thousands := _THOUSANDS.search(text[: found.start()])):
            digits = thousands.group(1) + digits
        written = f"{digits}.{tenth}" if tenth else digits
        yield from written_sum(CODE[name], written, scale or "", found.span())


def _are_pieces(text: str, start: int, end: int) -> bool:
    """Tells pieces of a thing from yuan, which share a word."""
    before = text[max(0, start - 3) : start]
    return text[end : end + 1] != "钱" and bool(
        _PIECES_BEFORE.search(before) or _PIECES_OF.match(text[end : end + 4])
    )


def _counts(text: str, end: int) -> bool:
    """Tells whether a measure word follows, so that the number counts things and not money."""
    counted = text[end : end + 1] in _MEASURES if end < len(text) else False
    return counted and not text.startswith("包邮", end)


def _short(text: str, home: str) -> Iterator[Priced]:
    for found in _SHORT.finditer(text):
        digits, scale, tail = found.groups()
        before = text[found.start() - 1 : found.start()] if found.start() else ""
        after = text[found.end() : found.end() + 1]
        part_of_code = before == "+" or (before.isascii() and before.isalnum())
        if part_of_code or _counts(text, found.end()):
            continue
        if after.isascii() and after.isalnum():
            continue
        if (
            scale == "k"
            and not tail
            and (digits in _RESOLUTIONS or counts_things(text, found.end()))
        ):
            continue
        if scale == "w" and not tail and _are_watts(text, digits, found.span()):
            continue
        written = f"{digits}.{tail}" if tail and digits.isdigit() else digits
        yield from written_sum(home, written, scale, found.span())


def _are_watts(text: str, digits: str, span: tuple[int, int]) -> bool:
    """Tells the power of a thing from ten thousands, which only Chinese shortens so."""
    start, end = span
    if text.isascii() or _WATTS_AFTER.match(text, end) or _WATTS_BEFORE.search(text[:start]):
        return True
    return digits.isdigit() and int(digits) > _MOST_W


def _cued(text: str, home: str) -> Iterator[Priced]:
    for found in _CUED.finditer(text):
        if _may_be_price(text, *found.span(1)):
            yield from written_sum(home, found.group(1), "", found.span(1))
    for found in _PRICED.finditer(text):
        digits, after = found.groups()
        value = shortened(digits, "") or 0
        year = len(digits) == 4 and digits[:2] in {"19", "20"} and after == "的"
        least = (
            1000_00
            if after == "的" and text[found.end() : found.end() + 1] not in _POINTING
            else 5_00
        )
        known = digits in _STORAGE or digits in _HOTLINES
        if least <= value < 1_000_000_00 and not year and not known and _fits(text, found.start(1)):
            yield from written_sum(home, digits, "", found.span(1))
    for found in _DECIMAL.finditer(text):
        if found.group(1) not in SALE_DAYS and _may_be_price(text, *found.span(1)):
            yield from written_sum(home, found.group(1), "", found.span(1))
    if _MONEY_TALK.search(text):
        yield from _bare(text, home)


def _bare(text: str, home: str) -> Iterator[Priced]:
    """Where money is talked about, a number of its own that counts nothing is a sum."""
    for found in _LONE.finditer(text):
        digits = found.group(1)
        four = len(digits) == 4
        named = four and (digits[:2] in {"19", "20"} or "尾数" in text or "尾号" in text)
        if not named and digits not in _STORAGE and _may_be_price(text, *found.span(1)):
            yield from written_sum(home, digits, "", found.span(1))


_SIZED = frozenset("床被桌门窗屏裤鞋码布")
_RESOLUTIONS = frozenset({"2", "4", "8"})
_POINTING = frozenset("那这退发订单券票商货")


def _may_be_price(text: str, start: int, end: int) -> bool:
    """Tells whether nothing beside a bare number says that it counts or names something."""
    following, second = text[end : end + 1], text[end + 1 : end + 2]
    if _counts(text, end) or following in _GOES_ON or (following.isascii() and following.isalnum()):
        return False
    if following == "." and second.isdigit():
        return False
    if end - start <= _GROUP and _GROUP_FOLLOWS.match(text, end):
        return False
    if following == "的" and second in _SIZED:
        return False
    return text[start:end] not in _HOTLINES and _fits(text, start)


def _fits(text: str, start: int) -> bool:
    before = text[max(0, start - 12) : start]
    return before[-1:] not in _NOT_A_PRICE and not _NOT_MONEY_BEFORE.search(before)


def _chinese(text: str) -> Iterator[Priced]:
    for found in _CHINESE.finditer(text):
        words, name, tenth = found.groups()
        start, end = found.span()
        if name is None and EACH.search(words) and _counts(text, end):
            words, end = words[:-1], end - 1
        # 万一 is "in case" and 千万 "be sure to": a sum begins with a numeral of its own
        large = words[0] not in "百千万" and any(unit in words for unit in "百千万")
        if name is None and (not large or _counts(text, end)):
            continue
        if name == "块" and _are_pieces(text, start, found.end(2)):
            continue
        if name is None and _NOT_MONEY_BEFORE.search(text[max(0, start - 6) : start]):
            continue
        if words == "一" and name in {"块", "刀"} and not _is_one_yuan(text, (start, end)):
            continue
        if text[start - 1 : start] == "几" and start:
            continue
        tenth = "" if tenth is None or _counts(text, end) else tenth
        value = spoken_chinese(words)
        if value is None or (name is None and value < 100_00):
            continue
        value += (spoken_chinese(tenth) or 0) // 10 if tenth else 0
        yield from spoken_sum(CODE[name] if name else "CNY", value, (start, end))


def _tens(text: str) -> Iterator[Priced]:
    for found in _SPOKEN_TENS.finditer(text):
        if not _counts(text, found.end()) and _fits(text, found.start(1)):
            yield from spoken_sum("CNY", spoken_chinese(found.group(1)), found.span(1))


def _tenths(text: str) -> Iterator[Priced]:
    for found in _TENTHS.finditer(text):
        tenths = (spoken_chinese(found.group(1)) or 0) // 100 or int(found.group(1))
        yield from written_sum("CNY", f"0.{tenths}", "", found.span(1))


def _is_one_yuan(text: str, span: tuple[int, int]) -> bool:
    """Tells "one yuan" from "one piece" and "together"."""
    start, end = span
    cued = text[:start].endswith(
        ("要", "收", "差", "付", "花", "扣", "退", "减", "便宜", "贵", "就", "只")
    )
    return cued or text[end - 1].isdigit() or text[end - 1] in "一二三四五六七八九"
