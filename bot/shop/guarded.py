"""The shop behind a deadline and a breaker: who asks waits for an answer, never for a dead system.

Orders and parcels have a breaker each; their state is a level of the process and, while questions
go unanswered, an alert.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog

from handoff.breaker import Breaker
from handoff.errors import StoreDown
from handoff.ports import House
from handoff.shop import Deed, Order, Orders, Parcel, Parcels, Receipt, ShopDown

DEADLINE_SECONDS = 2.8
LOOK_SECONDS = 2.0
FRESH_SECONDS = 30.0
"""While a breaker is open nobody may ask; an old failure is no news."""
SHOP_ALERT = "shop_down"
_Got = TypeVar("_Got")
_Ask = Callable[[], Awaitable[_Got]]

log = structlog.get_logger()


class Levels(Protocol):
    """What is told of the breakers."""

    def level(self, name: str, value: float) -> None: ...


class GuardedShop:
    """`Orders` and `Parcels` over others that may be slow, broken or away."""

    def __init__(
        self,
        orders: Orders,
        parcels: Parcels,
        *,
        breakers: dict[str, Breaker] | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._orders = orders
        self._parcels = parcels
        self._deadline_seconds = deadline_seconds
        self.breakers = breakers or {"orders": Breaker(), "parcels": Breaker()}

    async def find(self, order_no: str) -> Order | None:
        return await self._asked("orders", lambda: self._orders.find(order_no))

    async def of_phone(self, phone: str) -> tuple[Order, ...]:
        return await self._asked("orders", lambda: self._orders.of_phone(phone))

    async def start(self, deed: Deed) -> Receipt | None:
        return await self._asked("orders", lambda: self._orders.start(deed))

    async def track(self, tracking_no: str, carrier: str) -> Parcel | None:
        return await self._asked("parcels", lambda: self._parcels.track(tracking_no, carrier))

    async def _asked(self, source: str, ask: _Ask[_Got]) -> _Got:
        """Ask; raises ShopDown at once while the breaker is open, and when no answer comes."""
        breaker = self.breakers[source]
        if not breaker.allows():
            raise ShopDown(source)
        try:
            async with asyncio.timeout(self._deadline_seconds):
                got = await ask()
        except asyncio.CancelledError:
            breaker.failed()  # the turn's own deadline was over first
            raise
        except Exception as error:
            breaker.failed()
            log.warning("shop.failed", source=source, error=type(error).__name__)
            raise ShopDown(source) from error
        breaker.worked()
        return got

    async def tell(self, levels: Levels, house: House) -> None:
        """Tell the state of the breakers until cancelled."""
        open_before: set[str] = set()
        while True:
            open_before = await self._told(levels, house, open_before)
            await asyncio.sleep(LOOK_SECONDS)

    async def _told(self, levels: Levels, house: House, open_before: set[str]) -> set[str]:
        open_now = {name for name, breaker in self.breakers.items() if breaker.is_open}
        try:
            for name, breaker in self.breakers.items():
                levels.level(f"breaker_open:{name}", float(breaker.is_open))
                if breaker.is_open and breaker.failed_seconds_ago < FRESH_SECONDS:
                    await house.alert(f"{SHOP_ALERT}:{name}", "questions are not answered in time")
                elif name in open_before - open_now:
                    await house.clear_alert(f"{SHOP_ALERT}:{name}")
        except StoreDown:
            return open_before
        return open_now
