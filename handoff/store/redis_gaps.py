"""Gaps of the knowledge and goods seen in orders, in Redis: plain commands that may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from handoff.gaps import GOODS_MOST, KEPT, KEPT_MOST, USES_MOST, Gap, Use, UseKind
from handoff.store.calls import Calls, pairs
from handoff.store.keys import Keys
from handoff.store.records import decode_gap, encode_gap, moment

KEPT_MS = int(KEPT.total_seconds() * 1000)


class RedisGaps:
    """`handoff.gaps.Gaps`."""

    def __init__(self, calls: Calls, keys: Keys, now: Callable[[], int]) -> None:
        self._calls = calls
        self._gaps = keys.of("gaps")
        self._goods = keys.of("goods")
        self._uses = keys.of("uses")
        self._now = now

    async def note(self, gap: Gap) -> None:
        await self._calls.both(
            ("ZADD", self._gaps, int(gap.at.timestamp() * 1000), encode_gap(gap)),
            ("ZREMRANGEBYSCORE", self._gaps, "-inf", self._now() - KEPT_MS),
            ("ZREMRANGEBYRANK", self._gaps, 0, -KEPT_MOST - 1),
        )

    async def recent(self) -> tuple[Gap, ...]:
        oldest = self._now() - KEPT_MS
        rows = await self._calls.one(
            "ZRANGEBYSCORE", self._gaps, f"({oldest}", "+inf", "WITHSCORES"
        )
        return tuple(decode_gap(member, at) for member, at in pairs(rows))

    async def used(self, use: Use) -> None:
        member = f"{use.op} {use.article} {use.kind}"
        await self._calls.both(
            ("ZADD", self._uses, int(use.at.timestamp() * 1000), member),
            ("ZREMRANGEBYSCORE", self._uses, "-inf", self._now() - KEPT_MS),
            ("ZREMRANGEBYRANK", self._uses, 0, -USES_MOST - 1),
        )

    async def uses(self) -> tuple[Use, ...]:
        oldest = self._now() - KEPT_MS
        rows = await self._calls.one(
            "ZRANGEBYSCORE", self._uses, f"({oldest}", "+inf", "WITHSCORES"
        )
        return tuple(_use(member.decode(), at) for member, at in pairs(rows))

    async def sold(self, products: Iterable[str], at: datetime) -> None:
        first_ms = int(at.timestamp() * 1000)
        await self._calls.both(
            *(("ZADD", self._goods, "NX", first_ms, product) for product in products),
            ("ZREMRANGEBYRANK", self._goods, 0, -GOODS_MOST - 1),
        )

    async def products(self) -> Mapping[str, datetime]:
        rows = await self._calls.one("ZRANGE", self._goods, 0, -1, "WITHSCORES")
        seen = {product.decode(): moment(first_ms) for product, first_ms in pairs(rows)}
        return {product: at for product, at in seen.items() if at is not None}


def _use(member: str, at_ms: float) -> Use:
    op, article, kind = member.split(" ")
    at = moment(at_ms)
    assert at is not None
    return Use(op, at, article, UseKind(kind))
