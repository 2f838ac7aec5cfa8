"""Slots: places in a chat whose message is changed in place instead of another being sent.

A word names the slot it replaces and holds (`handoff/words.py`); the delivery finds the message.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from handoff.conversation import ConversationId


class Slot(StrEnum):
    """A place in a chat whose message is changed in place: the newest word in it counts."""

    INTERIM = "interim"
    """The line said while we are still looking; the answer takes its place."""
    QUEUE = "queue"
    """Where the customer stands in the queue."""


SLOT_LIFE_MS = {Slot.INTERIM: 60_000, Slot.QUEUE: 24 * 3_600_000}
"""What was said longer ago has scrolled away: a change of it would be seen by nobody."""


class Slots(Protocol):
    """Which message stands in which slot. A lost slot loses nothing: the next word is sent anew."""

    async def message_in(self, conversation: ConversationId, slot: str) -> int:
        """The message in the slot; 0 when there is none of late."""

    async def put(self, conversation: ConversationId, slot: str, message_id: int) -> None:
        """This message stands in the slot now; 0 empties it."""
