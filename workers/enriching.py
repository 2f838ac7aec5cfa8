"""Enrich a packet: what an agent would otherwise look up, added after the handoff.

Reads the shop and the transcript; writes a newer version of the packet, never anything a customer
sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handoff.case import CaseId
from handoff.conversation import Conversation, ConversationId, MessageKind
from handoff.packet import Fact, Packet, decode_packet, encode_packet, enriched
from handoff.ports import Store
from handoff.shop import Order, Orders, Parcel, Parcels

RECENT_EVENTS = 3
EARLIER_ORDERS = 5


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom the chore asks."""

    orders: Orders
    parcels: Parcels


async def enrich(store: Store, sources: Sources, conversation_id: str, case_id: str) -> None:
    """Store the next version of a case's packet; a second run finds nothing to add and stores
    nothing.

    Raises CaseNotFound, ConversationNotFound, ShopDown: the chore is tried again.
    """
    packet = decode_packet(await store.cases.packet(CaseId(case_id)))
    if packet.history:
        return
    conversation = await store.conversations.conversation(ConversationId(conversation_id), rows=500)
    order = await _order_of(packet, sources.orders)
    parcel = await _parcel_of(order, sources.parcels)
    history = (
        *_earlier_cases(conversation),
        *await _other_orders(conversation, order, sources.orders),
    )
    fresh = enriched(
        packet,
        parcel=_parcel_facts(parcel) or packet.parcel,
        history=history or (Fact("history", "first conversation with us", "shop"),),
    )
    await store.cases.enrich(CaseId(case_id), encode_packet(fresh), fresh.version)


async def _order_of(packet: Packet, orders: Orders) -> Order | None:
    numbers = [fact.value for fact in (*packet.order, *packet.facts) if fact.label == "order_no"]
    return await orders.find(numbers[0]) if numbers else None


async def _parcel_of(order: Order | None, parcels: Parcels) -> Parcel | None:
    if order is None or not order.waybills:
        return None
    waybill = order.waybills[0]
    return await parcels.track(waybill.tracking_no, waybill.carrier)


def _parcel_facts(parcel: Parcel | None) -> tuple[Fact, ...]:
    if parcel is None:
        return ()
    facts = [
        Fact("tracking_no", parcel.tracking_no, "carrier"),
        Fact("carrier", parcel.carrier, "carrier"),
        Fact("status", str(parcel.status), "carrier"),
    ]
    facts += [
        Fact(_when(event.at), " ".join(filter(None, (event.place, event.text))), "carrier")
        for event in parcel.events[:RECENT_EVENTS]
    ]
    return tuple(facts)


def _earlier_cases(conversation: Conversation) -> tuple[Fact, ...]:
    ends = [
        Fact(_when(row.at), f"{row.text} by {row.agent}", "shop")
        for row in conversation.transcript
        if row.kind is MessageKind.EVENT and row.text.startswith("resolved") and row.at
    ]
    return tuple(ends[-EARLIER_ORDERS:])


async def _other_orders(
    conversation: Conversation, order: Order | None, orders: Orders
) -> tuple[Fact, ...]:
    """Other orders of a phone that was proved to be the customer's."""
    if not conversation.contact.phone:
        return ()
    owned = await orders.of_phone(conversation.contact.phone)
    others = [o for o in owned if order is None or o.no != order.no]
    return tuple(
        Fact(o.no, f"{o.status}, {o.total}, {_when(o.placed_at)}", "shop")
        for o in others[:EARLIER_ORDERS]
    )


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
