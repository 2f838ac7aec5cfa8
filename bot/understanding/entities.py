"""Values in a message: order numbers, waybills, carriers, payment codes, money, phones, pieces.

Patterns take linear time and check digits decide where shapes are shared. Telephone and card
numbers, post codes, pickup codes and part numbers are told from order numbers by shape and by the
words before them. Whether an order exists is not its business.
"""

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import re2

from bot.understanding.amounts import EACH, find_amounts
from bot.understanding.numbers import spoken_chinese
from bot.understanding.reading import Entities
from handoff.knowledge.carriers import Carriers, WaybillHit, WaybillPatterns
from handoff.knowledge.payments import PaymentCodes
from handoff.text import has_digits

_LATIN_OR_DIGIT = re.compile("[a-z0-9]")
_NUMBERISH = re2.compile(
    r"\b(?:"
    r"ord[ -]?\d[\d-]{8,22}"
    r"|1z(?:[ -]?[0-9a-z]){16}"
    r"|jd[ -]?[0-9a-z]{11,15}(?:-\d+-\d+-?)?"
    r"|w\d{7}"
    r"|(?:sf|yt|jt|dpk|tba|c|w)(?:[ -]?\d){7,15}"
    r"|[a-z]{2} ?\d{9} ?[a-z]{2}"
    r"|\d{9,34}"
    r")\b"
)
_ORDER_CODE = re2.compile(r"W\d{7}|ORD20\d{6}\d{1,8}")
_NINE = re2.compile(r"100[35]\d{5}")
_DATED = re2.compile(r"20[2-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}")
_MOBILE = re2.compile(r"(?:86)?(1[3-9]\d{9})")
_ANY_PHONE = re2.compile(r"[1-9]\d{8,13}")
_GROUPED_PHONE = re2.compile(r"\+\d{1,3}(?:[ -]?\(?\d{2,4}\)?){2,4}\b")
_PHONE_WORD = re2.compile(
    r"(?:手机号?码?|电话号?码?|\b(?:phone|cell|mobile|tel)(?: number| no)?)[^\d,.，。?？]{0,8}$"
)
_MOBILE_TAIL = re2.compile(
    r"(?:尾号|后四位|末四位|后4位|last (?:four|4)(?: digits?)?|(?:ending|ends)(?: in| with)?)"
    r"(?:[^\d]{0,16}?)(\d{4})\b"
)
_TAIL_CUE = re.compile("尾号|[后末][四4]|last |end")
_PIECES = re.compile(
    r"(\d{1,6}|[一二两三四五六七八九十百千万]{1,6}) ?(?:多|来|几)?"
    r"(件|个|台|套|箱|份|本|双|把|只|盒|条|瓶|支|部|张|束|袋|枚|顶|床|组|块(?:屏|砖|表|板)"
    r"|(?:[a-z]+ )?(?:pcs|pieces?|units?|sets?|copies|boxes|items|pairs|cartons|chairs|shirts"
    r"|t-shirts|mugs|bottles|bags|hats|laptops|phones|tablets|tables|gifts|hampers|packs|cases|desks|monitors|headsets|headphones|backpacks|schoolbags|notebooks|pens|lamps|cups|jackets|hoodies|polos|towels|blankets|speakers|keyboards|chargers|umbrellas|candles|uniforms|vests|jerseys|medals|lanyards|helmets|kits|books)\b)"
)
_COUNT_BEGINS = re.compile(r"[\d一二两三四五六七八九十百千万]")
_MANY = re.compile("[十百千万]")  # fewer pieces, in words, weigh nothing
_OTHER_NUMBER = re2.compile(
    r"(?:卡号|银行卡|信用卡|身份证|手机|电话|邮编|邮政编码|取件码|提货码|取货码|验证码|税号|纳税|识别号|型号|货号|"
    r"零件|配件|部件|序列号|条码|条形码|产品编号|商品编号|账号|账户|工单|微信|qq|\bcard|\bphone|\btel|\bmobile|"
    r"\bcall me (?:at|on)|\bzip|\bpostcode|\bpostal code|\bpart|\bmodel|\bserial|\bs/n|\bsn|"
    r"\bsku|\bbarcode|\bisbn|\bupc|\bean|\bimei|\baccount|\bvat|\btax|\bein|\bpickup|\blocker|\bticket|\bitem)"
    r"(?: ?(?:号码|号|码|id|number|no\.?|num|code|#))?(?: is| was|是|为|:| |#|\()*$"
)
_BANK_NUMBER = re2.compile(
    r"(?:交易|流水|商户|凭证|发票|\b(?:upi|utr|rrn|imps|neft|transaction|txn|bank|payment))[,， ]*"
    r"(?:单号|单|代码|号码|号|ref(?:erence)?|id|number)?(?: ?(?:id|number|no\.?|#))?"
    r"(?: is| was|是|为|:| |#|\()*$"
)
"""What banks and tax offices number; our own numbers are known by their shape all the same."""
_PART = re2.compile(
    r"(?:型号|货号|零件|配件|部件|序列号|产品编号|商品编号|\bpart|\bmodel|\bserial|\bs/n|\bsn|\bsku)"
    r"(?: ?(?:号码|号|码|id|number|no\.?|num|code|#))?(?: is| was|是|为|:| |#|\()*$"
)
_TRACKING_CUE = re2.compile(
    r"(?:运单|快递|物流|单号|包裹|tracking|waybill|parcel|package|shipment|track)"
)
_ORDER_CUE = re2.compile(r"(?:订单|\border\b|\border (?:number|no|id|#))[^\d]{0,12}$")
_WINDOW = 24


class Tables(Protocol):
    """What the reader needs of the knowledge base."""

    @property
    def codes(self) -> PaymentCodes:
        """Payment codes by every spelling."""
        ...

    @property
    def waybills(self) -> WaybillPatterns:
        """Shapes and check digits of waybill numbers."""
        ...

    @property
    def carriers(self) -> Carriers:
        """Carriers by the names people use."""
        ...


@dataclass(slots=True)
class _Numbers:
    """The numbers of one message, sorted out."""

    orders: dict[str, None]
    waybills: dict[str, None]
    carriers: dict[str, None]
    phones: dict[str, None]
    spans: list[tuple[int, int]]


def find_entities(text: str, normal: str, tables: Tables, *, chinese: bool) -> Entities:
    """Returns the values a message states; `normal` is the text normalised."""
    named = [carrier.name for carrier in tables.carriers.find_in(normal)]
    digits = has_digits(normal)
    numbers = _Numbers({}, {}, dict.fromkeys(named), {}, [])
    if digits and _may_hold_number(normal):
        _sort_numbers(normal, numbers, tables)
        if "+" in normal and not numbers.phones:
            numbers.phones.update(dict.fromkeys(_abroad(normal)))
    codes = tables.codes.find_in(text) if _LATIN_OR_DIGIT.search(normal) else ()
    amounts = find_amounts(normal, chinese=chinese, taken=numbers.spans)
    return Entities(
        order_no=tuple(numbers.orders),
        tracking_no=tuple(numbers.waybills),
        carrier=tuple(name for name in numbers.carriers if tables.carriers.named(name)),
        payment_code=tuple(code for code in codes if code.upper() not in numbers.orders),
        amount=tuple(dict.fromkeys(priced.amount for priced in amounts)),
        phone=tuple(numbers.phones),
        phone_tail=_phone_tails(normal) if digits else (),
        pieces=_pieces(normal) if digits or _MANY.search(normal) else (),
    )


def _may_hold_number(normal: str) -> bool:
    """Tells whether it is worth looking for order and waybill numbers: nearly all have seven
    digits.
    """
    return sum(map(normal.count, string.digits)) >= 7 or "1z" in normal or "jd" in normal


def _sort_numbers(normal: str, numbers: _Numbers, tables: Tables) -> None:
    for found in _NUMBERISH.finditer(normal):
        before = normal[max(0, found.start() - _WINDOW) : found.start()]
        written = found.group(0)
        number = "".join(char for char in written if char.isalnum()).upper()
        hits = tables.waybills.match(number)
        if number[:2].isalpha() and number[-2:].isalpha() and not _certain(hits):
            number = "".join(
                filter(str.isdigit, number)
            )  # "is 100312345 ok": words around a number
            hits = tables.waybills.match(number)
        numbers.spans.append(found.span())
        if _MOBILE.fullmatch(number):
            numbers.phones[number[-11:]] = None
        elif _is_phone(number, before):
            numbers.phones[number] = None
        elif not _of_others(number, before):
            _sort(number, before, numbers, hits)
            checked = hits and number not in numbers.orders and _checked(hits)
            if checked and _TRACKING_CUE.search(normal):
                numbers.waybills[number] = None


def _abroad(normal: str) -> Iterator[str]:
    """Yields phones that are written in groups behind a country's code."""
    for found in _GROUPED_PHONE.finditer(normal):
        number = "".join(filter(str.isdigit, found.group(0)))
        if _ANY_PHONE.fullmatch(number):
            yield number


def _is_phone(number: str, before: str) -> bool:
    """Tells a phone of any country: a plus before it, or the word."""
    said = before.endswith("+") or _PHONE_WORD.search(before) is not None
    return said and _ANY_PHONE.fullmatch(number) is not None


def _of_others(number: str, before: str) -> bool:
    """Tells a number that is no order's and no parcel's by the words before it."""
    if _ORDER_CODE.fullmatch(number):
        return _PART.search(before) is not None
    if before.endswith("+") or _OTHER_NUMBER.search(before):
        return True
    ours = _NINE.fullmatch(number) or _DATED.fullmatch(number)
    return not ours and _BANK_NUMBER.search(before) is not None


def _sort(number: str, before: str, numbers: _Numbers, hits: list[WaybillHit]) -> None:
    if _ORDER_CODE.fullmatch(number) or _NINE.fullmatch(number):
        numbers.orders[number] = None
    elif len(number) == 12 and number.isdigit():
        _sort_twelve(number, before, numbers, hits)
    elif certain := _certain(hits):
        numbers.waybills[number] = None
        numbers.carriers.update(dict.fromkeys(certain))
    elif _likely(hits, numbers.carriers):
        numbers.waybills[number] = None


def _sort_twelve(number: str, before: str, numbers: _Numbers, hits: list[WaybillHit]) -> None:
    """Twelve digits are our own order number, FedEx Express or an old number of SF."""
    ours = _DATED.fullmatch(number) or _ORDER_CUE.search(before)
    named = any(hit.carrier in numbers.carriers and hit.check_ok is not False for hit in hits)
    if not ours and (named or _TRACKING_CUE.search(before)):
        numbers.waybills[number] = None
    else:
        numbers.orders[number] = None


def _certain(hits: Iterable[WaybillHit]) -> list[str]:
    """Returns the carrier a number names by itself; a postal number of any country names none."""
    certain = [hit for hit in hits if hit.certain]
    return [hit.carrier for hit in certain[:1]]


def _likely(hits: list[WaybillHit], named: Iterable[str]) -> bool:
    """Tells whether a doubtful number is a waybill: by its length, or by a carrier beside it."""
    good = [hit for hit in hits if hit.check_ok is not False]
    names = set(named)
    return any(hit.carrier in names or hit.specificity == "medium" for hit in good)


def _checked(hits: list[WaybillHit]) -> bool:
    return any(hit.check_ok for hit in hits)


def _phone_tails(normal: str) -> tuple[str, ...]:
    if not _TAIL_CUE.search(normal):
        return ()
    return tuple(dict.fromkeys(_MOBILE_TAIL.findall(normal)))


def _pieces(normal: str) -> tuple[int, ...]:
    counts: dict[int, None] = {}
    for found in _counted(normal):
        words = found.group(1)
        if EACH.search(words):
            continue
        spoken = None if words.isdigit() else spoken_chinese(words)
        count = int(words) if words.isdigit() else (spoken or 0) // 100
        if count:
            counts[count] = None
    return tuple(counts)


def _counted(normal: str) -> Iterator[re.Match[str]]:
    """Yields counts of things. The search for a single character skips ahead, the whole pattern
    would be tried at every place.
    """
    at = 0
    while begin := _COUNT_BEGINS.search(normal, at):
        found = _PIECES.match(normal, begin.start())
        at = found.end() if found else begin.end()
        if found:
            yield found
