"""What a turn heard and needs to know, before anything is said.

Values only: `bot/dialog.py` makes it, everything that answers reads it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.facts import Wanted
from bot.filling import Move
from bot.hearing import Act, ActKind
from bot.state import State
from bot.understanding.asides import Aside
from bot.understanding.reading import Reading
from handoff.agenda import Turn
from handoff.conversation import Message
from handoff.text import Language


class Plan(msgspec.Struct, frozen=True):
    """What a turn heard and needs to know. `reading` is None when nothing was written."""

    turn: Turn
    state: State
    language: Language
    rows: tuple[Message, ...]
    acts: tuple[Act, ...]
    reading: Reading | None
    goal: str
    """The intent that orders, parcels or payments are looked at for in this turn."""
    wanted: Wanted
    before: State
    """The state before this turn: what was asked last."""
    at: datetime
    update_id: int = 0
    """The last update of the turn: what is begun in it is named by it."""
    move: Move = Move.NONE
    form_key: str = ""
    """The form that was agreed to or pressed."""
    agrees: bool | None = None
    """Whether a text of the turn is a bare yes or a bare no."""
    remark: bool = False
    """Nothing but such a yes or no was written."""
    aside: Aside | None = None
    """What the whole text is, when it means something only by what was told before it."""
    apart: bool = False
    """One of several messages asks for an order or a parcel by number, whatever the others say."""

    def has(self, kind: ActKind) -> bool:
        """Whether the turn holds such an act."""
        return bool(self.acts) and any(act.kind is kind for act in self.acts)

    def value(self, kind: ActKind) -> str | None:
        """The value of the last such act; None when there is none."""
        return next((act.value for act in reversed(self.acts) if act.kind is kind), None)
