"""What the archive needs of the store: which conversations went on, what was said in them, and to
be told how far it has come.

Values and a port; `handoff/store/*_shelf.py` keep them, `handoff/archive` uses them. Nothing here
lies on a chat's path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from handoff.case import Case
from handoff.conversation import ConversationId, Delivery, Message

LINES_KEPT = 500
"""So many lines of a transcript stay in the store at least, while the conversation goes on."""
LINES_UNSHELVED_MAX = 5_000
"""So many more are kept for an archive that is away; after that the oldest go."""
LINES_FOLDED = 6
"""So many lines of an idle conversation stay when it is folded."""


@dataclass(frozen=True, slots=True)
class Unshelved:
    """A conversation with lines the archive does not have: those after `shelved`, up to `last`."""

    conversation: ConversationId
    shelved: int
    last: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a transcript, with what became of it when it was words of ours."""

    message: Message
    delivery: Delivery | None


class Shelf(Protocol):
    """The store's side of the archive. Raises StoreDown."""

    async def walk(self, cursor: str, most: int) -> tuple[str, tuple[ConversationId, ...]]:
        """Some conversations, about `most`, and where to go on; both ends are "0". One that exists
        all the while comes by at least once in a round.
        """

    async def unshelved(self, conversations: tuple[ConversationId, ...]) -> tuple[Unshelved, ...]:
        """Those of them with lines the archive does not have."""

    async def lines(self, conversation: ConversationId, after: int, most: int) -> tuple[Line, ...]:
        """The oldest lines after `after`, up to the first whose words are still to be said."""

    async def shelve(self, conversation: ConversationId, upto: int) -> None:
        """Note that the archive has every line up to `upto`; never goes back."""

    async def cases_of(self, conversation: ConversationId) -> tuple[tuple[Case, bytes], ...]:
        """Its cases with their encoded packets, oldest first."""

    async def fold(self, conversation: ConversationId, *, idle_ms: int) -> bool:
        """Shorten the transcript and the ledger of a conversation in which nothing happened for
        `idle_ms`, nothing is open and everything is in the archive; its closed cases go. False
        when it is not idle or not archived.
        """
