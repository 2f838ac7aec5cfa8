"""What the bot remembers of a conversation between two turns.

Values only: slots, what was asked, how often the bot failed, what a person did. The dialogue
changes them; the store keeps them as bytes. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, Self

from bot.understanding.reading import Role, Utterance
from handoff.conversation import Contact
from handoff.packet import Fact, Packet
from handoff.state import StateUnreadable, decode_state, encode_state

SCHEMA = 1
RECENT_LINES = 6
LINE_CHARS = 240
SAID_CHARS = 100
EMPATHY_LINES = 24


@dataclass(frozen=True, slots=True)
class OpenCase:
    """The case a conversation is waiting in. Its rank is `entered_ms - head_start_ms`."""

    id: str
    entered_ms: int
    head_start_ms: int
    reason: str = ""
    priority: str = "normal"
    why: str = ""
    promise_ms: int = 0
    """The time named to the customer; 0 when none is open."""
    acknowledged_ms: int = 0
    """When the customer last heard that a message was added for the agent."""


@dataclass(frozen=True, slots=True)
class Read:
    """The text of a message as it was read, so that an edit can be compared with it."""

    message_id: int
    text: str


@dataclass(frozen=True)  # Without slots: a turn makes many of these, and a copied dict is cheap.
class State:
    """Everything remembered. `tongue` is the last answer's language; `chosen` makes it stick."""

    contact: Contact = field(default_factory=Contact)
    tongue: str = ""
    chosen: bool = False
    greeted: bool = False
    goal: str = ""
    """The intent that waits for a slot."""
    asks: str = ""
    """The slot that was asked for last: `order_no`, `phone_tail`, `wallet`."""
    order_no: str = ""
    tracking_no: str = ""
    tail: str = ""
    proven: tuple[str, ...] = ()
    """Orders this contact proved to be theirs, newest last."""
    wallet: str = ""
    code: str = ""
    misses: int = 0
    empathy: tuple[str, ...] = ()
    """Empathy lines said in this conversation; none is said twice."""
    tried: tuple[str, ...] = ()
    """What was answered or asked since the last solved matter; the packet shows it."""
    unanswered: str = ""
    """The customer's last words, to be decided again when their answer grew too old."""
    matter: str = ""
    """The customer's last words that said what it is about; the packet shows them."""
    recent: tuple[Utterance, ...] = ()
    read: tuple[Read, ...] = ()
    case: OpenCase | None = None
    packet: Packet | None = None
    resolution: str = ""
    """How the last case ended: what a person did."""
    schema: int = SCHEMA

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """Read a state; what is missing or of a newer kind is left out. Raises StateUnreadable."""
        try:
            return cls.from_values(decode_state(raw))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StateUnreadable from error

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Build a state from the values of the envelope."""
        kept = {name: values[name] for name in _NAMES if name in values}
        for name, read in _READERS.items():
            if name in kept:
                kept[name] = read(kept[name])
        return cls(**kept)

    def encode(self) -> bytes:
        """Write the state down; what is empty is left out."""
        filled = {name: value for name, value in self.__dict__.items() if value}
        filled["contact"] = {name: getattr(self.contact, name) for name in _CONTACT_NAMES}
        if self.recent:
            filled["recent"] = [(line.role, line.text) for line in self.recent]
        if self.read:
            filled["read"] = [(line.message_id, line.text) for line in self.read]
        return encode_state(filled)

    def changed(self, **changes: Any) -> Self:
        """The state with other values; `dataclasses.replace` takes twenty times as long."""
        if not changes.keys() <= _NAMES:
            raise TypeError(f"no such memory: {changes.keys() - _NAMES}")
        fresh = object.__new__(type(self))
        fresh.__dict__.update(self.__dict__)
        fresh.__dict__.update(changes)
        return fresh

    def heard_line(self, text: str) -> Self:
        """Remember what the customer said."""
        return self._with_line(Utterance(Role.USER, text))

    def said_line(self, text: str) -> Self:
        """Remember what the bot said."""
        return self._with_line(Utterance(Role.BOT, text))

    def with_empathy(self, name: str) -> Self:
        """Remember an empathy line, so that it is not said again."""
        return self.changed(empathy=(*self.empathy, name)[-EMPATHY_LINES:])

    def _with_line(self, line: Utterance) -> Self:
        most = LINE_CHARS if line.role is Role.USER else SAID_CHARS
        short = Utterance(line.role, line.text[:most])
        return self.changed(recent=(*self.recent, short)[-RECENT_LINES:])


_NAMES = frozenset(f.name for f in fields(State))
_CONTACT_NAMES = tuple(f.name for f in fields(Contact))


def _contact(values: Any) -> Contact:
    return Contact(**_known(Contact, values))


def _known(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    names = _names(kind)
    return {name: value for name, value in values.items() if name in names}


@lru_cache
def _names(kind: Any) -> frozenset[str]:
    return frozenset(f.name for f in fields(kind))


def _packet(values: Mapping[str, Any]) -> Packet:
    kept = _known(Packet, values)
    for name, value in kept.items():
        if name in _FACT_LISTS:
            kept[name] = tuple(Fact(**_known(Fact, fact)) for fact in value)
        elif isinstance(value, list):
            kept[name] = tuple(value)
    return Packet(**kept)


_FACT_LISTS = frozenset({"facts", "order", "parcel", "history"})
_READERS: Mapping[str, Any] = {
    "contact": _contact,
    "proven": tuple,
    "empathy": tuple,
    "tried": tuple,
    "recent": lambda lines: tuple(Utterance(Role(role), text) for role, text in lines),
    "read": lambda lines: tuple(Read(number, text) for number, text in lines),
    "case": lambda values: OpenCase(**_known(OpenCase, values)),
    "packet": _packet,
}
