"""What passes through the agenda: mail in, turns and sends out.

Two agendas, `turns` and `sends`, are sets of lanes by due time; a lease is the due time itself. The
stores (`handoff/store`) keep them; intake, turns and deliveries use them through
`handoff/ports.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from handoff.case import NewCase
from handoff.conversation import ConversationId, Holder, Message
from handoff.words import Word

TURN_LEASE_MS = 3_000
"""A turn renews every second and ends within 9 s."""
SEND_LEASE_MS = 15_000
"""Outlives the 10 s HTTP timeout, else a slow send would be sent twice."""
MAX_FAILURES = 3
MAX_TAKES = 5


class MailKind(StrEnum):
    """What intake makes of an update, or what the house itself puts into a lane."""

    MESSAGE = "message"
    EDIT = "edit"
    BUTTON = "button"
    MEMBER = "member"
    NOTICE = "notice"
    TIMER = "timer"
    EXPIRED = "expired"
    UNDELIVERED = "undelivered"
    OTHER = "other"
    NEWER = "newer"
    """Nobody writes it: a kind that only a later version knows is read as this."""


CUSTOMER_KINDS = frozenset({MailKind.MESSAGE, MailKind.EDIT, MailKind.BUTTON})


class Mail(msgspec.Struct, frozen=True):
    """One update on its way in. It is due `pause_ms` after it came, at most `cap_ms` after the
    first unread one.

    `raw` is the update exactly as the channel sent it (UTF-8 JSON); `message_id` lets an edit
    replace unread mail.
    """

    update_id: int
    conversation: ConversationId
    kind: MailKind
    raw: bytes
    message_id: int = 0
    pause_ms: int = 0
    cap_ms: int = 0


class UnreadMail(msgspec.Struct, frozen=True):
    """Mail in a lane; `raw` of a timer is its name, of an expired answer its number,
    of an undelivered one `<number>:<failed or unknown>`."""

    kind: MailKind
    message_id: int
    at_ms: int
    raw: bytes


class Turn(msgspec.Struct, frozen=True):
    """A leased lane: its unread mail up to the watermark, and the state as last committed.

    `takes` counts leases since the last commit (this one included), `failures` the exceptions on
    the same mail.
    """

    conversation: ConversationId
    token: str
    epoch: int
    holder: Holder
    state: bytes
    mail: tuple[UnreadMail, ...]
    case_id: str = ""
    agent: str = ""
    takes: int = 1
    failures: int = 0


class Taken(msgspec.Struct, frozen=True):
    """What a `take` gave, and in how many ms the next lane is due (-1: nothing is waiting)."""

    turns: tuple[Turn, ...]
    next_due_ms: int


class Chore(msgspec.Struct, frozen=True):
    """A job to enqueue after the commit: a name of `handoff/jobs.py`, ids only, and the operation
    id it is known by.
    """

    op: str
    job: str
    args: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True):
    """What a turn decided; `commit` writes all of it or nothing.

    `open_case` hands over (holder becomes the queue, epoch + 1); `patch_rank`/`patch_packet` change
    the open case. `timers` maps names to due times in ms since the epoch, 0 cancels. `dead_letter`
    names why this mail is set aside.
    """

    state: bytes
    words: tuple[Word, ...] = ()
    rows: tuple[Message, ...] = ()
    open_case: NewCase | None = None
    patch_rank: float | None = None
    patch_reason: str = ""
    patch_priority: str = ""
    patch_packet: bytes = b""
    timers: Mapping[str, int] = msgspec.field(default_factory=dict)
    chores: tuple[Chore, ...] = ()
    may_restart: bool = False
    """Only an answer: if the customer wrote on meanwhile, start over with everything instead of
    storing this.
    """
    dead_letter: str = ""


class CommitResult(StrEnum):
    """`STORED`; `MORE` = nothing written, the lease goes on, here is the rest; `STALE` = somebody
    else's turn now.
    """

    STORED = "stored"
    MORE = "more"
    STALE = "stale"


class Sending(msgspec.Struct, frozen=True):
    """A word that was begun: it may be said now, until the lease runs out. `word` is the stored
    body (JSON).
    """

    conversation: ConversationId
    token: str
    number: int
    kind: str
    word: bytes
    attempt: int = 1


class Committed(msgspec.Struct, frozen=True):
    """How a commit ended; `sending` is the first word when the lane was idle and its budget allowed
    it.
    """

    result: CommitResult
    mail: tuple[UnreadMail, ...] = ()
    sending: Sending | None = None


class TakenSends(msgspec.Struct, frozen=True):
    """Words begun by a `take`, and in how many ms the next lane is due (-1: nothing is waiting)."""

    sendings: tuple[Sending, ...]
    next_due_ms: int


class SendResult(StrEnum):
    """What deliveries report: sent, refused for good, asked to wait, or nobody knows."""

    SENT = "sent"
    FAILED = "failed"
    LATER = "later"
    UNKNOWN = "unknown"


class Settlement(msgspec.Struct, frozen=True):
    """What became of one attempt. `message_id` when sent; `reason` when failed; `park_ms` when
    later or unknown.
    """

    result: SendResult
    message_id: int = 0
    reason: str = ""
    park_ms: int = 0
    unreachable: bool = False
