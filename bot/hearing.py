"""Take one turn's mail apart: transcript rows, what calls for an answer, what was written.

It reads no meaning; `bot/dialog.py` does that with what comes out here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from bot.heard import Heard, HeardKind
from bot.pieces import with_files
from bot.state import State
from handoff.conversation import Contact, Message, MessageKind
from handoff.text import Language, clean_text


class ActKind(StrEnum):
    """What in a turn calls for an answer."""

    START = "start"
    HELP = "help"
    HUMAN = "human"
    LANGUAGE = "language"
    PRIVACY = "privacy"
    UNKNOWN_COMMAND = "unknown_command"
    MENU = "menu"
    PHONE = "phone"
    FOREIGN_PHONE = "foreign_phone"
    ORDER = "order"
    WALLET = "wallet"
    CHARGED = "charged"
    """A charge shows for the payment code that `value` names."""
    TOPIC = "topic"
    ARTICLE = "article"
    EXAMPLE = "example"
    """The article that `value` names is to be told by an example."""
    BEGIN = "begin"
    """Something is to be arranged: `value` is a policy, and behind colons an order and a reason."""
    FORM = "form"
    """A press on a form: its key, a slot, an answer."""
    STICKER = "sticker"
    VOICE = "voice"
    FILE = "file"
    OTHER = "other"
    EMPTY = "empty"
    EDITED = "edited"
    """An edit changed what a message means."""
    EXPIRED = "expired"
    QUIET = "quiet"
    """A flood is over: what was said in it is answered now."""
    UNDELIVERED = "undelivered"
    RESOLVED = "resolved"
    PROMISE = "promise"
    DUE = "due"
    """The time named for what was started has come; `value` is its form."""
    ARRIVED = "arrived"
    """What was looked for is here: `value` is the form by which it was."""
    HELPED = "helped"
    """Whether what a person did has settled it: `value` is `yes` or `no`."""
    CARD = "card"
    """Time to look whether the place in the queue has become a better one."""


ANSWERED_LATE = frozenset({ActKind.EXPIRED, ActKind.QUIET})
NOT_THEIRS = ANSWERED_LATE | {
    ActKind.UNDELIVERED,
    ActKind.PROMISE,
    ActKind.CARD,
    ActKind.RESOLVED,
    ActKind.DUE,
}
"""What the house itself brings up."""


class Act(msgspec.Struct, frozen=True):
    """One thing to respond to; `value` is a language, an order number, an intent, an article."""

    kind: ActKind
    value: str = ""


@dataclass(slots=True)
class Taken:
    """What the mail held, in order."""

    state: State
    rows: list[Message] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    texts: list[Message] = field(default_factory=list)
    edits: list[Message] = field(default_factory=list)
    update_id: int = 0
    """The last update of the turn; counting by it survives a repeated turn."""


_COMMANDS = {
    "help": ActKind.HELP,
    "human": ActKind.HUMAN,
    "privacy": ActKind.PRIVACY,
    "menu": ActKind.MENU,
}
_ATTACHED = {
    MessageKind.STICKER: ActKind.STICKER,
    MessageKind.VOICE: ActKind.VOICE,
    MessageKind.PHOTO: ActKind.FILE,
    MessageKind.DOCUMENT: ActKind.FILE,
    MessageKind.VIDEO: ActKind.FILE,
    MessageKind.TEXT: ActKind.EMPTY,
    MessageKind.CONTACT: ActKind.FOREIGN_PHONE,
}
_PRESSED = {
    "human": ActKind.HUMAN,
    "menu": ActKind.MENU,
    "help": ActKind.HELP,
    "privacy": ActKind.PRIVACY,
    "wallet": ActKind.WALLET,
    "charged": ActKind.CHARGED,
    "topic": ActKind.TOPIC,
    "article": ActKind.ARTICLE,
    "example": ActKind.EXAMPLE,
    "begin": ActKind.BEGIN,
    "form": ActKind.FORM,
    "arrived": ActKind.ARRIVED,
    "helped": ActKind.HELPED,
    "lang": ActKind.LANGUAGE,
    "language": ActKind.LANGUAGE,
}
ORDER_GOALS = {"order": "order_status", "track": "logistics_tracking"}


def take_apart(state: State, heard: Sequence[Heard]) -> Taken:
    """Walk through the mail once."""
    taken = Taken(state)
    for one in heard:
        taken.update_id = max(taken.update_id, one.update_id)
        taken.state = taken.state.changed(contact=_met(taken.state.contact, one))
        if one.message is not None:
            taken.rows.append(one.message)
        _HANDLERS.get(one.kind, _ignore)(taken, one)
    taken.acts = list(dict.fromkeys(taken.acts))
    return taken


def _met(known: Contact, one: Heard) -> Contact:
    seen = one.contact
    return Contact(
        name=seen.name or known.name,
        username=seen.username or known.username,
        language=seen.language or known.language,
        phone=one.phone or known.phone,
        reachable=_reachable(known, one),
    )


def _reachable(known: Contact, one: Heard) -> bool:
    if one.kind is HeardKind.UNREACHABLE:
        return False
    return known.reachable if one.kind in _OF_THE_HOUSE else True


_OF_THE_HOUSE = frozenset(
    {
        HeardKind.TIMER,
        HeardKind.EXPIRED,
        HeardKind.UNDELIVERED,
        HeardKind.NOTICE,
        HeardKind.RESOLVED,
    }
)


def _ignore(_taken: Taken, _one: Heard) -> None:
    """Reachability is in the contact already; news of the house without a reader is only kept."""


def _message(taken: Taken, one: Heard) -> None:
    message = one.message
    if message is None:
        return
    taken.state = taken.state.changed(retold=False)
    if clean_text(message.text).strip():
        taken.texts.append(message)
    if message.attachments:
        at_ms = int(one.at.timestamp() * 1000)
        sent = with_files(taken.state.sent, message, at_ms)
        taken.state = taken.state.changed(sent=sent)
    for kind in _kinds(message):
        taken.acts.append(Act(_ATTACHED.get(kind, ActKind.OTHER)))


def _kinds(message: Message) -> tuple[MessageKind, ...]:
    """What there is to respond to besides the words."""
    if message.attachments:
        return tuple(attachment.kind for attachment in message.attachments)
    if message.kind is MessageKind.TEXT:
        return () if message.text.strip() else (MessageKind.TEXT,)
    return (message.kind,)


def _edit(taken: Taken, one: Heard) -> None:
    if one.message is not None and one.message.text.strip():
        taken.edits.append(one.message)


def _command(taken: Taken, one: Heard) -> None:
    if one.command == "start":
        taken.acts.append(Act(ActKind.START))
        if one.payload:
            taken.acts.append(Act(ActKind.ORDER, f"order_status:{one.payload}"))
    elif one.command in ("language", "lang"):
        taken.acts.append(_language(one.payload))
    else:
        taken.acts.append(Act(_COMMANDS.get(one.command, ActKind.UNKNOWN_COMMAND), ""))


def _button(taken: Taken, one: Heard) -> None:
    name, _, value = one.action.partition(":")
    if name in ORDER_GOALS:
        taken.acts.append(Act(ActKind.ORDER, f"{ORDER_GOALS[name]}:{value}"))
    elif name == "again" and taken.state.form is not None:
        taken.acts.append(Act(ActKind.FORM, f"{taken.state.form.key}:go"))
    elif name == "again":
        goal = taken.state.goal or ORDER_GOALS["order"]
        taken.acts.append(Act(ActKind.ORDER, f"{goal}:{taken.state.order_no}"))
    elif name == "lang":
        taken.acts.append(_language(value))
    else:
        taken.acts.append(Act(_PRESSED.get(name, ActKind.MENU), value))


def _language(value: str) -> Act:
    known = value in tuple(Language)
    return Act(ActKind.LANGUAGE, value if known else "")


def _phone(taken: Taken, one: Heard) -> None:
    taken.acts.append(Act(ActKind.PHONE if one.phone else ActKind.FOREIGN_PHONE))


ARRANGED_TIMER = "arranged"
_TIMERS = {"promise": ActKind.PROMISE, "card": ActKind.CARD, "flood": ActKind.QUIET}


def _timer(taken: Taken, one: Heard) -> None:
    name, _, key = one.name.partition(":")
    if name == ARRANGED_TIMER:
        taken.acts.append(Act(ActKind.DUE, key))
        orders = [done.order_no for done in taken.state.done if done.key == key]
        if orders:
            taken.state = taken.state.changed(order_no=orders[0])
    elif name in _TIMERS:
        taken.acts.append(Act(_TIMERS[name]))


def _undelivered(taken: Taken, one: Heard) -> None:
    """What may have arrived is decided once more; what was refused, or is unsure again, is a
    person's."""
    again = one.payload == "unknown" and not taken.state.retold
    if again:
        taken.state = taken.state.changed(retold=True)
        taken.acts.append(Act(ActKind.EXPIRED))
    elif not any(act.kind is ActKind.EXPIRED for act in taken.acts):
        taken.acts.append(Act(ActKind.UNDELIVERED))


def _house(kind: ActKind) -> Callable[[Taken, Heard], None]:
    return lambda taken, one: taken.acts.append(Act(kind, one.payload))


_HANDLERS = {
    HeardKind.MESSAGE: _message,
    HeardKind.EDIT: _edit,
    HeardKind.COMMAND: _command,
    HeardKind.BUTTON: _button,
    HeardKind.OUTDATED: _house(ActKind.MENU),
    HeardKind.PHONE: _phone,
    HeardKind.TIMER: _timer,
    HeardKind.EXPIRED: _house(ActKind.EXPIRED),
    HeardKind.UNDELIVERED: _undelivered,
    HeardKind.RESOLVED: _house(ActKind.RESOLVED),
}
