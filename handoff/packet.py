"""The packet: what an agent reads first.

Structured and versioned. Version 1 is written in the commit that opens the case; a chore enriches
it later. Every field says what is already known, so that nobody asks the customer again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from handoff.forms import FORM, RecordNewer, check_form, form_of
from handoff.shop import Order, Parcel

SCANS_MAX = 3


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """One known thing, with where it comes from (`customer`, `shop`, `carrier`, `bot`).

    States and carriers are kept as codes: the desk says them in its reader's words.
    """

    label: str
    value: str = ""
    source: str = "customer"
    at: str = ""
    """When, in UTC (ISO 8601): the desk shows it on its reader's clock."""
    code: str = ""
    """How an earlier case ended, or where another order stands."""


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of evidence a dispute of this kind needs, or one sent besides. `ref` is the
    channel's file id; it is empty while the piece is missing.
    """

    label: str
    ref: str = ""
    at: str = ""
    """When it came, in UTC (ISO 8601)."""
    name: str = ""


class Packet(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything known at handoff. Texts are in the language agents work in or quoted from the
    customer.
    """

    version: int = 1
    wants: str = ""
    """What is wanted, in one line."""
    intent: str = ""
    language: str = ""
    emotion: str = "neutral"
    emotion_words: tuple[str, ...] = ()
    """The customer's own words that show it."""
    expectation: str = ""
    """What the customer is hoping for without saying it."""
    facts: tuple[Fact, ...] = ()
    order: tuple[Fact, ...] = ()
    parcel: tuple[Fact, ...] = ()
    history: tuple[Fact, ...] = ()
    """Earlier cases and orders; filled in by the enriching chore."""
    tried: tuple[str, ...] = ()
    """What the bot answered or asked, and that it did not help."""
    promises: tuple[str, ...] = ()
    """By when the customer was told to hear from a person, in UTC (ISO 8601); all said so far."""
    authority: str = ""
    """What the agent needs a right for, such as an exception above the bot's own small authority.
    """
    stage: str = ""
    """How far the bot had come (`bot/stages.py`)."""
    suggestion: str = ""
    """The suggested next step."""
    evidence: str = ""
    """The escalation's evidence in one line."""
    verdict: str = ""
    """The last verdict told: rule, outcome and clause."""
    pieces: tuple[Piece, ...] = ()
    """The evidence: what has come, then what is missing."""
    scenario: tuple[str, ...] = ()
    """How such a case is handled: demand, plan, time, execution, follow-up."""
    withdrawn: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    """Transcript lines (seq) that matter most."""
    schema: int = FORM
    """Its form; left out while it is 1."""

    @property
    def beside(self) -> tuple[Fact, ...]:
        """The facts that order and parcel do not tell already."""
        told = {(fact.label, fact.value) for fact in (*self.order, *self.parcel)}
        return tuple(fact for fact in self.facts if (fact.label, fact.value) not in told)


_READER = msgspec.json.Decoder(Packet)
_WRITER = msgspec.json.Encoder()


def encode_packet(packet: Packet) -> bytes:
    """Deflate the packet as JSON; empty fields are left out (a waiting case stays under 8 kB)."""
    return zlib.compress(_WRITER.encode(packet), 6)


def decode_packet(raw: bytes) -> Packet:
    """Read a packet back; fields that were only added are left out. Raises RecordNewer for one of
    a later form.
    """
    if not raw:
        return Packet(version=0)
    values = zlib.decompress(raw)
    check_form("packet", form_of(values))
    return _READER.decode(values)


def shown_packet(raw: bytes) -> Packet:
    """The packet as it can be shown: an empty one where only a later version can read it."""
    return Packet(version=0) if is_newer_packet(raw) else decode_packet(raw)


def is_newer_packet(raw: bytes) -> bool:
    """Whether only a later version can read this packet."""
    try:
        decode_packet(raw)
    except RecordNewer:
        return True
    return False


def enriched(packet: Packet, **changes: object) -> Packet:
    """The next version of `packet` with `changes`."""
    return replace(packet, version=packet.version + 1, **changes)


def instant(moment: datetime | None) -> str:
    """A time as packets keep it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""


def order_facts(order: Order) -> tuple[Fact, ...]:
    """What an agent needs of an order."""
    items = " · ".join(f"{item.name} ×{item.quantity}" for item in order.items)
    facts = (
        Fact("order_no", order.no, "shop"),
        Fact("status", str(order.status), "shop"),
        Fact("total", str(order.total), "shop"),
        Fact("items", items, "shop"),
        Fact("placed_at", "", "shop", at=instant(order.placed_at)),
        Fact("member", order.vip, "shop"),
    )
    return tuple(fact for fact in facts if fact.value or fact.at)


def scan_facts(parcel: Parcel) -> Iterator[Fact]:
    """Where a parcel is: its state and its last scans, newest first."""
    yield Fact("parcel_status", str(parcel.status), "carrier")
    for event in parcel.events[:SCANS_MAX]:
        told = " ".join(filter(None, (event.place, event.text)))
        yield Fact("scan", told, "carrier", at=instant(event.at))
