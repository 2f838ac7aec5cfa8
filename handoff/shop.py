"""What the shop tells us and does for us: orders, parcels, payments, deeds, and their ports.

Values and protocols only; `bot/shop` holds the adapters. Whether somebody may see an order is
decided by `proves`.
"""

from __future__ import annotations

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
    category: str = ""
    """Its category in the words of `policies/returns.yaml`; empty when the shop does not tell."""


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
    pay_url: str = ""
    """Where the buyer pays it, while it is to be paid and the shop has such a page."""
    vip: str = ""
    """The buyer's member level where the shop has one."""
    country: str = ""
    """Where it goes (ISO 3166, two letters); empty when the shop does not tell."""


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


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to start for the customer: a return, a cancellation, a search for a parcel …

    `op` names it: the same deed told twice is started once.
    """

    op: str
    kind: str
    """The policy that grants it: `returns`, `cancel` …"""
    order_no: str
    verdict: str
    """The verdict's record, so that the shop can see by which rule it was granted."""
    item: str = ""
    """Which of the order's lines, by their places from 0, and how many where it is not all of one:
    `0,2:1`. Empty or `*` is the whole order.
    """
    remedy: str = ""
    details: str = ""
    """The customer's own words where they matter: a new address, another size."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a started deed is called at the shop."""

    number: str


class Orders(Protocol):
    """The shop's orders. Every method raises ShopDown when the shop does not answer."""

    async def find(self, order_no: str) -> Order | None:
        """The order with this number, whoever bought it."""

    async def of_phone(self, phone: str) -> tuple[Order, ...]:
        """Orders of this phone number (E.164), newest first."""

    async def start(self, deed: Deed) -> Receipt | None:
        """Start a deed once, however often its `op` comes; None when the order, as it stands now,
        no longer allows it. After ShopDown nobody knows whether it was started.
        """


class Parcels(Protocol):
    """The carriers' tracking. Raises ShopDown when it does not answer."""

    async def track(self, tracking_no: str, carrier: str) -> Parcel | None:
        """Where the parcel is, or None when nobody knows the number."""


def digits_of(text: str) -> str:
    """The digits of a phone number as somebody wrote it."""
    return "".join(char for char in text if char.isascii() and char.isdigit())


def proves(order: Order | None, *, phone: str = "", tail: str = "") -> bool:
    """Whether a proved phone or its last four digits are the order's; as fast without one."""
    from hmac import compare_digest  # it brings OpenSSL, 4 MB that who only reads texts can spare

    owner = digits_of(order.phone if order else _NOBODYS_PHONE)
    whole = compare_digest(owner, digits_of(phone) or "-")
    ending = compare_digest(owner[-TAIL_DIGITS:], digits_of(tail) or "-")
    return order is not None and len(owner) >= TAIL_DIGITS and (whole or ending)
