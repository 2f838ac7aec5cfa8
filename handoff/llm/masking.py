"""Keep personal data in the house: each piece is replaced by a mark before a text leaves, and put
back into what returns.

It hides phones, long numbers (orders, waybills, cards, papers), the digits that prove an order,
e-mail addresses, links, postal addresses and names behind a cue. When in doubt it hides. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from handoff.patterns import roomy

_HAN = r"[\p{Han}]"
_ADDRESS_ZH = (
    # province, city, district, and what follows
    rf"{_HAN}{{2,8}}(?:省|自治区|市){_HAN}{{1,10}}?(?:市|区|區|县|縣|州|旗)"
    rf"[\p{{Han}}0-9０-９A-Za-z#\-]{{0,40}}"
    # a street with a number, a block with a flat
    rf"|{_HAN}{{1,20}}(?:路|街|道|巷|弄|胡同|苑|小区|小區|花园|花園|公寓|大厦|大廈|广场|廣場|新村|村)"
    r"\s*[0-9０-９一二三四五六七八九十百零]{1,6}\s*(?:号|號|弄|栋|棟|幢|座|室|楼|樓|单元|單元|#)"
    r"[\p{Han}0-9０-９A-Za-z#\-]{0,30}"
    rf"|[0-9０-９]{{1,4}}\s*(?:栋|棟|幢|号楼|號樓|单元|單元)[\p{{Han}}0-9０-９A-Za-z#\-]{{0,20}}"
)
_ADDRESS_EN = (
    r"(?i:\b(?:(?:flat|apt\.?|apartment|unit|suite|room)\s*#?\w{1,6}[,\s]+)?\d{1,6}[a-z]?[,\s]+"
    r"(?:[a-z][\w.'’-]*\s+){1,4}?"
    r"(?:street|st|road|rd|avenue|ave|boulevard|blvd|lane|ln|drive|dr|terrace|crescent|highway|hwy"
    r"|parkway)\b\.?(?:[^\n;?!]{0,60}\d\w*|[^\n;.?!]{0,40}))"
    r"|\b\d{1,6}[,\s]+(?:[A-Z][\w.'’-]*\s+){1,3}?(?:Way|Place|Pl|Court|Ct|Close|Square|Sq|Row|Mews)\b"
    r"|(?i:\bp\.?\s?o\.?\s?box\s+\d+)"
    r"|\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b"
)
_CUED = (
    r"(?:收货|收貨|寄送|邮寄|郵寄|新|旧|舊|家庭)?(?:地址|住址)(?:改成|改为|改為|换成|換成|更新为|是|为|為|[:：])+\s*"
    r"([^\n。；;？?]{3,80})"
    r"|(?i:\baddress(?:\s+(?:is|to|should be))?\s*[:：]?\s+([^\n;?!]*\d[^\n;?!]{3,80}))"
)
_NAME = (
    r"(?:收件人|收货人|收貨人|联系人|聯絡人|姓名|我叫|我的名字是)[:：是为為]?\s*"
    r"(\p{Han}{2,4}|[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)"
    r"|(?i:\b(?:my name is|recipient|consignee|full name|name)\b\s*(?:is\b|[:：])?)"
    r"\s*([A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2})"
)
_TAIL = (
    r"(?:尾号|尾號|后四位|後四位|末四位|后4位)\D{0,6}?([0-9]{4})"
    r"|(?i:(?:last (?:four|4)(?: digits?)?|ending|ends) "
    r"(?:(?:of|in|with|is|are)\b[^\d\n]{0,20})?([0-9]{4}))"
)
_DATE = re.compile(
    r"(?:19|20)\d\d[-/.年 ]\s?(?:0?[1-9]|1[0-2])[-/.月 ]\s?(?:0?[1-9]|[12]\d|3[01])日?"
)
_PATTERNS: tuple[tuple[str, Any], ...] = tuple(
    (kind, roomy(pattern))
    for kind, pattern in (
        ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        ("link", r"(?i:\b(?:https?://|www\.)[^\s，。]+)|(?:^|[^\w])(@[A-Za-z]\w{3,31})"),
        ("address", _CUED),
        ("address", _ADDRESS_ZH),
        ("address", _ADDRESS_EN),
        ("name", _NAME),
        ("digits", _TAIL),
        (
            "number",
            r"(?i:\b[a-z]{1,4})?(?:\+|\()?[0-9０-９]+(?:[()\-.]*\s?[()\-.]*[0-9０-９]+)*(?:[A-Za-z]{2})?",
        ),
        ("digits", r"(?:^|[^\w.,¥$€£])([0-9０-９]{4})(?:$|[^\d.,年元块%])"),
    )
)
_LEAST_DIGITS = 6
MARK = re.compile(r"\[(?:email|link|address|name|digits|number)-\d+\]")


class Mask:
    """The marks of one request: the same data gets the same mark wherever it stands."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """The text with a mark in place of each piece of personal data."""
        for kind, pattern in _PATTERNS:
            text = self._replaced(text, kind, pattern)
        return text

    def put_back(self, text: str) -> str:
        """The text with the data back in place of its marks; an unknown mark stays."""
        known = {mark: said for said, mark in self._marks.items()}
        return MARK.sub(lambda hit: known.get(hit.group(), hit.group()), text)

    def _replaced(self, text: str, kind: str, pattern: Any) -> str:
        parts, at = [], 0
        for start, end in _found(text, kind, pattern):
            parts += [text[at:start], self._mark(kind, text[start:end])]
            at = end
        return "".join([*parts, text[at:]])

    def _mark(self, kind: str, said: str) -> str:
        if said not in self._marks:
            self._marks[said] = f"[{kind}-{len(self._marks) + 1}]"
        return self._marks[said]


def _found(text: str, kind: str, pattern: Any) -> Iterator[tuple[int, int]]:
    """Where something of this kind stands: the group, where the pattern has one."""
    marks = [hit.span() for hit in MARK.finditer(text)]
    dates = [hit.span() for hit in _DATE.finditer(text)] if kind in ("number", "digits") else []
    for hit in pattern.finditer(text):
        groups = [hit.span(n + 1) for n, group in enumerate(hit.groups()) if group]
        start, end = groups[0] if groups else hit.span()
        said = text[start:end]
        if not said.strip() or any(a < end and start < b for a, b in (*marks, *dates)):
            continue
        if kind == "number" and sum(map(str.isdigit, said)) < _LEAST_DIGITS:
            continue
        yield start, end
