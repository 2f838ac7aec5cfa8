"""The loop of turns: take a lane, have it decided, commit.

A turn decides and never sends: words leave by `bot.telegram.deliveries`. Every turn that fails is
tried again, and after three exceptions (or five leases that ran out) its mail is set aside and a
person gets the case.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from msgspec.structs import replace

from bot.begun import Begun
from bot.deciding import TURN_SECONDS, Counts, Deciding, Mind, ReadsMail
from bot.facts import Sources
from bot.parked import age_ms, park_ms
from bot.room import Room
from handoff.agenda import CommitResult, Committed, Mail, Outcome, Sending, Turn
from handoff.conversation import ConversationId
from handoff.errors import StoreDown
from handoff.forms import NEWER_ALERT, RecordNewer
from handoff.ports import House, Turns
from handoff.tasks import ended
from handoff.words import Limits, Word

RENEW_SECONDS = 1.0
RESTARTS = 2
RESTART_WITHIN_MS = 6_000
LOOK_SECONDS = 1.0
RETRY_MS = 250
FAILING_ALERT = "turns_failing"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Voice:
    """How words leave: under which limits, and who says a word that was begun with a commit; where
    nobody `speaks`, a commit begins nothing.
    """

    owner: str
    speaks: bool
    limits: Limits
    deliver: Callable[[Sending, float], Awaitable[None]]
    wake: Callable[[], None]
    sign: Callable[[Sequence[Word], ConversationId, int], tuple[Word, ...]]
    """Signs the buttons of words for the epoch in which they will be seen."""


class TurnLoop:
    """Thinks about due lanes, many at a time."""

    def __init__(
        self,
        turns: Turns,
        house: House,
        *,
        mind: Mind,
        sources: Sources,
        voice: Voice,
        mail: ReadsMail,
        counts: Counts,
        slots: int = 64,
    ) -> None:
        self._turns = turns
        self._house = house
        self._voice = voice
        self._counts = counts
        self._room = Room(slots)
        self._deciding = Deciding(
            turns,
            house,
            mind=mind,
            sources=sources,
            mail=mail,
            counts=counts,
            wake=voice.wake,
        )
        self._begun = Begun(self._think)
        self._knock = asyncio.Event()
        self._stopping = False

    def room(self) -> int:
        """How many more turns intake may lease to this process now."""
        return 0 if self._stopping else self._room.for_fresh()

    def dispatch(self, turns: Sequence[Turn]) -> None:
        """Start thinking about turns that were leased to this process."""
        self._room.enter(len(turns))
        self._begun.add(turns)

    def foresee(self, mail: Sequence[Mail]) -> None:
        """Read ahead what is just being written down."""
        self._deciding.foresee(mail)

    def pending(self) -> None:
        """Lanes are due that nobody has leased yet."""
        self._knock.set()

    async def run(self) -> None:
        """Take and think until `drain`; survives a store that is away."""
        listener = asyncio.create_task(self._listen(), name="turns-listen")
        try:
            while not self._stopping:
                await self._wait(await self._round())
        finally:
            await ended(listener)

    async def drain(self, seconds: float) -> None:
        """Take nothing more and let the turns under way finish."""
        self._stopping = True
        self._knock.set()
        await self._begun.ended(seconds)

    async def _round(self) -> float:
        self._knock.clear()
        most = self._room.for_waiting()
        if not most:
            return LOOK_SECONDS
        try:
            taken = await self._turns.take(self._voice.owner, most)
        except StoreDown:
            return LOOK_SECONDS
        self.dispatch(taken.turns)
        if self._room.taken(len(taken.turns), most):
            return 0.0
        due_ms = taken.next_due_ms
        return LOOK_SECONDS if due_ms < 0 else min(LOOK_SECONDS, due_ms / 1000)

    async def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._knock.wait(), seconds)

    async def _listen(self) -> None:
        """Turn knocks of other processes into ours."""
        while True:
            try:
                await self._house.wait_for("turns", 5)
            except StoreDown:
                await asyncio.sleep(LOOK_SECONDS)
            self._knock.set()

    async def _think(self, turn: Turn) -> None:
        """One turn from lease to commit, then the first of its words."""
        started, begun = time.monotonic(), None
        holding = asyncio.get_running_loop().call_later(RENEW_SECONDS, self._hold, turn, started)
        try:
            begun = await self._commit(turn, started)
        except StoreDown:
            self._counts.count("turns_store_down")
        except Exception as error:  # the lane must go on whatever one mail does to us
            await self._failed(turn, error)
        finally:
            holding.cancel()
            if self._room.leave():
                self._knock.set()
        if begun is not None:
            await self._voice.deliver(*begun)

    def _hold(self, turn: Turn, started: float) -> None:
        """A turn that takes longer keeps its lease, up to its longest time."""
        self._begun.keep(self._renew(turn, started))

    async def _renew(self, turn: Turn, started: float) -> None:
        while time.monotonic() - started < TURN_SECONDS:
            try:
                if not await self._turns.renew(turn):
                    return
            except StoreDown:
                return
            await asyncio.sleep(RENEW_SECONDS)

    async def _commit(self, turn: Turn, started: float) -> tuple[Sending, float] | None:
        """Decide and commit; returns a word begun with it, since when. It leaves before the log."""
        for restart in range(RESTARTS + 1):
            turn, outcome = await self._deciding.decide(turn, started)
            outcome = self._signed(turn, outcome)
            if restart == RESTARTS or age_ms(turn) > RESTART_WITHIN_MS:
                outcome = replace(outcome, may_restart=False)
            leased = time.monotonic()
            committed = await self._turns.commit(
                turn,
                outcome,
                owner=self._voice.owner if self._voice.speaks else "",
                limits=self._voice.limits,
            )
            if committed.result is not CommitResult.MORE:
                asyncio.get_running_loop().call_soon(self._done, turn, outcome, committed, started)
                return (committed.sending, leased) if committed.sending else None
            turn = replace(turn, mail=turn.mail + committed.mail)
            self._counts.count("turns_restarted")
        return None

    def _signed(self, turn: Turn, outcome: Outcome) -> Outcome:
        """Buttons are signed for the epoch in which they will be seen."""
        hands_over = outcome.open_case is not None and not turn.case_id
        epoch = turn.epoch + 1 if hands_over else turn.epoch
        return replace(outcome, words=self._voice.sign(outcome.words, turn.conversation, epoch))

    def _done(self, turn: Turn, outcome: Outcome, committed: Committed, started: float) -> None:
        seconds = time.monotonic() - started
        self._counts.count(f"turns_{committed.result}")
        self._counts.observe("turn_seconds", seconds)
        if committed.result is CommitResult.STORED:
            self._deciding.remember(turn.conversation, outcome.state)
        if outcome.open_case and committed.result is CommitResult.STORED:
            self._counts.count("cases_opened")
        if outcome.words and committed.sending is None:
            self._voice.wake()
        log.info(
            "turn.done",
            conversation=turn.conversation,
            result=str(committed.result),
            holder=str(turn.holder),
            words=len(outcome.words),
            case=outcome.open_case.id if outcome.open_case else turn.case_id,
            ms=round(seconds * 1000, 1),
        )

    async def _failed(self, turn: Turn, error: Exception) -> None:
        """Make the lane due again; the next take sees how often its mail has failed. What a later
        version wrote is left as it is, to whoever can read it.
        """
        newer, name = isinstance(error, RecordNewer), type(error).__name__
        self._counts.count("turns_parked" if newer else "turns_failed")
        trace = None if newer else error
        log.error("turn.failed", conversation=turn.conversation, error=name, exc_info=trace)
        retry_ms = park_ms(turn) if newer else RETRY_MS * 2**turn.failures
        alert, why = (NEWER_ALERT, str(error)) if newer else (FAILING_ALERT, name)
        try:
            await self._turns.fail(turn, retry_ms=retry_ms, counts=not newer)
            await self._house.alert(alert, f"{turn.conversation}: {why}")
        except StoreDown:
            self._counts.count("turns_store_down")
        self._knock.set()
