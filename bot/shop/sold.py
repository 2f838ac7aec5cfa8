"""Which goods the shop sells, as its orders show them: the bot sees them first, so it tells the
editors when no article is about one for too long.

Names of goods only, never whose order they stood in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from handoff.errors import StoreDown
from handoff.gaps import Gaps
from handoff.knowledge import Articles
from handoff.knowledge.freshness import unwritten
from handoff.ports import House
from handoff.shop import Deed, Order, Orders, Receipt

TELL_SECONDS = 30.0
LOOK_EVERY = 20
"""Every so many rounds the articles are held against what is sold."""
KNOWN_MOST = 50_000
UNWRITTEN_ALERT = "products_unwritten"


class SoldGoods:
    """`Orders` that remembers the goods in what it found until they are written down."""

    def __init__(self, orders: Orders, articles: Callable[[], Articles]) -> None:
        self._orders = orders
        self._articles = articles
        self._known: set[str] = set()
        self._fresh: set[str] = set()

    async def find(self, order_no: str) -> Order | None:
        order = await self._orders.find(order_no)
        self._note((order,) if order else ())
        return order

    async def of_phone(self, phone: str) -> tuple[Order, ...]:
        orders = await self._orders.of_phone(phone)
        self._note(orders)
        return orders

    async def start(self, deed: Deed) -> Receipt | None:
        return await self._orders.start(deed)

    async def tell(self, gaps: Gaps, house: House) -> None:
        """Write new goods down, and now and then raise or clear the alert, until cancelled."""
        rounds = 0
        while True:
            try:
                await self.write(gaps)
                if rounds % LOOK_EVERY == 0:
                    await self.look(gaps, house, datetime.now(UTC))
                rounds += 1
            except StoreDown:
                pass  # what was not written stays for the next round
            await asyncio.sleep(TELL_SECONDS)

    async def write(self, gaps: Gaps) -> None:
        """Write the goods down that were not yet."""
        fresh = tuple(self._fresh)
        if fresh:
            await gaps.sold(fresh, datetime.now(UTC))
            self._fresh.difference_update(fresh)

    async def look(self, gaps: Gaps, house: House, now: datetime) -> None:
        """Raise the alert while goods were sold for 48 hours without an article."""
        late = unwritten(self._articles(), await gaps.products(), now)
        if late:
            await house.alert(UNWRITTEN_ALERT, f"{len(late)}, the oldest is {late[0].product}")
        else:
            await house.clear_alert(UNWRITTEN_ALERT)

    def _note(self, orders: Iterable[Order]) -> None:
        for order in orders:
            for item in order.items:
                if item.name not in self._known and len(self._known) < KNOWN_MOST:
                    self._known.add(item.name)
                    self._fresh.add(item.name)
