"""What happened in a run, told by those who stood outside the product. No tests here.

Only the harness writes: the sandbox's side of Telegram, the scripted customers, the scripted
agents and the injector of faults. The program under test never writes a line, so it cannot vouch
for itself.

Every time is `now_ms()`: milliseconds of the machine's monotonic clock, the same in every process
and untouched by a changed wall clock. An event that lasted has `began_ms` (asked, begun) beside
`at_ms` (answered, accepted). Where only one time is told it is the careful one: what a customer
did counts from before it was sent, what a page showed from when it was asked for.

A *mark* is a text nobody else in the run writes (an order number, a word of an agent). Whoever
makes up an utterance names it once in `mark`; `proofs` are the texts of which any one, in a later
message of the same chat, shows that these very words were read. Without proofs the product has no
way to show it by an answer, and only an agent's screen or the customer's quiet chat can.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import orjson


def now_ms() -> float:
    """The time of every event."""
    return time.monotonic_ns() / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing somebody saw; `at_ms` is when."""

    at_ms: float


# ---- the run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """`facts` are what a reader needs to run it again: rate, limits, processes, version."""

    seed: int
    mode: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettled(Event):
    """Nobody writes any more, and the time to come back to normal has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStarted(Event):
    process: str
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessReady(Event):
    """It said of itself from outside that it works: its health page, its socket, its first poll."""

    process: str
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStopped(Event):
    """`how`: a signal's name, `exit 0`, `crash point commit/before`."""

    process: str
    pid: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultInjected(Event):
    """A fault from `at_ms` until `until_ms` (the same for a kill), written when it has ended.

    `kind` is `bot.kill`, `redis.down`, `api.reply_lost`, …; `target` says which one. `in_flight` is
    how much it hit: updates offered and not confirmed, messages unanswered, sends not settled.
    A fault with nothing in flight proves nothing and does not count.
    """

    kind: str
    target: str
    until_ms: float
    in_flight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strained(Event):
    """From `at_ms` until `until_ms` the run's processes stood ready and were not let run: whatever
    they did took so many `times` as long.
    """

    until_ms: float
    times: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRaised(Event):
    """From the alert sink, never from a log. `chat` when it concerns one conversation."""

    name: str
    detail: str = ""
    chat: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCleared(Event):
    name: str


# ---- Telegram's side


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOffered(Event):
    """Telegram put this update on the wire: in a `poll` answer or a `webhook` request."""

    update_id: int
    chat: int
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateConfirmed(Event):
    """The bot took responsibility: an offset above it, or 200 to the webhook."""

    update_id: int
    chat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Event):
    """Telegram accepted a text and shows it in a chat; the call came in at `began_ms`.

    `edited`: the text took the place of an earlier one with the same message id.
    """

    began_ms: float
    chat: int
    message_id: int
    text: str
    method: str = "sendMessage"
    reply_to: int = 0
    edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused(Event):
    """Telegram said no: nothing was shown."""

    chat: int
    method: str
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToastShown(Event):
    """A pressed button was answered."""

    chat: int
    callback_id: str


# ---- customers


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote(Event):
    """A customer sent a message. Messages of one breath share `burst`.

    `carries`: marks of earlier messages that the answer may name once more. `hands_over`: whoever
    reads it must call a person, so what is said to it is a notice.
    """

    chat: int
    message_id: int
    update_id: int
    mark: str
    text: str
    kind: str = "text"
    proofs: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()
    burst: str = ""
    hands_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Event):
    """A customer changed a message; its new words have a mark of their own."""

    chat: int
    message_id: int
    update_id: int
    mark: str
    text: str
    proofs: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed(Event):
    """A customer pressed a button under `message_id`."""

    chat: int
    message_id: int
    update_id: int
    callback_id: str
    label: str
    proofs: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked(Event):
    """A customer blocked the bot, or let it write again."""

    chat: int
    blocked: bool = True


# ---- agents, as a desk page sees it


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseListed(Event):
    """A desk's list showed this case; all rows of one look share `at_ms`."""

    agent: str
    case: str
    chat: int
    status: str
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSeen(Event):
    """An agent's page showed a conversation: the marks on it from top to bottom.

    `whole`: nothing of the conversation is hidden, so a mark that is missing was never heard.
    """

    agent: str
    case: str
    chat: int
    marks: tuple[str, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSeen(Event):
    """A server-sent event reached a page; `stream` counts the page's connections."""

    agent: str
    stream: int
    event_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(Event):
    """The desk said: this case is yours. `in_flight` is what it said was still being said."""

    began_ms: float
    agent: str
    case: str
    chat: int
    op: str
    in_flight: bool = False
    withdrawn: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRefused(Event):
    """The desk said no; `holder` is whom it named."""

    agent: str
    case: str
    op: str
    code: str
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTried(Event):
    """An agent pressed send: whether the desk will accept words or a note is not known yet."""

    agent: str
    case: str
    chat: int
    op: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSaid(Event):
    """The desk accepted words for the customer; the same `op` again is the same press again."""

    began_ms: float
    agent: str
    case: str
    chat: int
    op: str
    mark: str
    text: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SayRefused(Event):
    agent: str
    case: str
    op: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNoted(Event):
    """The desk accepted a note. Nothing of it may ever reach a customer."""

    agent: str
    case: str
    chat: int
    op: str
    mark: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTold(Event):
    """An agent's page said what became of their words: failed, unknown, withdrawn, expired."""

    agent: str
    case: str
    chat: int
    mark: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Event):
    """The desk accepted that an agent ended a case or gave it back: `resolved`, `requeued`."""

    began_ms: float
    agent: str
    case: str
    chat: int
    op: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished(Event):
    """From now on this agent's pages send nothing: their cases may be taken from them."""

    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(Event):
    """A vanished agent is back at their page."""

    agent: str


History = tuple[Event, ...]
"""Everything that was seen, in order of time."""


def _kinds() -> Iterator[type[Event]]:
    return (kind for kind in Event.__subclasses__())


_KIND_OF = {kind.__name__: kind for kind in _kinds()}


class HistoryBroken(Exception):
    """A line that is no event: the file and its number."""


class Recorder:
    """Appends events to a file. Threads share one; other processes open the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        os.close(self._file)

    def note(self, *events: Event) -> None:
        """Write these events, each a line, all in one call to the system."""
        lines = b"".join(line_of(event) for event in events)
        with self._lock:
            written = os.write(self._file, lines)
            if written != len(lines):
                raise OSError(f"only {written} of {len(lines)} bytes fitted into {self.path}")


def line_of(event: Event) -> bytes:
    """An event as one line of JSON."""
    kind = type(event).__name__
    values = {one.name: getattr(event, one.name) for one in fields(event)}
    return orjson.dumps({"event": kind, **values}, option=orjson.OPT_APPEND_NEWLINE)


def event_of(line: bytes) -> Event:
    """The event of one line; raises ValueError, KeyError or TypeError for anything else."""
    values: dict[str, Any] = orjson.loads(line)
    kind = _KIND_OF[values.pop("event")]
    return kind(**{name: _value(value) for name, value in values.items()})


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def in_order(events: Iterable[Event]) -> History:
    """Events by time; those of one moment stay as they were written."""
    return tuple(sorted(events, key=lambda event: event.at_ms))


def load(path: Path) -> History:
    """The history of a file; raises HistoryBroken naming the first line that cannot be read.

    A last line without its end was cut off by the end of the run and is left out.
    """
    *lines, _ = path.read_bytes().split(b"\n")
    events = []
    for number, line in enumerate(lines, 1):
        try:
            events.append(event_of(line))
        except (ValueError, KeyError, TypeError) as error:
            raise HistoryBroken(f"{path}:{number}: {type(error).__name__}") from error
    return in_order(events)
