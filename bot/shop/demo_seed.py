"""How the demo shop is written down in `seeds/demo`, and what can be wrong in it.

Read through `bot/shop/demo.py`; nobody else needs it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from handoff.knowledge import OrderStatus, TrackingStatus
from handoff.shop import Money

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
OrderNo = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{6,20}$")]


def _clock(value: object) -> object:
    # YAML 1.1 reads an unquoted 10:20 as a number of minutes.
    return time.fromisoformat(value) if isinstance(value, str) else value


class _Seed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WhenSeed(_Seed):
    """A time told from the opening of the shop."""

    days: float
    at: Annotated[time, BeforeValidator(_clock)] | None = None

    def moment(self, opened: datetime) -> datetime:
        """The time itself; `opened` is in the shop's zone."""
        told = opened - timedelta(days=self.days)
        if self.at is None:
            return told
        return told.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)


class MoneySeed(_Seed):
    """An amount."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    minor_units: int = Field(ge=0)

    def value(self) -> Money:
        """The amount as a value."""
        return Money(self.currency, self.minor_units)


class ItemSeed(_Seed):
    """A line of an order."""

    name: Line
    quantity: int = Field(default=1, ge=1)
    category: str = ""


class EventSeed(WhenSeed):
    """A scan of a parcel."""

    text: Line
    place: str = ""


class ParcelSeed(_Seed):
    """A parcel with its scans, newest first."""

    number: Line
    carrier: Line
    status: TrackingStatus
    due: WhenSeed | None = None
    events: tuple[EventSeed, ...] = ()


class PaymentSeed(WhenSeed):
    """An attempt to pay."""

    method: str = ""
    code: str = ""


class OrderSeed(_Seed):
    """An order."""

    no: OrderNo
    customer: int
    status: OrderStatus
    placed: WhenSeed
    total: MoneySeed
    items: tuple[ItemSeed, ...] = Field(min_length=1)
    due: WhenSeed | None = None
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""
    parcels: tuple[ParcelSeed, ...] = ()
    payments: tuple[PaymentSeed, ...] = ()
    pay_url: Annotated[str, StringConstraints(pattern=r"^(https://\S+)?$")] = ""


class ShopSeed(_Seed):
    """The whole shop."""

    orders: tuple[OrderSeed, ...]
    members: dict[int, str] = Field(default_factory=dict)


class BuyerSeed(BaseModel):
    """What the shop needs of a demo customer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: int
    phone: Annotated[str, StringConstraints(pattern=r"^\+\d{8,15}$")]


class BuyersSeed(BaseModel):
    """The demo customers."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    customers: tuple[BuyerSeed, ...]
