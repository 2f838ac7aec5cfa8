"""Spots: places in a chat whose message is changed in place instead of another being sent.

A word names the spot it replaces and holds (`handoff/words.py`); the delivery finds the message.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from handoff.conversation import ConversationId


class Spot(StrEnum):
    """A place in a chat whose message is changed in place: the newest word in it counts."""

    INTERIM = "interim"
    """The line said while we are still looking; the answer takes its place."""
    QUEUE = "queue"
    """Where the customer stands in the queue."""


SPOT_LIFE_MS = {Spot.INTERIM: 60_000, Spot.QUEUE: 24 * 3_600_000}
"""What was said longer ago has scrolled away: a change of it would be seen by nobody."""


class Spots(Protocol):
    """Which message stands in which spot. A lost spot loses nothing: the next word is sent anew."""

    async def message_in(self, conversation: ConversationId, spot: str) -> int:
        """The message in the spot; 0 when there is none of late."""

    async def put(self, conversation: ConversationId, spot: str, message_id: int) -> None:
        """This message stands in the spot now; 0 empties it."""
