"""Which goods of an order are meant: all of it, some of its lines, or a few of one line.

Pure. In a form, and in what the shop is asked to do, it is written as a short text: `0,2:1` is the
first line and one of the third, `*` is all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import re2

from bot.forms import EVERYTHING
from bot.formwords import FormWords, items_in
from handoff.shop import Item

_CLAUSE = re2.compile(r"[,，。;；!！?？\n]+|\.\s|\bbut\b|但是|不过")
_NUMBERS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {"两": 2, "俩": 2}
_NUMBERS |= dict(zip(("one", "two", "three", "four", "five", "six"), range(1, 7), strict=True))
_MEASURE = "[个件包双条盒瓶袋只套支罐本份把张块台副箱顶]"
_SEVERAL_ZH = re2.compile(rf"(\d{{1,2}}|[二两俩三四五六七八九十]){_MEASURE}")
_ONE_ZH = re2.compile(
    rf"(?:退掉|退|换掉|换|取消|只|其中|里面)了?一{_MEASURE}|一{_MEASURE}(?:是|坏|碎|破|裂|漏|不)"
)
"""One of several; "there is one scratch" is none."""
_SEVERAL_EN = re2.compile(r"\b(\d{1,2}|two|three|four|five|six) ([a-z]+)")
_ONE_EN = re2.compile(
    r"^one (?:is|was)\b|\bone of\b|\b(?:only|just|return|back|exchange|cancel) one\b"
)
_NO_GOODS = frozenset(
    (
        *("hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years"),
        *("time", "times", "minutes", "am", "pm"),
    )
)


class Part(NamedTuple):
    """A line of an order by its place, and how many of it; 0 is all of them."""

    place: int
    many: int = 0


def parts_in(written: str, items: Sequence[Item]) -> tuple[Part, ...]:
    """The parts a form names, as far as the order has such lines; none is all of it."""
    if not written or written == EVERYTHING:
        return ()
    pairs = (part.partition(":") for part in written.split(","))
    parts = (Part(int(place), int(count or 0)) for place, _, count in pairs)
    return tuple(part for part in parts if part.place < len(items))


def goods_of(written: str, items: Sequence[Item]) -> tuple[Item, ...]:
    """The goods themselves, with as many of them as are meant."""
    parts = parts_in(written, items)
    return tuple(_item(items[part.place], part.many) for part in parts) or tuple(items)


def is_some(written: str, items: Sequence[Item]) -> bool:
    """Whether less than the whole order is meant."""
    return goods_of(written, items) != tuple(items)


def parts_said(normal: str, items: Sequence[Item], words: FormWords, before: str = "") -> str:
    """What a normalised text says of it; empty when it says nothing. `before` is what was meant
    until now: "only two of them" is about that.
    """
    named, kept = _named(normal, items, words)
    if words.everything(normal) and not kept and len(named) < 2:
        return EVERYTHING if len(items) > 1 else ""
    if not named and kept:
        named = {place: normal for place in range(len(items)) if place not in kept}
    if not named and len(items) > 1:
        named = dict.fromkeys(words.places_in(normal, len(items)), "")
    counted = named or _known(normal, items, before)
    parts = [Part(place, _count(said, items[place])) for place, said in sorted(counted.items())]
    if len(items) < 2 or not named:
        parts = [part for part in parts if part.many]
    return ",".join(_written(part) for part in parts)


def _known(normal: str, items: Sequence[Item], before: str) -> dict[int, str]:
    """The one line that a bare number is about."""
    parts = parts_in(before, items) or tuple(Part(place) for place in range(len(items)))
    return {parts[0].place: normal} if len(parts) == 1 else {}


def _named(
    normal: str, items: Sequence[Item], words: FormWords
) -> tuple[dict[int, str], frozenset[int]]:
    """The lines a text names, each with the clause that does; and those that are to be kept."""
    named: dict[int, str] = {}
    kept: set[int] = set()
    for clause in _CLAUSE.split(normal):
        taken, left = words.parted(clause)
        named |= dict.fromkeys(items_in(taken, items), taken)
        kept |= set(items_in(left, items))
    return {place: said for place, said in named.items() if place not in kept}, frozenset(kept)


def _count(said: str, item: Item) -> int:
    """How many of a line are meant: the last number that is less than all of them."""
    several = [found.group(1) for found in _SEVERAL_ZH.finditer(said)]
    several += [
        found.group(1) for found in _SEVERAL_EN.finditer(said) if found.group(2) not in _NO_GOODS
    ]
    ones = [hit for pattern in (_ONE_ZH, _ONE_EN) for hit in pattern.finditer(said)]
    counts = [_NUMBERS.get(number) or int(number) for number in several] + [1] * len(ones)
    return next((count for count in reversed(counts) if 0 < count < item.quantity), 0)


def _item(item: Item, count: int) -> Item:
    return replace(item, quantity=count) if count else item


def _written(part: Part) -> str:
    return f"{part.place}:{part.many}" if part.many else str(part.place)
