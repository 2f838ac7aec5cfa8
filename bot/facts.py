"""The facts of a turn: what is wanted, whom we ask, and what came back in time.

The only room of the bot's thinking that does I/O. A source that fails or is too slow is named in
`Facts.missing`; nothing here raises for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from bot.formwords import order_in
from handoff.agents import AgentId
from handoff.figures import CLAIM_WINDOW_SECONDS, QueueSnapshot
from handoff.knowledge import Hit
from handoff.ports import Gate
from handoff.shop import Deed, Order, Orders, Parcel, Parcels, Receipt, Waybill, proves

CONTACT_FAILURES_MAX = 5
ORDER_FAILURES_MAX = 5
PARCELS_MAX = 3
"""Parcels tracked for one answer; beyond it `bot/answers/orders.py` tells orders in a line each."""
SLOW_SECONDS = 2.5
"""From here on the turn has said its interim line (`bot/deciding.py`)."""
_Got = TypeVar("_Got")


class Proof(msgspec.Struct, frozen=True):
    """A claim to an order by the last four digits of its phone; `op` makes counting idempotent."""

    order_no: str
    tail: str
    op: str


class Proved(msgspec.Struct, frozen=True):
    """How a claim ended. `locked`: too many claims failed, so that this one was not compared."""

    holds: bool
    locked: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """What a turn needs to know. `contact` is the key failed claims are counted under."""

    contact: str = ""
    phone: str = ""
    """The account's proved phone; its orders are wanted when `mine` is set."""
    mine: bool = False
    orders: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()
    proven: tuple[str, ...] = ()
    track: bool = False
    """Where the parcels of the orders that may be shown are is wanted too."""
    said: str = ""
    """What was written, normalised: parcels of goods it names are tracked first."""
    deed: Deed | None = None
    """What the customer agreed to; it is started when the order is theirs."""
    rank: float | None = None
    """The rank whose place in the queue is wanted; None when none is to be told."""

    @property
    def nothing(self) -> bool:
        """Whether the turn can be decided at once."""
        return not (self.mine or self.orders or self.deed) and self.rank is None


class Queue(Protocol):
    """What is asked of the queue: a place in it, who is there, how fast cases were taken."""

    async def ahead(self, rank: float) -> int: ...

    async def claimed_within(self, seconds: int) -> tuple[tuple[float, float], ...]: ...

    async def present(self) -> tuple[AgentId, ...]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom we ask, and how many seconds each of them may take."""

    orders: Orders
    parcels: Parcels
    gate: Gate
    queue: Queue
    shop_seconds: float = 2.8
    store_seconds: float = 1.0


class Facts(msgspec.Struct, frozen=True):
    """What came back. Orders outside `shown` may be weighed, never told."""

    orders: Mapping[str, Order] = msgspec.field(default_factory=dict)
    shown: Mapping[str, Order] = msgspec.field(default_factory=dict)
    mine: tuple[Order, ...] | None = None
    proofs: Mapping[str, Proved] = msgspec.field(default_factory=dict)
    parcels: Mapping[str, Parcel] = msgspec.field(default_factory=dict)
    receipt: Receipt | None = None
    """What was started; None when the shop refused, or when it did not answer (`acts` is missing).
    """
    snapshot: QueueSnapshot | None = None
    slow: bool = False
    """It took so long that the customer was told we are still looking."""
    missing: frozenset[str] = frozenset()
    """Sources that failed or were too slow: `orders`, `parcels`, `gate`, `queue`, `acts`."""
    wording: str = ""
    """What the articles say, as the llm extra put it for this question; checked before."""
    searched: dict[str, Sequence[Hit]] = msgspec.field(default_factory=dict)
    """Articles by the text they were looked for by: a search costs half as much as a reading, and
    a handover is decided twice.
    """


async def gather(wanted: Wanted, sources: Sources, deadline_seconds: float = 3.0) -> Facts:
    """Ask for everything wanted at the same time and return what came back within the deadline."""
    if wanted.nothing:
        return Facts()
    clock = asyncio.get_running_loop().time
    begun = clock()
    asking = _Asking(wanted, sources, begun + deadline_seconds)
    shop, receipt, snapshot = await asyncio.gather(asking.shop(), asking.start(), asking.queue())
    orders, mine, proofs, parcels = shop
    return Facts(
        receipt=receipt,
        orders=orders,
        shown=asking.shown(orders, mine, proofs),
        mine=mine,
        proofs=proofs,
        parcels=parcels,
        snapshot=snapshot,
        slow=clock() - begun >= SLOW_SECONDS,
        missing=frozenset(asking.missing),
    )


async def with_place(facts: Facts, rank: float, sources: Sources) -> Facts:
    """The facts and the place in the queue of a case that is about to be opened."""
    placed = await gather(Wanted(rank=rank), sources, sources.store_seconds)
    return replace(facts, snapshot=placed.snapshot, missing=facts.missing | placed.missing)


_Shop = tuple[dict[str, Order], tuple[Order, ...] | None, dict[str, Proved], Mapping[str, Parcel]]


class _Asking:
    """One round of questions, with its deadline and what stayed unanswered."""

    def __init__(self, wanted: Wanted, sources: Sources, until: float) -> None:
        self._wanted = wanted
        self._sources = sources
        self._until = until
        self.missing: set[str] = set()

    async def shop(self) -> _Shop:
        numbers = list(dict.fromkeys(self._wanted.orders))
        # An unknown number and a foreign one take exactly the same questions.
        found, mine, failures = await asyncio.gather(
            asyncio.gather(*(self._find(no) for no in numbers)),
            self._mine(),
            asyncio.gather(*(self._failures(proof) for proof in self._wanted.proofs)),
        )
        orders = {order.no: order for order in found if order is not None}
        proofs = await self._proofs(orders, dict(failures))
        shown = self.shown(orders, mine, proofs)
        return orders, mine, proofs, await self._parcels(shown)

    def shown(
        self,
        orders: Mapping[str, Order],
        mine: tuple[Order, ...] | None,
        proofs: Mapping[str, Proved],
    ) -> dict[str, Order]:
        """The orders that belong to who asks."""
        wanted = self._wanted
        owned = {
            no: order
            for no, order in orders.items()
            if no in wanted.proven
            or (no in proofs and proofs[no].holds)
            or (wanted.phone and proves(order, phone=wanted.phone))
        }
        return owned | {order.no: order for order in mine or ()}

    async def start(self) -> Receipt | None:
        """Do what was agreed to. It was offered for an order that was proved before, so nothing is
        waited for: the shop itself refuses what an order no longer allows.
        """
        deed = self._wanted.deed
        if deed is None:
            return None
        doing = self._sources.orders.start(deed)
        return await self._ask("acts", doing, self._sources.shop_seconds, None)

    async def queue(self) -> QueueSnapshot | None:
        rank = self._wanted.rank
        if rank is None:
            return None
        queue = self._sources.queue
        asked = asyncio.gather(
            queue.ahead(rank), queue.present(), queue.claimed_within(CLAIM_WINDOW_SECONDS)
        )
        got = await self._ask("queue", asked, self._sources.store_seconds, None)
        if got is None:
            return None
        ahead, present, claims = got
        return QueueSnapshot(ahead=ahead, agents_present=len(present), claims=claims)

    async def _find(self, order_no: str) -> Order | None:
        asked = self._sources.orders.find(order_no)
        return await self._ask("orders", asked, self._sources.shop_seconds, None)

    async def _mine(self) -> tuple[Order, ...] | None:
        if not (self._wanted.mine and self._wanted.phone):
            return None
        asked = self._sources.orders.of_phone(self._wanted.phone)
        return await self._ask("orders", asked, self._sources.shop_seconds, None)

    async def _failures(self, proof: Proof) -> tuple[str, tuple[int, int] | None]:
        asked = self._sources.gate.failures(self._wanted.contact, proof.order_no)
        failures = await self._ask("gate", asked, self._sources.store_seconds, None)
        return proof.order_no, failures

    async def _proofs(
        self, orders: Mapping[str, Order], failures: Mapping[str, tuple[int, int] | None]
    ) -> dict[str, Proved]:
        proofs, guessed = {}, 0
        for proof in self._wanted.proofs:
            before = failures[proof.order_no]
            if before is not None and not self.missing:
                # Guesses that come in one turn count like guesses one by one.
                before = (max(before[0], guessed), before[1])
                proofs[proof.order_no], guessed = await self._prove(proof, orders, before)
        return proofs

    async def _prove(
        self, proof: Proof, orders: Mapping[str, Order], before: tuple[int, int]
    ) -> tuple[Proved, int]:
        """What came of it, and the contact's failures by then."""
        if _locked(before):
            return Proved(holds=False, locked=True), before[0]
        if proves(orders.get(proof.order_no), tail=proof.tail):
            return Proved(holds=True), before[0]
        counting = self._sources.gate.failed(self._wanted.contact, proof.order_no, op=proof.op)
        after = await self._ask("gate", counting, self._sources.store_seconds, before)
        return Proved(holds=False, locked=_locked(after)), after[0]

    async def _parcels(self, shown: Mapping[str, Order]) -> Mapping[str, Parcel]:
        if not self._wanted.track:
            return {}
        waybills = _waybills(shown.values(), self._wanted)
        tracked = await asyncio.gather(*(self._track(waybill) for waybill in waybills))
        return {parcel.tracking_no: parcel for parcel in tracked if parcel is not None}

    async def _track(self, waybill: Waybill) -> Parcel | None:
        asked = self._sources.parcels.track(waybill.tracking_no, waybill.carrier)
        return await self._ask("parcels", asked, self._sources.shop_seconds, None)

    async def _ask(
        self, source: str, asked: Awaitable[_Got], seconds: float, otherwise: _Got
    ) -> _Got:
        left = self._until - asyncio.get_running_loop().time()
        try:
            return await asyncio.wait_for(asked, min(seconds, max(left, 0)))
        except Exception:  # Whatever an adapter raises, the customer gets an answer without it.
            self.missing.add(source)
            return otherwise


def _locked(failures: tuple[int, int]) -> bool:
    of_contact, of_order = failures
    return of_contact >= CONTACT_FAILURES_MAX or of_order >= ORDER_FAILURES_MAX


def _waybills(orders: Iterable[Order], wanted: Wanted) -> tuple[Waybill, ...]:
    """Those of the order that is named first, by its goods or its number, then the newest; and no
    more than one answer can tell.
    """
    newest = sorted(orders, key=lambda order: order.placed_at, reverse=True)
    named = order_in(wanted.said, newest) if wanted.mine else None
    first = (named.no if named is not None else "", *wanted.orders)
    newest.sort(key=lambda order: first.index(order.no) if order.no in first else len(first))
    found = [waybill for order in newest for waybill in order.waybills]
    return tuple(dict.fromkeys(found))[:PARCELS_MAX]
