"""The demo shop: orders and parcels from `seeds/demo`, told from the moment it was opened.

It answers the ports of `handoff/shop.py`. Tests may make it slow or take it down; nothing else
here changes.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

from bot.shop.demo_seed import BuyersSeed, OrderSeed, ParcelSeed, ShopSeed
from handoff.errors import SeedErrors
from handoff.knowledge import OVER, OrderStatus
from handoff.knowledge.seedfiles import Faults, read_yaml
from handoff.shop import (
    Deed,
    Item,
    Order,
    Parcel,
    ParcelEvent,
    Payment,
    Receipt,
    ShopDown,
    Waybill,
    digits_of,
)

SHOP_FILE = "demo/shop.yaml"
CUSTOMERS_FILE = "demo/customers.yaml"
Clock = Callable[[], datetime]
_LEFT = OVER | {
    OrderStatus.SHIPPED,
    OrderStatus.OUT_FOR_DELIVERY,
    OrderStatus.READY_FOR_PICKUP,
    OrderStatus.DELAYED,
    OrderStatus.DELIVERY_FAILED,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
}


class DemoShop:
    """A shop in memory. `orders`, `delay_seconds` and `down` are what tests turn."""

    def __init__(self, orders: Iterable[Order], parcels: Iterable[Parcel]) -> None:
        self.orders = {order.no: order for order in orders}
        self._parcels = {parcel.tracking_no: parcel for parcel in parcels}
        self.deeds: dict[str, Deed] = {}
        """What was started, by operation."""
        self.delay_seconds = 0.0
        self.down = False

    async def find(self, order_no: str) -> Order | None:
        """The order with this number, whoever bought it."""
        await self._answer()
        return self.orders.get(order_no.upper())

    async def of_phone(self, phone: str) -> tuple[Order, ...]:
        """Orders of this phone number, newest first."""
        await self._answer()
        wanted = digits_of(phone)
        owned = [order for order in self.orders.values() if digits_of(order.phone) == wanted]
        return tuple(sorted(owned, key=lambda order: order.placed_at, reverse=True))

    async def track(self, tracking_no: str, carrier: str) -> Parcel | None:
        """Where the parcel is; numbers are each carrier's own."""
        await self._answer()
        parcel = self._parcels.get(tracking_no.upper())
        return parcel if parcel and carrier in ("", parcel.carrier) else None

    async def start(self, deed: Deed) -> Receipt | None:
        """Write the deed down, unless the order does not allow it any more."""
        await self._answer()
        order = self.orders.get(deed.order_no)
        if deed.op not in self.deeds:
            if order is None or order.status in (_LEFT if deed.kind == "cancel" else OVER):
                return None
            self.deeds[deed.op] = deed
            if deed.kind == "cancel":
                self.orders[order.no] = replace(order, status=OrderStatus.CANCELLED, due_at=None)
        number = int.from_bytes(hashlib.sha256(deed.op.encode()).digest()[:4], "big")
        return Receipt(f"S{number % 10_000_000:07d}")

    async def _answer(self) -> None:
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        if self.down:
            raise ShopDown


def load_demo_shop(seeds_dir: Path, clock: Clock, zone: tzinfo) -> DemoShop:
    """Read the demo shop as it stands now; raises SeedErrors with every mistake in its files."""
    faults = Faults(seeds_dir)
    shop = read_yaml(seeds_dir / SHOP_FILE, ShopSeed, faults)
    buyers = read_yaml(seeds_dir / CUSTOMERS_FILE, BuyersSeed, faults)
    if shop is None or buyers is None:
        raise SeedErrors(faults.found)
    phones = {buyer.id: buyer.phone for buyer in buyers.customers}
    _check(shop, phones, faults)
    if faults.found:
        raise SeedErrors(faults.found)
    opened = clock().astimezone(zone).replace(minute=0, second=0, microsecond=0)
    return DemoShop(
        (_order(seed, phones, shop.members, opened) for seed in shop.orders),
        (_parcel(parcel, opened) for seed in shop.orders for parcel in seed.parcels),
    )


def _check(shop: ShopSeed, phones: dict[int, str], faults: Faults) -> None:
    path = faults.root / SHOP_FILE
    seen: set[str] = set()
    for place, seed in enumerate(shop.orders, 1):
        if seed.customer not in phones:
            faults.add(path, f"orders.{place}.customer", f"no demo customer {seed.customer}")
        for number in (seed.no, *(parcel.number for parcel in seed.parcels)):
            if number in seen:
                faults.add(path, f"orders.{place}", f"{number} stands here twice")
            seen.add(number)


def _order(
    seed: OrderSeed, phones: dict[int, str], members: dict[int, str], opened: datetime
) -> Order:
    return Order(
        no=seed.no,
        phone=phones[seed.customer],
        status=seed.status,
        placed_at=seed.placed.moment(opened),
        total=seed.total.value(),
        items=tuple(Item(item.name, item.quantity, item.category) for item in seed.items),
        waybills=tuple(Waybill(parcel.number, parcel.carrier) for parcel in seed.parcels),
        payments=tuple(
            Payment(paid.moment(opened), seed.total.value(), paid.method, not paid.code, paid.code)
            for paid in seed.payments
        ),
        due_at=seed.due.moment(opened) if seed.due else None,
        pay_url=seed.pay_url,
        vip=members.get(seed.customer, ""),
        country=seed.country,
    )


def _parcel(seed: ParcelSeed, opened: datetime) -> Parcel:
    return Parcel(
        tracking_no=seed.number,
        carrier=seed.carrier,
        status=seed.status,
        events=tuple(
            ParcelEvent(event.moment(opened), event.text, event.place) for event in seed.events
        ),
        due_at=seed.due.moment(opened) if seed.due else None,
    )
