"""Gaps of the knowledge and goods seen in orders, in a dictionary: the twin of `redis_gaps.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from handoff.gaps import GOODS_MOST, KEPT, KEPT_MOST, USES_MOST, Gap, Use
from handoff.store.memory_records import Memory
from handoff.store.records import moment


class MemoryGaps:
    """`handoff.gaps.Gaps` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._now = memory.now
        self._gaps: dict[tuple[str, str, str], Gap] = {}
        self._products: dict[str, datetime] = {}
        self._uses: dict[tuple[str, str, str], Use] = {}

    async def note(self, gap: Gap) -> None:
        self._gaps[gap.op, gap.language, gap.text] = gap
        kept = self._kept()[-KEPT_MOST:]
        self._gaps = {(one.op, one.language, one.text): one for one in kept}

    async def recent(self) -> tuple[Gap, ...]:
        return tuple(self._kept())

    async def used(self, use: Use) -> None:
        self._uses[use.op, use.article, use.kind] = use
        kept = (await self.uses())[-USES_MOST:]
        self._uses = {(one.op, one.article, one.kind): one for one in kept}

    async def uses(self) -> tuple[Use, ...]:
        now = moment(self._now())
        assert now is not None
        kept = (use for use in self._uses.values() if now - use.at < KEPT)
        return tuple(sorted(kept, key=lambda use: (use.at, use.op, use.article, use.kind)))

    async def sold(self, products: Iterable[str], at: datetime) -> None:
        for product in products:
            self._products.setdefault(product, at)
        kept = sorted((first, product) for product, first in self._products.items())
        self._products = {product: first for first, product in kept[-GOODS_MOST:]}

    async def products(self) -> Mapping[str, datetime]:
        return dict(self._products)

    def _kept(self) -> list[Gap]:
        now = moment(self._now())
        assert now is not None
        return sorted(
            (gap for gap in self._gaps.values() if now - gap.at < KEPT),
            key=lambda gap: (gap.at, gap.op),
        )
