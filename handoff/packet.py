"""The packet: what an agent reads first.

Structured and versioned. Version 1 is written in the commit that opens the case; a chore enriches
it later. Every field says what is already known, so that nobody asks the customer again.
"""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass, fields, replace

import orjson


@dataclass(frozen=True, slots=True)
class Fact:
    """One known thing, with where it comes from (`customer`, `shop`, `carrier`, `bot`)."""

    label: str
    value: str
    source: str = "customer"


@dataclass(frozen=True, slots=True)
class Packet:
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
    authority: str = ""
    """What the agent needs a right for, such as an exception above the bot's own small authority.
    """
    suggestion: str = ""
    """The suggested next step."""
    evidence: str = ""
    """The escalation's evidence in one line."""
    withdrawn: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    """Transcript lines (seq) that matter most."""


def encode_packet(packet: Packet) -> bytes:
    """Deflate the packet as JSON; empty fields are left out (a waiting case stays under 8 kB)."""
    filled = {name: value for name, value in asdict(packet).items() if value or name == "version"}
    return zlib.compress(orjson.dumps(filled), 6)


def decode_packet(raw: bytes) -> Packet:
    """Read a packet back; fields of a newer version that this code does not know are left out."""
    if not raw:
        return Packet(version=0)
    known = {f.name for f in fields(Packet)}
    values = {k: v for k, v in orjson.loads(zlib.decompress(raw)).items() if k in known}
    for name in ("facts", "order", "parcel", "history"):
        values[name] = tuple(Fact(**fact) for fact in values.get(name, ()))
    for name in ("emotion_words", "tried", "promises", "withdrawn", "rows"):
        values[name] = tuple(values.get(name, ()))
    return Packet(**values)


def enriched(packet: Packet, **changes: object) -> Packet:
    """The next version of `packet` with `changes`."""
    return replace(packet, version=packet.version + 1, **changes)  # type: ignore[arg-type]
