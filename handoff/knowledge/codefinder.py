"""Find payment codes in a customer's sentence by table, in linear time and without hits on
ordinary words.

A code such as ORDER_PAID or do_not_honor speaks for itself. A code that is an ordinary word or two
digits counts only beside a cue ("错误码", "declined with", a wallet), and never as an amount,
a date or a length of time.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import re2

from handoff.knowledge.names import plain


class Cue(StrEnum):
    """When a code needs a cue beside it: never, when spelled as separate words, or always."""

    NONE = "no"
    WORDS = "words"
    ALWAYS = "always"


def code_key(code: str) -> str:
    """Returns the letters and digits of a code in lower case: ORDER_PAID, orderpaid and "Order
    Paid" are one.
    """
    wide = code if code.isascii() else unicodedata.normalize("NFKC", code)
    return "".join(filter(str.isalnum, wide.lower()))


_STRONG = (
    r"错误代?码?|错误信息|代码|返回码|应答码|响应码|故障码|报错|拒付|失败|被拒|拒绝|"
    r"\berror(?:\s*code)?|\berr|\bcode|\bdeclin\w*|\brefus\w*|\breject\w*|\bfail\w*"
)
_WEAK = (
    r"刷出来?|机器?上?出来|刷机|刷|印着|印的|应答|提示|返回|显示|报|弹出|弹|跳出|跳|出现|写着|说|收到|状态|"
    r"\b(?:says?|saying|said|shows?|showing|displays?|displayed|returned|returns|gives?|gave|got|getting|message|"
    r"response|reason|status)"
)
_GAP = r"[\s:：“”\"'‘’(（\[【#=>-]*"
# A code of a coupon, a parcel locker or a text message is no payment code.
_OTHER_CODE = re2.compile(
    r"(?:优惠|折扣|取件|验证|邮政|兑换|国家|区域|promo\w*|coupon|discount|voucher|gift|zip|postal|area|pickup|"
    r"verification|sms|country|dress|qr|bar|style|item|product|colou?r)[\s_-]*(?:代码|code)[^\d]{0,12}$"
    r"|\b(?:label|tag|box|sticker|sign|door|lid|\w*meter|scales?|gauge|dial|clock|timer|manual)\b"
    r"[^.!?]{0,20} (?:says|said|shows?|reads|showing|saying) $"
    r"|(?:[计表秤钟]|温度|体重|血压|血糖|说明书)[^,，。!！?？]{0,4}(?:显示|写着|说|出现|报)[^\d]{0,4}$"
    r"|\b(?:you|we|he|she|rules?|polic(?:y|ies)) (?:says?|said) $"
)
_UNIT = re2.compile(
    r"^\s*(?:元|块|钱|天|日|号|月|年|分|秒|小时|个|点|时|件|单|箱|次|位|折|码|米|厘|克|斤|公斤|岁|层|楼|%|rmb|usd|cny|"
    r"yuan|dollars?|bucks?|cents?|euros?|days?|hours?|hrs?|mins?|minutes?|weeks?|months?|years?|items?|pcs|pieces?|"
    r"times?|percent|am\b|pm\b|kg|cm|mm|inch|of\b|more\b|people|digits?|letters?|characters?|orders?|units?|boxes|parcels?|packages?)"
)
_NOT_BEFORE = frozenset("¥￥$€£#第尾号:./-,~+_*")
_COMMAS = frozenset(",，")
_NOT_AFTER = frozenset(":/-~+_*")
_DECIMAL = frozenset(".,")
_PARTS = re.compile(r"[A-Za-z0-9]+")
_WINDOW = 28


@dataclass(frozen=True, slots=True)
class _Spelling:
    code: str
    key: str
    """Of the code itself."""
    cue: Cue
    own: bool
    """Whether it is the code itself rather than an alias of it."""


class CodeFinder:
    """The spellings of all codes, and the cues that make doubtful ones certain."""

    def __init__(
        self, codes: Iterable[tuple[str, tuple[str, ...], Cue]], provider_names: Iterable[str]
    ) -> None:
        self._spellings: dict[str, _Spelling] = {}
        self._exact: dict[str, str] = {}
        for code, aliases, cue in codes:
            self._exact[code.lower()] = code
            key = code_key(code)
            self._spellings[key] = _Spelling(code, key, cue, own=True)
            for alias in aliases:
                self._spellings.setdefault(code_key(alias), _Spelling(code, key, cue, own=False))
        self._starts = {key[:size] for key in self._spellings for size in range(1, len(key) + 1)}
        names = "|".join(re2.escape(plain(name)) for name in provider_names) or "$^"
        self._strong = re2.compile(rf"(?:{_STRONG})(?:[^\d.。!！?？,，;；¥$€£]{{0,8}}|[,，] ?)$")
        self._strong_close = re2.compile(rf"(?:{_STRONG}){_GAP}(?:是|了|is|was|with|as)?{_GAP}$")
        self._weak = re2.compile(
            rf"(?:{_WEAK}|{names})(?:支付|付款|卡|\s*pay|\s*card)?(?:{_WEAK})?"
            rf"{_GAP}(?:是|了|个|me|code|a)?{_GAP}$"
        )
        self._after = re2.compile(
            r"^[\s”\"'’)）\]】这个的-]{0,4}(?:错误|报错|代码|是啥|是什么|啥意思|什么意思|error|code\b|declin)"
        )

    def find_in(self, text: str) -> list[str]:
        """Returns the codes a sentence names, in order, each once, in the table's spelling."""
        wide = text if text.isascii() else unicodedata.normalize("NFKC", text)
        found: dict[str, None] = {}
        end = 0
        for start, stop, key in self._candidates(wide):
            if start >= end and self._certain(wide, start, stop, self._spellings[key]):
                found[self._written(wide[start:stop], key)] = None
                end = stop
        return list(found)

    def _candidates(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yields spans that spell a known code, the longest first at each start."""
        starts, spellings = self._starts, self._spellings
        parts = [(*part.span(), part[0].lower()) for part in _PARTS.finditer(text)]
        for place, (start, stop, key) in enumerate(parts):
            if key not in starts:
                continue
            ends = [(stop, key)] if key in spellings else []
            for begin, end, more in islice(parts, place + 1, None):
                key += more
                if key not in starts or not _joins(text[stop:begin]):
                    break
                stop = end
                if key in spellings:
                    ends.append((stop, key))
            for end, whole in reversed(ends):
                yield start, end, whole

    def _certain(self, text: str, start: int, stop: int, spelling: _Spelling) -> bool:
        span = text[start:stop]
        if len(spelling.key) == 2 and len(span) == 2:
            return self._certain_number(text, start, stop)
        in_words = " " in span
        shouted = in_words and span.isupper() and not (text.isascii() and text.isupper())
        if shouted or spelling.cue is Cue.NONE or (spelling.cue is Cue.WORDS and not in_words):
            return True
        if spelling.cue is Cue.ALWAYS and spelling.code.isupper() and not span.isupper():
            return False
        return self._cued(plain(text[max(0, start - _WINDOW) : start]))

    def _cued(self, before: str) -> bool:
        return bool(self._strong_close.search(before) or self._weak.search(before))

    def _certain_number(self, text: str, start: int, stop: int) -> bool:
        before, after = text[max(0, start - _WINDOW) : start], text[stop : stop + _WINDOW]
        if _part_of_more(before) and not self._strong_close.search(plain(before)):
            return False
        if after[:1] in _NOT_AFTER or (after[:1] in _DECIMAL and after[1:2].isdigit()):
            return False
        low, rest = plain(before), plain(after)
        if _UNIT.search(rest) or _OTHER_CODE.search(low):
            return False
        return bool(self._strong.search(low) or self._weak.search(low) or self._after.search(rest))

    def _written(self, span: str, key: str) -> str:
        """A prefix the customer left out (ACQ.) or added (U-) stays as the customer wrote it."""
        spelling = self._spellings[key]
        own = spelling.key
        if (exact := span.replace(" ", "_").lower()) in self._exact:
            return self._exact[exact]
        if spelling.own or not (own.endswith(key) or key.endswith(own)):
            return spelling.code
        return span.upper().replace(" ", "_")


def _part_of_more(before: str) -> bool:
    """Tells a digit that belongs to what stands before it; a comma after a word does not bind."""
    last = before[-1:]
    return last in _NOT_BEFORE and not (last in _COMMAS and not before[-2:-1].isdigit())


def _joins(gap: str) -> bool:
    return len(gap) <= 2 and not gap.strip("_.- ’'")
