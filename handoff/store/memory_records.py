"""What a store keeps, in plain dataclasses: lanes, words, agendas, and the dictionary of one shop.

This and its neighbours `memory_*.py` are the readable form of what the scripts in `lua/` do. They
decide nothing that the ports do not say, and a process that ends forgets them.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from msgspec.structs import replace

from handoff.agenda import Chore, Committed, MailKind, Sending, UnreadMail
from handoff.case import Case, CaseId, CaseStatus
from handoff.conversation import ConversationId, Delivery, Holder, Message
from handoff.files import Fetch, Wish
from handoff.shelf import LINES_KEPT, LINES_UNSHELVED_MAX
from handoff.store.records import moment
from handoff.upkeep import DEAD_LETTERS_KEPT
from handoff.words import WordKind

DAY_MS = 24 * 3_600_000
SEEN_MS = 48 * 3_600_000
JUMP_MS = 1_000
"""A clock that goes back by less is only jitter."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on a lane. It is over when the lane is due, and replaced by the next take."""

    token: str
    owner: str

    @classmethod
    def of(cls, owner: str) -> Lease:
        return cls(secrets.token_hex(8), owner)


@dataclass(slots=True)
class Bucket:
    """A budget of `rate` a second and `burst` at once, spent until `spent_until_ms` (GCRA)."""

    spent_until_ms: float = 0

    def free_at(self, now: int, *, rate: float, burst: float) -> int:
        """When the next one may go."""
        ahead_ms = max(0, burst - 1) * 1000 / rate
        return math.ceil(self._level(now, rate, burst) - ahead_ms)

    def spend(self, now: int, *, rate: float, burst: float) -> None:
        """Let one go."""
        self.spent_until_ms = max(self._level(now, rate, burst), now) + 1000 / rate

    def _level(self, now: int, rate: float, burst: float) -> float:
        # Nothing is fuller than full, except after a clock that went back.
        full = now + burst * 1000 / rate
        return full - 1000 / rate if self.spent_until_ms > full else self.spent_until_ms


@dataclass(slots=True)
class QueuedWord:
    """A word in its lane. `attempts` counts the times it was begun and may have been said."""

    number: int
    kind: WordKind
    body: bytes
    text: str
    expires_ms: int = 0
    attempts: int = 0


@dataclass(slots=True)
class Lane:
    """Everything about one conversation. `thinking` leases its turn, `sending` its words."""

    conversation: ConversationId
    holder: Holder = Holder.BOT
    epoch: int = 0
    state: bytes = b""
    case_id: str = ""
    agent: str = ""
    reachable: bool = True
    mail: list[UnreadMail] = field(default_factory=list)
    thinking: Lease | None = None
    takes: int = 0
    failures: int = 0
    spoke_for: str = ""
    last_commit: tuple[str, Committed] | None = None
    words: list[QueuedWord] = field(default_factory=list)
    word_count: int = 0
    sending: Lease | None = None
    last_settle: tuple[str, Sending] | None = None
    budget: Bucket = field(default_factory=Bucket)
    group_sends: deque[int] = field(default_factory=lambda: deque(maxlen=100))
    transcript: list[Message] = field(default_factory=list)
    row_count: int = 0
    shelved: int = 0
    ledger: dict[int, Delivery] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        """Whether the chat id in `tg-<bot>-<chat>` is negative."""
        return "--" in self.conversation


Place = TypeVar("Place", bound=ConversationId | tuple[ConversationId, str])


class Agenda(Generic[Place]):
    """Lanes by due time in ms. A lease is a due time too: the lane is due when it runs out."""

    def __init__(self) -> None:
        self.due: dict[Place, int] = {}

    def put(self, lane: Place, at_ms: int) -> None:
        """Make a lane due no later than `at_ms`."""
        self.due[lane] = min(at_ms, self.due.get(lane, at_ms))

    def due_by(self, now: int) -> list[Place]:
        """Lanes that are due, longest due first."""
        found = [(at, lane) for lane, at in self.due.items() if at <= now]
        return [lane for _, lane in sorted(found)]

    def next_due_ms(self, now: int) -> int:
        """In how many ms the next lane is due; -1 when there is none."""
        return max(0, min(self.due.values()) - now) if self.due else -1

    def rewind(self, by_ms: int, now: int) -> None:
        """Follow a clock that went back: leases and parks keep their remaining length."""
        for lane, at in self.due.items():
            if at > now:
                self.due[lane] = at - by_ms


class Memory:
    """The dictionary of one shop. Nothing in it awaits, so every method of a port is one step."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._latest = 0
        self._operations: dict[str, tuple[int, object]] = {}
        self._seen: dict[tuple[str, int], int] = {}
        self._knocks: dict[str, asyncio.Queue[None]] = {}
        self.lanes: dict[ConversationId, Lane] = {}
        self.turns: Agenda[ConversationId] = Agenda()
        self.sends: Agenda[ConversationId] = Agenda()
        self.files: Agenda[tuple[ConversationId, str]] = Agenda()
        self.fetches: dict[tuple[ConversationId, str], tuple[Wish, Fetch]] = {}
        self.spots: dict[tuple[ConversationId, str], tuple[int, int]] = {}
        self.timers: dict[tuple[ConversationId, str], int] = {}
        self.total_budget = Bucket()
        self.cases: dict[CaseId, Case] = {}
        self.packets: dict[CaseId, bytes] = {}
        self.withdrawn: dict[CaseId, tuple[str, ...]] = {}
        self.case_words: dict[CaseId, set[int]] = {}
        self.happened: dict[str, list[int]] = {"opened": [], "claims": [], "resolved": []}
        self.waits: list[tuple[float, float]] = []
        self.chores: list[Chore] = []
        self.counted: dict[str, dict[str, float]] = {}
        self.totals: dict[str, float] = {}
        self.reports: dict[str, tuple[int, dict[str, float]]] = {}
        self.dead: list[dict[str, str]] = []
        self.events: list[tuple[str, dict[str, str]]] = []
        self.event_came = asyncio.Event()

    def now(self) -> int:
        """The time in ms since the epoch."""
        now = self._clock()
        back_ms = self._latest - now
        if back_ms > JUMP_MS:
            self.turns.rewind(back_ms, now)
            self.sends.rewind(back_ms, now)
            self.files.rewind(back_ms, now)
        if back_ms > JUMP_MS or back_ms < 0:
            self._latest = now
        return now

    def lane(self, conversation: ConversationId) -> Lane:
        """The lane of a conversation, new when nobody wrote in it yet."""
        return self.lanes.setdefault(conversation, Lane(conversation))

    def is_new(self, account: str, update_id: int) -> bool:
        """Note that this update came; False when it had come before."""
        now, key = self.now(), (account, update_id)
        if now - self._seen.get(key, -SEEN_MS) < SEEN_MS:
            return False
        self._seen[key] = now
        return True

    def done(self, op: str) -> object:
        """What this operation returned before, None when it is new. Kept for a day."""
        at, value = self._operations.get(op, (-DAY_MS, None))
        return value if self.now() - at < DAY_MS else None

    def remember(self, op: str, value: object) -> None:
        """Keep what an operation returned, for its repeats."""
        self._operations[op] = (self.now(), value)

    def deliver(self, lane: Lane, kind: MailKind, raw: bytes, message_id: int = 0) -> None:
        """Put mail into a lane; who thinks about it, and when, is another matter."""
        lane.mail.append(UnreadMail(kind, message_id, self.now(), raw))

    def put_turn(self, lane: Lane) -> None:
        """Make the lane due now. A leased one is looked at again by its commit."""
        if lane.thinking is None:
            self.turns.put(lane.conversation, self.now())
            self.knock("turns")

    def write(self, lane: Lane, row: Message) -> int:
        """One more line in the transcript; returns its seq."""
        lane.row_count += 1
        at = row.at or moment(self.now())
        lane.transcript.append(replace(row, seq=lane.row_count, at=at))
        unshelved = lane.row_count - lane.shelved
        del lane.transcript[: -min(LINES_UNSHELVED_MAX, max(LINES_KEPT, unshelved))]
        return lane.row_count

    def bury(self, kind: str, reason: str, raw: bytes, conversation: str) -> None:
        """Set something aside that cannot be read."""
        letter = {"kind": kind, "reason": reason, "conversation": conversation}
        letter |= {"id": f"{self.now()}-{len(self.dead)}", "raw": raw.decode(errors="replace")}
        self.dead.append(letter)
        del self.dead[:-DEAD_LETTERS_KEPT]

    def note(self, what: str) -> None:
        """Count one more `opened`, `claims` or `resolved`."""
        self.happened[what].append(self.now())

    def event(self, kind: str, lane: Lane, case_id: str) -> None:
        """Tell the desks: ids and a kind, never text."""
        now = self.now()
        values = {"kind": kind, "conversation": lane.conversation, "case": case_id}
        last_ms, last_count = event_order(self.events[-1][0]) if self.events else (0, 0)
        same = last_ms >= now
        event_id = f"{last_ms}-{last_count + 1}" if same else f"{now}-0"
        self.events.append((event_id, values))
        # The newest of the old ones stays: who has read it has missed nothing.
        while len(self.events) > 1 and event_order(self.events[1][0])[0] < now - DAY_MS:
            del self.events[0]
        self.event_came.set()
        self.event_came = asyncio.Event()

    def waiting(self) -> list[Case]:
        """Waiting cases, first in rank first."""
        found = [case for case in self.cases.values() if case.status is CaseStatus.WAITING]
        return sorted(found, key=lambda case: (case.rank, case.id))

    def due_timers(self) -> Iterator[tuple[ConversationId, str]]:
        """Take the timers that are due off the clock."""
        now = self.now()
        due = sorted((at, timer) for timer, at in self.timers.items() if at <= now)
        for _, timer in due:
            del self.timers[timer]
            yield timer

    def next_timer_ms(self) -> int:
        """In how many ms the next timer rings; -1 when there is none."""
        return max(0, min(self.timers.values()) - self.now()) if self.timers else -1

    def knock(self, what: str) -> None:
        """Wake whoever waits for `what`; four knocks are enough for anybody."""
        knocks = self.knocks(what)
        if not knocks.full():
            knocks.put_nowait(None)

    def knocks(self, what: str) -> asyncio.Queue[None]:
        """The knocks nobody has heard yet."""
        return self._knocks.setdefault(what, asyncio.Queue(maxsize=4))


def event_order(event_id: str) -> tuple[int, int]:
    """An event's id as numbers that can be compared."""
    ms, _, count = event_id.partition("-")
    return int(ms), int(count or 0)
