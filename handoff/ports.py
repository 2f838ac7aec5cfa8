"""What the product needs from its store, port by port.

`handoff/store/redis*.py` keeps it in Redis or Valkey, `memory*.py` in a dictionary; one contract
suite plays over both. Every mutation carries an operation id or a token and may be repeated. All
methods raise `StoreDown` when the store cannot answer: then nobody knows if the change happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import msgspec

from handoff.agenda import (
    Chore,
    Committed,
    Mail,
    Outcome,
    Sending,
    Settlement,
    Taken,
    TakenSends,
    Turn,
)
from handoff.agents import Agent, AgentId
from handoff.case import Case, CaseId, Claim, QueueFigures, Resolution
from handoff.conversation import Conversation, ConversationId, DeliveryState
from handoff.drafts import Drafts
from handoff.files import Wishes
from handoff.gaps import Gaps
from handoff.shelf import Shelf
from handoff.spots import Spots
from handoff.upkeep import Upkeep
from handoff.words import WORDLESS, Limits, Parting, Word


class Accepted(msgspec.Struct, frozen=True):
    """What an `accept` wrote: turns leased to the caller in the same step, how many updates were
    new, and whether other lanes became due.
    """

    turns: tuple[Turn, ...]
    new: int
    pending: bool


class Turns(Protocol):
    """The agenda of turns: someone should think."""

    async def accept(
        self, account: str, mail: Sequence[Mail], *, owner: str, room: int
    ) -> Accepted:
        """Write updates down once (by `account` and update id, 48 h). Lanes that are idle and due
        at once are leased to `owner`, at most `room` of them; the others are put on the agenda.
        A lane is due by its latest mail: `pause_ms` from now, `cap_ms` after the first unread, at
        once without a pause or under an agent. An edit replaces a message nobody reads yet. A
        leased lane is only written to.
        """

    async def post(self, mail: Mail, *, op: str) -> bool:
        """Put mail of the house (a job's notice) into a lane; False for an `op` seen before."""

    async def take(self, owner: str, most: int) -> Taken:
        """Ring due timers, then lease up to `most` due lanes to `owner`."""

    async def renew(self, turn: Turn) -> bool:
        """Hold the lease for another while; False when it is somebody else's now."""

    async def interim(self, turn: Turn, words: Sequence[Word]) -> bool:
        """Queue something before the turn is done, under its token, once a turn; the mail stays.
        False when nothing was queued: a stale turn says nothing.
        """

    async def commit(
        self, turn: Turn, outcome: Outcome, *, owner: str, limits: Limits
    ) -> Committed:
        """Write the outcome, remove the turn's mail and give the lane back, in one step. See
        `CommitResult`. Where a case is open, `open_case` only brings it a newer packet, and
        `patch_rank` counts while it waits and would move it forward. The first word is begun for
        `owner` in a lane that has no words, no lease and no park; nothing is, without an owner.
        """

    async def fail(self, turn: Turn, *, retry_ms: int, counts: bool = True) -> int:
        """Count an exception on this mail and make the lane due again in `retry_ms`; returns the
        count, 0 when the turn is stale. Where the mail is not to blame nothing `counts`, the lease
        neither.
        """

    async def release(self, owner: str) -> int:
        """Give back what an earlier self called `owner` still holds; returns how many lanes."""


class Sends(Protocol):
    """The agenda of sends: something should be said."""

    async def take(self, owner: str, most: int, limits: Limits) -> TakenSends:
        """Begin the first word of up to `most` due lanes: people's words first, then answers, then
        notices. Words that may not be said any more (answer under an agent, expired, tried twice)
        are settled on the way.
        """

    async def hold(self, sending: Sending) -> bool:
        """Hold the lease of a word that takes long; False when it is somebody else's now."""

    async def settle(self, sending: Sending, what: Settlement, limits: Limits) -> Sending | None:
        """Write down what became of a word; begins and returns the lane's next one for the same
        owner if it may. Who lost the lease may still tell what was sent or refused, and gets no
        word. LATER is no attempt; a second UNKNOWN is final, and the lane moves on.
        """

    async def release(self, owner: str) -> int:
        """Give back every lane that an earlier self called `owner` still holds; returns how many. A
        word that was begun is resent at most once.
        """


class Cases(Protocol):
    """Cases and the queue."""

    async def claim(self, case_id: CaseId | None, agent: AgentId, *, op: str) -> Claim | None:
        """Give a waiting case (None: the best of the queue) to `agent`: one winner, holder = agent,
        epoch + 1, unbegun answers withdrawn. None when the queue is empty. Raises CaseNotFound,
        AlreadyClaimed, CaseClosed.
        """

    async def say(
        self, case_id: CaseId, agent: AgentId, words: Sequence[Word], *, op: str
    ) -> tuple[int, ...]:
        """Accept an agent's words for delivery and write them into the transcript; returns their
        numbers. Raises CaseNotFound, NotAssignee, CaseClosed.
        """

    async def retract(self, case_id: CaseId, agent: AgentId, number: int) -> DeliveryState:
        """Take an agent's word back: withdrawn when nobody began it; a failed or unknown one is no
        longer waited for by `resolve`. Returns its state. Raises CaseNotFound, NotAssignee,
        CaseClosed.
        """

    async def note(self, case_id: CaseId, agent: AgentId, text: str, *, op: str) -> int:
        """Write a remark only agents see; any agent may, in an open case. Returns its seq. Raises
        CaseNotFound, CaseClosed.
        """

    async def resolve(
        self,
        case_id: CaseId,
        agent: AgentId,
        resolution: Resolution,
        *,
        op: str,
        parting: Parting = WORDLESS,
    ) -> None:
        """End the case and give the lane back to the bot (epoch + 1), told by one mail `resolved`.
        Raises NotAssignee, CaseClosed, CustomerWrote (a line above `parting.seen`), WordsOpen (an
        agent's words are unknown or failed, and the customer is not given up as unreachable).
        """

    async def requeue(
        self, case_id: CaseId, agent: AgentId | None, *, op: str, note: str = ""
    ) -> None:
        """Put an assigned case back at its old rank (epoch + 1): its agent, or the house (None)."""

    async def enrich(self, case_id: CaseId, packet: bytes, version: int) -> bool:
        """Store packet `version`; False when it is not newer or the case is unknown."""

    async def packet(self, case_id: CaseId) -> bytes:
        """The encoded packet; empty when there is none."""

    async def case(self, case_id: CaseId) -> Case:
        """One case; raises CaseNotFound."""

    async def waiting(self, most: int = 200) -> tuple[Case, ...]:
        """Waiting cases, first in rank first."""

    async def assigned(self) -> tuple[Case, ...]:
        """Cases in agents' hands, oldest claim first."""

    async def figures(self) -> tuple[QueueFigures, ...]:
        """Depth and oldest wait by class."""

    async def ahead(self, rank: float) -> int:
        """How many waiting cases stand before `rank`; all of them before infinity."""

    async def claimed_within(self, seconds: int) -> tuple[tuple[float, float], ...]:
        """(epoch seconds of the claim, seconds waited) of the claims in the last `seconds`, oldest
        first: the measured service rate. At most 500.
        """


class Conversations(Protocol):
    """Reading conversations; nothing here changes one."""

    async def conversation(self, conversation_id: ConversationId, rows: int = 200) -> Conversation:
        """One conversation with its last `rows` transcript lines; raises ConversationNotFound."""

    async def explain(self, conversation_id: ConversationId) -> dict[str, object]:
        """Raw control values for the doctor: leases, due times, mail, words, timers."""


class Presence(Protocol):
    """The sign that an agent is there."""

    async def seen(self, agent: AgentId) -> None:
        """An open desk page of `agent` had input in the last minutes; holds for 30 s."""

    async def present(self) -> tuple[AgentId, ...]:
        """Agents who are there now."""

    async def absent_since(self, agent: AgentId) -> float:
        """Seconds since `agent` was last seen; infinity when never."""


class Events(Protocol):
    """What desks hear: ids and a kind, no text."""

    async def last_id(self) -> str:
        """Id of the newest event, `0-0` when there is none."""

    async def after(
        self, event_id: str, *, wait_ms: int, most: int = 200
    ) -> list[tuple[str, dict[str, str]]] | None:
        """Events behind `event_id`, waiting up to `wait_ms` for the first; None when `event_id` is
        older than what is kept (the reader must start over).
        """


class Accounts(Protocol):
    """Agents' accounts and desk sessions."""

    async def save_agent(self, agent: Agent) -> None: ...

    async def agent(self, agent_id: AgentId) -> Agent | None: ...

    async def agents(self) -> tuple[Agent, ...]: ...

    async def open_session(self, token_hash: str, agent: AgentId, *, life_seconds: int) -> None: ...

    async def session(self, token_hash: str, *, idle_seconds: int) -> AgentId | None:
        """Whose session this is, kept alive for `idle_seconds` more (within its absolute life)."""

    async def close_session(self, token_hash: str) -> None: ...

    async def close_sessions(self, agent: AgentId) -> None:
        """End every session of `agent`, wherever they logged in."""

    async def login_failed(self, key: str) -> float:
        """Count a failed login for an account or address; returns seconds to wait before the next
        try.
        """

    async def login_wait(self, key: str) -> float:
        """Seconds to wait before the next try, 0 when none."""

    async def login_worked(self, key: str) -> None: ...


class Gate(Protocol):
    """Counts failed proofs of identity."""

    async def failures(self, contact: str, order_no: str) -> tuple[int, int]:
        """Failures of this contact within the hour, and on this order number within the day."""

    async def failed(self, contact: str, order_no: str, *, op: str) -> tuple[int, int]:
        """Count one failure (once per `op`) and return both figures."""


class House(Protocol):
    """Everything that belongs to the shop and not to a conversation."""

    async def erase(self, conversation_id: ConversationId) -> bool:
        """Forget a conversation for good, with its cases' packets and names. False when nobody
        knows it. Raises CaseOpen.
        """

    async def lead(self, name: str, owner: str, *, lease_ms: int) -> bool:
        """Become or stay the leader called `name`; False when somebody else is."""

    async def yield_lead(self, name: str, owner: str) -> None: ...

    async def bury(self, kind: str, reason: str, raw: bytes, *, conversation: str = "") -> None:
        """Set something aside that cannot be read: a dead letter, counted and shown."""

    async def dead_letters(self, most: int = 100) -> list[dict[str, str]]: ...

    async def dead_letter_count(self) -> int: ...

    async def chores(self, most: int) -> tuple[Chore, ...]:
        """The oldest chores, which stay until `chore_done`."""

    async def chore_done(self, chore: Chore) -> None: ...

    async def alert(self, name: str, detail: str, *, seconds: float | None = None) -> None:
        """Raise the named alert, or keep it open: for `seconds` from now, else as long as
        `handoff/alerts.py` says. Later details replace the first.
        """

    async def clear_alert(self, name: str) -> None: ...

    async def alerts(self) -> dict[str, dict[str, str]]:
        """Open alerts: name -> detail, since (ISO time), count."""

    async def report(self, process: str, figures: dict[str, float]) -> None:
        """Write a process's metrics; they fade 60 s after its last report."""

    async def reports(self) -> dict[str, dict[str, float]]: ...

    async def history(self, minutes: int) -> list[dict[str, float]]:
        """One row a minute for the ops page, as `note_minute` took it; `at` is in epoch s."""

    async def note_minute(self, row: dict[str, float]) -> None:
        """Write this minute's row for `history` (last writer of a minute wins)."""

    async def happened(self, what: str, seconds: int) -> int:
        """How many cases were `opened`, claimed (`claims`) or `resolved` in the last `seconds` (24
        h at most).
        """

    async def wait_for(self, what: str, timeout_seconds: float) -> None:
        """Wait for a knock: `turns` or `sends` are due in another process, or `chores` or wishes
        for `files` came.
        """


@dataclass(frozen=True, slots=True)
class Store:
    """The ports together, over one server or one dictionary."""

    turns: Turns
    sends: Sends
    spots: Spots
    cases: Cases
    conversations: Conversations
    wishes: Wishes
    drafts: Drafts
    presence: Presence
    events: Events
    accounts: Accounts
    gate: Gate
    shelf: Shelf
    upkeep: Upkeep
    gaps: Gaps
    house: House


OpenStore = Callable[[], AbstractAsyncContextManager[Store]]
"""Opens the store for a command, for as long as it needs it."""
