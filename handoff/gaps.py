"""What customers asked and the knowledge did not hold, and which goods the shop has sold: values,
a port, and the mask that keeps people out of it.

Nothing here names a conversation or a customer. Grouping and reporting are `handoff/knowledge`'s.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import msgspec

KEPT = timedelta(days=90)
"""After this a question nobody could answer is forgotten."""
KEPT_MOST = 2_000
USES_MOST = 20_000
GOODS_MOST = 10_000
TEXT_CHARS_MAX = 160
MASK = "#"
_MARKED = re.compile(
    r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.-]+|(?<!\w)@\w+", re.IGNORECASE | re.ASCII
)
_LETTER = "[A-Za-zÀ-ɏ]"
_DIGITS_HIDDEN = 4
_TOKEN = re.compile(r"[0-9A-Za-z０-９][0-9A-Za-z０-９+_-]*(?:[ -]?[0-9０-９]{2,})*")
_DOOR_ZH = r"(?:[0-9A-Za-z０-９一二三四五六七八九十百-]+(?:号|弄|栋|幢|座|单元|楼|层|室)+)"
_STREET_ZH = r"[一-鿿]{1,8}?(?:路|街|巷|大道|小区|花园|村)"
_PLACE_ZH = re.compile(
    rf"(?:[一-鿿]{{2,8}}?(?:省|自治区|市|区|县|镇|乡|街道)){{2,}}(?:{_STREET_ZH})*{_DOOR_ZH}*"
    rf"|{_STREET_ZH}{_DOOR_ZH}+"
)
_PLACE_EN = re.compile(
    r"\b\d+[A-Za-z]?\s+(?:[A-Z][\w.]*\s+){1,3}(?:street|st|road|rd|avenue|ave|lane|drive|way)\b\.?",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?P<zh>我叫|我的名字是|收件人(?:是|叫)?|我姓)\s*[:：]?\s*[一-鿿]{1,4}"
    r"|(?P<en>\bmy name is|\bi am called|\brecipient is)\s+[A-Za-z'-]+(?:\s[A-Z][A-Za-z'-]+)?",
    re.IGNORECASE,
)


class Gap(msgspec.Struct, frozen=True):
    """One question the knowledge had no answer of its own for, masked. `op` makes it count once
    and is random.
    """

    op: str
    at: datetime
    language: str
    text: str


class UseKind(StrEnum):
    """What became of a scenario's article."""

    TOLD = "told"
    HELPED = "helped"
    MISSED = "missed"
    """The customer asked the same again, or what they said next was not understood."""
    HANDED = "handed"


class Use(msgspec.Struct, frozen=True):
    """One time a scenario's article was told, or what came of it. `op` makes it count once and
    leads to no conversation.
    """

    op: str
    at: datetime
    article: str
    kind: UseKind


class Gaps(Protocol):
    """Where gaps, goods and the uses of articles are kept."""

    async def note(self, gap: Gap) -> None:
        """Keep a gap for `KEPT`, at most the newest `KEPT_MOST`; the same one counts once."""

    async def recent(self) -> tuple[Gap, ...]:
        """All gaps that are kept, oldest first."""

    async def used(self, use: Use) -> None:
        """Keep a use for `KEPT`, at most the newest `USES_MOST`; the same one counts once."""

    async def uses(self) -> tuple[Use, ...]:
        """All uses that are kept, oldest first."""

    async def sold(self, products: Iterable[str], at: datetime) -> None:
        """Goods that stand in an order; the first time counts. At most `GOODS_MOST` are known, and
        those known longest go first.
        """

    async def products(self) -> Mapping[str, datetime]:
        """Goods seen in orders, and when each was first seen."""


def masked(text: str, names: Iterable[str] = ()) -> str:
    """The question without what tells who asked: addresses, numbers of four digits and more, and
    the `names` the contact goes by.
    """
    for name in sorted(filter(None, names), key=len, reverse=True):
        if len(name) > 1:
            text = _alone(name).sub(MASK, text)
    text = _MARKED.sub(MASK, text)
    text = _NAMED.sub(lambda found: f"{found['zh'] or found['en']} {MASK}", text)
    text = _PLACE_EN.sub(MASK, _PLACE_ZH.sub(MASK, text))
    text = _TOKEN.sub(_number_masked, text)
    return " ".join(text.split())[:TEXT_CHARS_MAX]


def _alone(name: str) -> re.Pattern[str]:
    """A name as it stands by itself: who is called An has not written half of every question."""
    before = f"(?<!{_LETTER})" if name[0].isascii() else ""
    after = f"(?!{_LETTER})" if name[-1].isascii() else ""
    return re.compile(f"{before}{re.escape(name)}{after}", re.IGNORECASE)


def _number_masked(found: re.Match[str]) -> str:
    token = found.group()
    digits = sum(char.isdigit() for char in token)
    return MASK if digits >= _DIGITS_HIDDEN else token


def tells_something(text: str) -> bool:
    """Whether a masked question is worth keeping."""
    return sum(char.isalpha() for char in text) > 1
