"""What the states of orders and parcels mean, whichever shop system or carrier names them.

It translates a foreign status into our own vocabulary and into words for the customer. It fetches
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from handoff.knowledge.articles import Both, Verified


class OrderStatus(StrEnum):
    """Where an order stands, over all shop systems."""

    DRAFT = "draft"
    AWAITING_PAYMENT = "awaiting_payment"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    PAYMENT_FAILED = "payment_failed"
    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    ON_HOLD = "on_hold"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELAYED = "delayed"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    EXCEPTION = "exception"


UNPAID = frozenset({OrderStatus.DRAFT, OrderStatus.AWAITING_PAYMENT, OrderStatus.PAYMENT_FAILED})
PACKING = frozenset(
    {
        OrderStatus.AWAITING_CONFIRMATION,
        OrderStatus.SCHEDULED,
        OrderStatus.PREPARING,
        OrderStatus.ON_HOLD,
    }
)
"""Bought, and nothing of it has left yet."""
RECEIVED = frozenset({OrderStatus.DELIVERED, OrderStatus.COMPLETED})
OVER = frozenset({OrderStatus.CANCELLED, OrderStatus.REFUNDED})
"""Nothing more is sent; all that is left to ask is where the money is."""


class TrackingStatus(StrEnum):
    """Where a parcel stands, over all carriers and tracking services."""

    NOT_FOUND = "not_found"
    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    FORWARDED = "forwarded"
    CUSTOMS = "customs"
    CUSTOMS_PROBLEM = "customs_problem"
    HELD_PAYMENT = "held_payment"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    ADDRESS_PROBLEM = "address_problem"
    REFUSED = "refused"
    DELAYED = "delayed"
    EXCEPTION = "exception"
    DAMAGED = "damaged"
    LOST = "lost"
    EXPIRED = "expired"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Cancellable(StrEnum):
    """Whether the customer may still call the order off; `ASK` means the warehouse decides."""

    YES = "yes"
    ASK = "ask"
    NO = "no"


class NeedsHuman(StrEnum):
    """Whether a person has to look at it."""

    NO = "no"
    IF_REPEATED = "if_repeated"
    YES = "yes"


OUR_SYSTEM = "warmline"
"""Rows of this system hold our own words for each state of the vocabulary."""


@dataclass(frozen=True, slots=True)
class OrderStatusWords:
    """One status of one shop system: its place in our vocabulary, what it means and what comes
    next.
    """

    system: str
    code: str
    canonical: OrderStatus
    meaning: Both
    next_step: Both
    customer_can_cancel: Cancellable
    verified: Verified
    source: str


@dataclass(frozen=True, slots=True)
class TrackingStatusWords:
    """One status of one tracking service; `proactive_alert` means the customer is told unasked."""

    system: str
    code: str
    parent: str
    canonical: TrackingStatus
    meaning: Both
    advice: Both
    proactive_alert: bool
    needs_human: NeedsHuman
    verified: Verified
    source: str


def _key(system: str, code: str) -> tuple[str, str]:
    return system.casefold(), code.casefold().replace("-", "_")


class OrderStatuses:
    """The order states of every shop system we know."""

    def __init__(self, rows: tuple[OrderStatusWords, ...]) -> None:
        self.rows = rows
        self._rows: Mapping[tuple[str, str], OrderStatusWords] = {
            _key(row.system, row.code): row for row in rows
        }

    def lookup(self, system: str, code: str) -> OrderStatusWords | None:
        """Returns what a status of a shop system means, or None if we do not know it."""
        return self._rows.get(_key(system, code))

    def words(self, status: OrderStatus) -> OrderStatusWords:
        """Returns our own words for a state; the loader makes sure that there are some."""
        return self._rows[_key(OUR_SYSTEM, status)]


class TrackingStatuses:
    """The parcel states of every tracking service we know."""

    def __init__(self, rows: tuple[TrackingStatusWords, ...]) -> None:
        self.rows = rows
        self._rows: Mapping[tuple[str, str], TrackingStatusWords] = {
            _key(row.system, row.code): row for row in rows
        }

    def lookup(self, system: str, code: str) -> TrackingStatusWords | None:
        """Returns what a status of a tracking service means; its sub-states ("aftership_sub")
        answer too.
        """
        return self._rows.get(_key(system, code)) or self._rows.get(_key(f"{system}_sub", code))

    def words(self, status: TrackingStatus) -> TrackingStatusWords:
        """Returns our own words for a state; the loader makes sure that there are some."""
        return self._rows[_key(OUR_SYSTEM, status)]
