"""What the shop tells us: orders, parcels, payments, and the ports we ask through.

Values and protocols only; `bot/shop` holds the adapters. Whether somebody may see an order is
decided by `proves`.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handoff.errors import HandoffError
from handoff.knowledge import OrderStatus, TrackingStatus

TAIL_DIGITS = 4
# Compared with when there is no order, so that an unknown number costs what a foreign one costs.
_NOBODYS_PHONE = "+000000000000000"


class ShopDown(HandoffError):
    """The shop's system or the carrier does not answer now."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (hundredths)."""

    currency: str
    minor_units: int

    def __str__(self) -> str:
        whole, rest = divmod(self.minor_units, 100)
        return f"{self.currency} {whole:,}.{rest:02d}" if rest else f"{self.currency} {whole:,}"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order."""

    name: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Payment:
    """What became of one attempt to pay; `code` is the provider's error code when it failed."""

    at: datetime
    amount: Money
    method: str = ""
    paid: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Waybill:
    """A parcel's number and who carries it."""

    tracking_no: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `due_at` is when its next step is promised: shipping, and then arrival."""

    no: str
    phone: str
    status: OrderStatus
    placed_at: datetime
    total: Money
    items: tuple[Item, ...] = ()
    waybills: tuple[Waybill, ...] = ()
    payments: tuple[Payment, ...] = ()
    due_at: datetime | None = None
    vip: str = ""
    """The buyer's member level where the shop has one."""


@dataclass(frozen=True, slots=True)
class ParcelEvent:
    """One scan. `place` and `text` are the carrier's own words."""

    at: datetime
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Where a parcel is; events newest first. `due_at` is the carrier's date for the next step."""

    tracking_no: str
    carrier: str
    status: TrackingStatus
    events: tuple[ParcelEvent, ...] = ()
    due_at: datetime | None = None


class Orders(Protocol):
    """The shop's orders. Every method raises ShopDown when the shop does not answer."""

    async def find(self, order_no: str) -> Order | None:
        """The order with this number, whoever bought it."""

    async def of_phone(self, phone: str) -> tuple[Order, ...]:
        """Orders of this phone number (E.164), newest first."""


class Parcels(Protocol):
    """The carriers' tracking. Raises ShopDown when it does not answer."""

    async def track(self, tracking_no: str, carrier: str) -> Parcel | None:
        """Where the parcel is, or None when nobody knows the number."""


def digits_of(text: str) -> str:
    """The digits of a phone number as somebody wrote it."""
    return "".join(char for char in text if char.isascii() and char.isdigit())


def proves(order: Order | None, *, phone: str = "", tail: str = "") -> bool:
    """Whether a proved phone or its last four digits are the order's; as fast without one."""
    owner = digits_of(order.phone if order else _NOBODYS_PHONE)
    whole = hmac.compare_digest(owner, digits_of(phone) or "-")
    ending = hmac.compare_digest(owner[-TAIL_DIGITS:], digits_of(tail) or "-")
    return order is not None and len(owner) >= TAIL_DIGITS and (whole or ending)
