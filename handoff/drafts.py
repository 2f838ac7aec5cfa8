"""Drafts: what an agent is typing, kept in case they vanish.

The store's side only; who looks at a draft and when it becomes a note is the desk's. Pure.
"""

from __future__ import annotations

from typing import Protocol

from handoff.case import Case

DRAFT_SECONDS = 3600
"""An agent who types nothing for so long has no draft."""


class Drafts(Protocol):
    """The draft of a case as it was claimed last: of an earlier claim nothing is left."""

    async def keep(self, case: Case, text: str) -> None:
        """What its agent is typing now; empty drops it."""

    async def of(self, case: Case) -> str:
        """What was typed last; empty when there is nothing."""
