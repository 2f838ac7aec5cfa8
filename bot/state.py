"""What the bot remembers of a conversation between two turns.

Values only: slots, what was asked, how often the bot failed, what a person did. The dialogue
changes them; the store keeps them as bytes. It decides nothing.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from bot.forms import Done, Form, Ruled
from bot.pieces import Sent
from bot.understanding.reading import Role, Utterance
from handoff.conversation import Contact
from handoff.forms import FORM, check_form, form_of
from handoff.packet import Packet
from handoff.state import StateUnreadable, deflated, inflated

RECENT_LINES = 6
LINE_CHARS = 240
SAID_CHARS = 100
EMPATHY_LINES = 24


class OpenCase(msgspec.Struct, frozen=True, omit_defaults=True):
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
    place: int = 0
    """The place in the queue that was told last; 0 when none was."""
    card: str = ""
    """The message that told it, which is changed in place; `standing` is the part that changes."""
    standing: str = ""


class Read(msgspec.Struct, frozen=True, array_like=True):
    """The text of a message as it was read, so that an edit can be compared with it."""

    message_id: int
    text: str


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything remembered. `tongue` is the last answer's language; `chosen` makes it stick."""

    contact: Contact = Contact()
    tongue: str = ""
    chosen: bool = False
    greeted: bool = False
    goal: str = ""
    """The intent that waits for a slot."""
    asks: str = ""
    """The slot that was asked for last: `order_no`, `phone_tail`, `wallet`."""
    order_no: str = ""
    then: tuple[str, ...] = ()
    """Orders that were asked for beside it, to be told when it is proved."""
    listed: tuple[str, ...] = ()
    """Orders told or offered side by side last: "the second one" is one of them."""
    tracking_no: str = ""
    tail: str = ""
    proven: tuple[str, ...] = ()
    """Orders this contact proved to be theirs, newest last."""
    wallet: str = ""
    code: str = ""
    misses: int = 0
    guess: str = ""
    """The article that was named when we asked back last; a yes opens it."""
    empathy: tuple[str, ...] = ()
    """Empathy lines said in this conversation; none is said twice."""
    tried: tuple[str, ...] = ()
    """What was answered or asked since the last solved matter; the packet shows it."""
    unanswered: str = ""
    """The customer's last words, to be decided again when their answer grew too old."""
    retold: bool = False
    """The last answer was decided a second time because nobody knows whether the first arrived."""
    flooded: bool = False
    """A flood's words wait in `unanswered` until it is quiet."""
    flood_until_ms: int = 0
    """The customer wrote faster than anybody could answer; until then nothing is thought about."""
    flood_told_ms: int = 0
    media_at: tuple[int, ...] = ()
    """When the last pictures and files came."""
    matter: str = ""
    """The customer's last words that said what it is about; the packet shows them."""
    recent: tuple[Utterance, ...] = ()
    read: tuple[Read, ...] = ()
    case: OpenCase | None = None
    packet: Packet | None = None
    form: Form | None = None
    """What is being arranged; nothing else is asked of the shop."""
    dropped: Form | None = None
    """What a "no" has just put aside: the next "yes" takes it up again."""
    done: tuple[Done, ...] = ()
    """What was started at the shop, newest last."""
    ruled: Ruled | None = None
    """The last verdict told."""
    sent: tuple[Sent, ...] = ()
    """The last pictures and files, as evidence."""
    article: str = ""
    """The last article told; its scenario goes into the packet."""
    lead: str = ""
    """The policy that the answer just given leads to; an order that is named next begins it."""
    replies: int = 0
    """How often the bot has answered; wordings take turns by it."""
    scenario: str = ""
    """The scenario's article of which it is not known yet whether it helped."""
    closed: bool = False
    """"Anything else?" was asked in this conversation."""
    asked_known: int = 0
    """How often something was asked whose answer was known; it stays 0."""
    asks_helped: bool = False
    """Whether what a person did has settled it was asked last."""
    suggested: bool = False
    """Something was recommended since the last case; one suggestion is enough."""
    resolution: str = ""
    """How the last case ended: what a person did."""
    schema: int = FORM
    """Left out while it is 1; whoever changes the meaning of a field writes 2."""

    @classmethod
    def decode(cls, raw: bytes) -> State:
        """Read a state; what is missing or only added is left out. Raises StateUnreadable, and
        RecordNewer for one of a later form.
        """
        if not raw:
            return cls()
        values = inflated(raw)
        try:
            state = _READER.decode(values)
        except msgspec.MsgspecError as error:
            check_form("state", form_of(values))
            raise StateUnreadable from error
        if state.schema != FORM:
            check_form("state", state.schema)
        return state

    def encode(self) -> bytes:
        """Write the state down; what is empty is left out."""
        return deflated(_WRITER.encode(self))

    def changed(self, **changes: Any) -> State:
        """The state with other values."""
        return replace(self, **changes)

    def heard_line(self, text: str) -> State:
        """Remember what the customer said."""
        return self._with_line(Utterance(Role.USER, text))

    def with_unanswered(self, text: str) -> State:
        """Remember the last words, unless those of a flood wait there for their own answer."""
        return self if self.flooded else self.changed(unanswered=text)

    def said_line(self, text: str) -> State:
        """Remember what the bot said."""
        return self._with_line(Utterance(Role.BOT, text))

    def with_empathy(self, name: str) -> State:
        """Remember an empathy line, so that it is not said again."""
        return self.changed(empathy=(*self.empathy, name)[-EMPATHY_LINES:])

    def _with_line(self, line: Utterance) -> State:
        most = LINE_CHARS if line.role is Role.USER else SAID_CHARS
        short = Utterance(line.role, line.text[:most])
        return self.changed(recent=(*self.recent, short)[-RECENT_LINES:])


_READER = msgspec.json.Decoder(State)
_WRITER = msgspec.json.Encoder()
