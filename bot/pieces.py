"""Pieces of evidence: what a dispute needs to see, what was sent, and what is still missing.

Which pieces a matter needs, the policies say: they are the materials of its verdict that can be
sent in the chat. Pure; whether a picture shows what it should is for a person.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from handoff.conversation import Message, MessageKind

PIECE = "photo_"
"""How the name of a material begins that is sent as a picture, a film or a file."""
OTHER = "photo_other"
"""What was sent and not asked for."""
PIECES = "pieces"
"""The slot that says whether there are any to send."""
SENT_MAX = 10
FRESH_MS = 30 * 60_000
"""So long before it was asked for a picture may have been sent."""
_SHOWS = frozenset({MessageKind.PHOTO, MessageKind.VIDEO, MessageKind.DOCUMENT})


class Sent(msgspec.Struct, frozen=True, array_like=True):
    """A file the customer sent: the channel's id for it, when, and for which order as what."""

    ref: str
    at_ms: int
    order_no: str = ""
    label: str = ""
    name: str = ""
    """What the customer called it."""


def asked_for(materials: Sequence[str]) -> tuple[str, ...]:
    """The materials of a verdict that can be sent in the chat."""
    return tuple(name for name in materials if name.startswith(PIECE))


def with_files(sent: tuple[Sent, ...], message: Message, at_ms: int) -> tuple[Sent, ...]:
    """What was sent, with the files of one more message; an album has several."""
    shown = [one for one in message.attachments if one.kind in _SHOWS and one.ref]
    return (*sent, *(Sent(one.ref, at_ms, name=one.name) for one in shown))[-SENT_MAX:]


def labelled(
    sent: tuple[Sent, ...], wanted: Sequence[str], order_no: str, *, now_ms: int
) -> tuple[Sent, ...]:
    """What was sent lately without being asked for, taken in order for what is missing."""
    missing = list(lacking(sent, wanted, order_no))
    taken = []
    for one in sent:
        if missing and not one.label and now_ms - one.at_ms <= FRESH_MS:
            one = replace(one, order_no=order_no, label=missing.pop(0))
        taken.append(one)
    return tuple(taken)


def lacking(sent: Sequence[Sent], wanted: Sequence[str], order_no: str) -> tuple[str, ...]:
    """The pieces that have not come yet."""
    there = {one.label for one in sent if one.order_no == order_no}
    return tuple(name for name in wanted if name not in there)
