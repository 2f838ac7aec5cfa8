"""What is remembered of something that is being arranged: a return, a cancellation, a new address.

Values only. `bot/filling.py` moves a form along, `bot/answers/arranging.py` speaks for it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from bot.pieces import PIECE

FORM_LIFE_MS = 30 * 60_000
"""So long a form waits for its next answer."""
KEY_CHARS = 6
EVERYTHING = "*"
SENT_BACK = frozenset({"returns", "exchange"})
"""The policies by which the customer sends goods back."""
ITEMISED = SENT_BACK | {"price_protection"}
"""The policies that look at each of the goods."""
ON_WISH = SENT_BACK | {"cancel", "address_change"}
"""The policies that begin when somebody wishes for them, whatever has gone wrong or not."""
MADE_GOOD = frozenset({"compensation", "late_dispatch"})
"""The policies by which the bot itself may give something."""
ITEM, REMEDY = "item", "remedy"
NEW_ADDRESS, VARIANT = "new_address", "variant"
WRITTEN = frozenset({NEW_ADDRESS, VARIANT})
"""What is taken as the customer writes it."""
YES, NO = "yes", "no"
CONFIRM = "confirm"


class Form(msgspec.Struct, frozen=True, omit_defaults=True):
    """One matter on its way to the shop. `key` names it in buttons and in its operation."""

    policy: str
    key: str
    at_ms: int
    """When the customer last moved it."""
    order_no: str = ""
    told: dict[str, str] = msgspec.field(default_factory=dict)
    """What the customer told, by slot."""
    asks: str = ""
    """The slot that was asked for last."""
    record: str = ""
    """The verdict it was offered by; while it is here, a yes starts it."""
    choices: tuple[str, ...] = ()
    """The remedies to choose from; a bare yes is not enough when there are several."""
    where: bool = False
    """It was asked, too, where the order is; to be told as soon as it is proved."""

    def with_told(self, **told: str) -> Form:
        """The form with more answers; what was offered before has to be judged again."""
        return replace(self, told={**self.told, **told}, asks="", record="", choices=())

    def renumbered(self, order_no: str) -> Form:
        """The form for another order; items are of one order only."""
        told = {slot: answer for slot, answer in self.told.items() if slot != ITEM}
        return self.changed(order_no=order_no, told=told, asks="", record="", choices=())

    def changed(self, **changes: Any) -> Form:
        """The form with other values."""
        return replace(self, **changes)

    @property
    def asks_piece(self) -> bool:
        """Whether a piece of evidence was asked for last."""
        return self.asks.startswith(PIECE)

    @property
    def asks_answer(self) -> bool:
        """Whether a question of the policy, or which item it is, was asked last."""
        return bool(self.asks) and self.asks not in (CONFIRM, *WRITTEN) and not self.asks_piece

    @property
    def ready(self) -> bool:
        """Whether it was restated and only the customer's yes is missing."""
        return bool(self.record)


class Done(msgspec.Struct, frozen=True, array_like=True):
    """A matter that was started at the shop, and the number it has there."""

    key: str
    policy: str
    order_no: str
    number: str
    due_ms: int = 0
    """By when the customer was told to hear the result; 0 when nothing is open."""
    seen_ms: int = 0
    """The last scan they know of."""


class Ruled(msgspec.Struct, frozen=True):
    """The last verdict told: what the packet shows of it, and the record to judge again by."""

    id: str
    outcome: str
    clause: str
    record: str
    pieces: tuple[str, ...] = ()
    """The evidence it asks for."""
