"""The facts of a turn: what is wanted, whom we ask, and what came back in time.

The only room of the bot's thinking that does I/O. A source that fails or is too slow is named in
`Facts.missing`; nothing here raises for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from handoff.figures import QueueSnapshot
from handoff.ports import Cases, Gate, Presence
from handoff.shop import Order, Orders, Parcel, Parcels

Answer = TypeVar("Answer")

CONTACT_FAILURES_MAX = 5
ORDER_FAILURES_MAX = 5
RATE_WINDOW_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim to an order by the last four digits of its phone. `op` makes counting idempotent."""

    order_no: str
    tail: str = ""
    op: str = ""


@dataclass(frozen=True, slots=True)
class Proved:
    """How a claim ended. `locked` means that too many claims failed; then nothing was compared."""

    holds: bool
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a turn needs to know. `contact` is the key failed claims are counted under."""

    contact: str = ""
    phone: str = ""
    """The account's proved phone; its orders are wanted when `mine` is set."""
    mine: bool = False
    orders: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()
    proven: tuple[str, ...] = ()
    track: bool = False
    """Parcels of the orders that may be shown are wanted too."""
    ranks: tuple[float, ...] = ()
    """Ranks whose place in the queue is wanted; none when a handoff is not to be expected."""

    @property
    def nothing(self) -> bool:
        """Whether the turn can be decided at once."""
        return not (self.mine or self.orders or self.ranks)


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom we ask, and how many seconds each may take."""

    orders: Orders
    parcels: Parcels
    gate: Gate
    cases: Cases
    presence: Presence
    shop_seconds: float = 2.8
    store_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What came back. `orders` holds every order that was found, whether it may be shown or not."""

    orders: Mapping[str, Order] = field(default_factory=dict)
    mine: tuple[Order, ...] | None = None
    proofs: Mapping[str, Proved] = field(default_factory=dict)
    parcels: Mapping[str, Parcel] = field(default_factory=dict)
    snapshot: QueueSnapshot | None = None
    missing: frozenset[str] = frozenset()
    """Sources that failed or were too slow: `orders`, `mine`, `parcels`, `gate`, `queue`."""


async def gather(wanted: Wanted, sources: Sources, deadline_seconds: float = 3.0) -> Facts:
    """Ask for everything wanted at the same time and return what came back within the deadline."""
    raise NotImplementedError
