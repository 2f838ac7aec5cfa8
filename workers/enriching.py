"""Enrich a packet: what an agent would otherwise look up, added after the handoff.

Reads the shop and the transcript; writes a newer version of the packet, never anything a customer
sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from handoff.case import CaseId
from handoff.conversation import Conversation, ConversationId, MessageKind
from handoff.errors import CaseNotFound, ConversationNotFound
from handoff.files import Wish
from handoff.forms import NEWER_ALERT, RecordNewer
from handoff.packet import (
    Fact,
    Packet,
    decode_packet,
    encode_packet,
    instant,
    order_facts,
    scan_facts,
)
from handoff.ports import Store
from handoff.shop import Order, Orders, Parcel, Parcels

EARLIER_MOST = 5


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom the chore asks."""

    orders: Orders
    parcels: Parcels


async def enrich(store: Store, sources: Sources, conversation_id: str, case_id: str) -> None:
    """Store the next version of a case's packet; a second run finds nothing to add and stores
    nothing. What nobody knows (any more) needs no packet.

    Raises ShopDown and StoreDown, and RecordNewer for a packet of a later form: the chore is tried
    again.
    """
    try:
        case = await store.cases.case(CaseId(case_id))
        conversation = await store.conversations.conversation(
            ConversationId(conversation_id), rows=500
        )
    except (CaseNotFound, ConversationNotFound):
        return
    packet = await _packet_of(store, case.id)
    for piece in packet.pieces:
        if piece.ref:
            # Fetched at once: evidence is kept, with its digest, before anybody looks at it.
            await store.wishes.want(Wish(conversation.id, piece.ref, piece.name))
    if packet.history:
        return
    found = await _found(packet, conversation, sources)
    if found == packet:
        return
    # The case counts versions: what a turn packs knows of no enriched one. A turn that packs while
    # we ask the shop makes ours too old, and has left a chore of its own.
    fresh = replace(found, version=case.packet_version + 1)
    await store.cases.enrich(case.id, encode_packet(fresh), fresh.version)


async def _packet_of(store: Store, case_id: CaseId) -> Packet:
    try:
        return decode_packet(await store.cases.packet(case_id))
    except RecordNewer as newer:
        await store.house.alert(NEWER_ALERT, f"{case_id}: {newer}")
        raise


async def _found(packet: Packet, conversation: Conversation, sources: Sources) -> Packet:
    order = await _order_of(packet, sources.orders)
    parcel = await _parcel_of(order, sources.parcels)
    others = await _other_orders(conversation, order, sources)
    known = {fact.label for fact in packet.parcel}
    news = (fact for fact in _parcel_facts(parcel) if fact.label not in known)
    return replace(
        packet,
        order=packet.order or (order_facts(order) if order else ()),
        parcel=(*packet.parcel, *news),
        history=(*_earlier_cases(conversation), *others),
    )


async def _order_of(packet: Packet, orders: Orders) -> Order | None:
    numbers = [fact.value for fact in (*packet.order, *packet.facts) if fact.label == "order_no"]
    return await orders.find(numbers[0]) if numbers else None


async def _parcel_of(order: Order | None, parcels: Parcels) -> Parcel | None:
    if order is None or not order.waybills:
        return None
    waybill = order.waybills[0]
    return await parcels.track(waybill.tracking_no, waybill.carrier)


def _parcel_facts(parcel: Parcel | None) -> Iterator[Fact]:
    if parcel is None:
        return
    yield Fact("carrier", parcel.carrier, "shop")
    yield Fact("tracking_no", parcel.tracking_no, "shop")
    yield from scan_facts(parcel)


def _earlier_cases(conversation: Conversation) -> Iterator[Fact]:
    """Who ended them, how and when, the latest last."""
    ends = [
        row
        for row in conversation.transcript
        if row.kind is MessageKind.EVENT and row.text.startswith("resolved:")
    ]
    for row in ends[-EARLIER_MOST:]:
        outcome = row.text.partition(":")[2]
        yield Fact("earlier_case", row.agent, "shop", at=instant(row.at), code=outcome)


async def _other_orders(
    conversation: Conversation, order: Order | None, sources: Sources
) -> tuple[Fact, ...]:
    """Other orders of a phone that was proved to be the customer's."""
    if not conversation.contact.phone:
        return ()
    owned = await sources.orders.of_phone(conversation.contact.phone)
    others = [o for o in owned if order is None or o.no != order.no]
    return tuple(
        Fact("other_order", f"{o.no} · {o.total}", "shop", at=instant(o.placed_at), code=o.status)
        for o in others[:EARLIER_MOST]
    )
