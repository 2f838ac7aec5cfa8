"""The loop of turns: take a lane, gather its facts, decide, commit.

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
from datetime import UTC, datetime
from typing import Protocol

import structlog
from msgspec.structs import replace

from bot.answering import Answerer
from bot.begun import Begun
from bot.dialog import Plan, Reads, plan_turn
from bot.facts import Facts, Sources, gather, with_place
from bot.flood import note_media
from bot.foresight import Foresight, ReadsText
from bot.heard import Heard
from bot.parked import age_ms, park_ms, taken_over
from bot.poison import UNREADABLE, poisoned, suspected, was_read_once
from bot.room import Room
from bot.state import State
from handoff.agenda import CommitResult, Committed, Mail, Outcome, Sending, Turn
from handoff.conversation import Author, ConversationId, Message
from handoff.errors import StoreDown
from handoff.forms import NEWER_ALERT, RecordNewer
from handoff.ports import House, Turns
from handoff.tasks import ended
from handoff.words import NOTICE_LIFE_MS, Limits, Word, WordKind

TURN_SECONDS = 9.0
RENEW_SECONDS = 1.0
INTERIM_SECONDS = 2.5
RESTARTS = 2
RESTART_WITHIN_MS = 6_000
LOOK_SECONDS = 1.0
RETRY_MS = 250
FAILING_ALERT = "turns_failing"

log = structlog.get_logger()


class Counts(Protocol):
    """What the loop tells of itself."""

    def count(self, name: str, n: int = 1) -> None: ...

    def observe(self, name: str, seconds: float) -> None: ...


class ReadsMail(ReadsText, Protocol):
    """Turns raw mail into what was heard (`bot.telegram.updates`)."""

    async def read(self, turn: Turn) -> tuple[tuple[Heard, ...], int]:
        """What was heard, and how much of the mail that is: the next one cannot be read."""

    def glimpse(self, turn: Turn) -> tuple[Message, ...]:
        """What can be told of the first mail without understanding it."""


@dataclass(slots=True)
class Mind:
    """What a turn thinks with; reloading the seeds renews it. Only the llm extra sets `rewords`."""

    answerer: Answerer
    reads: Reads
    rewords: Callable[[Plan, Facts, Outcome, float], Awaitable[Outcome]] | None = None


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
        self._mind = mind
        self._sources = sources
        self._voice = voice
        self._mail = mail
        self._counts = counts
        self._room = Room(slots)
        self._foresight = Foresight()
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
        for one in mail:
            self._foresight.foresee(one, self._mail, self._mind.reads)

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
            turn, outcome = await self._decided(turn, started + TURN_SECONDS)
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
            self._foresight.remember(turn.conversation, outcome.state)
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

    async def _decided(self, turn: Turn, until: float) -> tuple[Turn, Outcome]:
        try:
            return await self._decide(turn, until)
        except RecordNewer as newer:
            seeds = self._mind.answerer.seeds
            taken = await taken_over(turn, newer, self._mail.read, seeds)
            await self._house.alert(NEWER_ALERT, f"{turn.conversation}: {newer}")
            return taken

    async def _decide(self, turn: Turn, until: float) -> tuple[Turn, Outcome]:
        """The outcome, and the turn with as much of its mail as that is about."""
        now, whole, turn = datetime.now(UTC), len(turn.mail), suspected(turn)
        if why := poisoned(turn):
            return await self._set_aside(turn, why, now)
        heard, count = await self._mail.read(turn)
        if not count and turn.mail:
            return await self._set_aside(turn, UNREADABLE, now)
        if count < len(turn.mail):
            turn = replace(turn, mail=turn.mail[:count])
        outcome = await self._outcome(turn, heard, now, until)
        if len(turn.mail) < whole:
            outcome = replace(outcome, may_restart=False)  # what follows was left out on purpose
        return turn, outcome

    async def _set_aside(self, turn: Turn, why: str, now: datetime) -> tuple[Turn, Outcome]:
        """The first mail goes to the dead letters, the conversation to a person."""
        turn = replace(turn, mail=turn.mail[:1])
        self._counts.count("turns_set_aside")
        await self._house.alert("mail_set_aside", f"{turn.conversation}: {why}")
        rows = self._mail.glimpse(turn) if was_read_once(turn) else ()
        return turn, self._mind.answerer.apology_outcome(turn, why, now, rows)

    async def _outcome(
        self, turn: Turn, heard: tuple[Heard, ...], now: datetime, until: float
    ) -> Outcome:
        state = State.decode(turn.state)
        if flooded := self._mind.answerer.flood_outcome(state, turn, heard, now):
            self._counts.count("turns_flooded")
            return flooded
        reads = self._foresight.over(self._mind.reads)
        plan = plan_turn(note_media(state, turn, heard), turn, heard, reads, now)
        facts = Facts() if plan.wanted.nothing else await self._facts(turn, plan, until)
        outcome = self._mind.answerer.answer(plan, facts, now)
        if self._mind.rewords is not None:
            outcome = await self._mind.rewords(plan, facts, outcome, until - TURN_SECONDS)
        if outcome.open_case is None or facts.snapshot is not None:
            return outcome
        # Only now is it known that a place in the queue will be told, and which.
        rank = now.timestamp() * 1000 - outcome.open_case.head_start_ms
        placed = await with_place(facts, rank, self._sources)
        return self._mind.answerer.answer(plan, placed, now)

    async def _facts(self, turn: Turn, plan: Plan, until: float) -> Facts:
        """Gather until then at the latest; a turn that asks nobody needs no deadline."""
        async with asyncio.timeout(until - time.monotonic()):
            return await self._gathered(turn, plan)

    async def _gathered(self, turn: Turn, plan: Plan) -> Facts:
        """Gather; when it takes long, say one line meanwhile."""
        gathering = asyncio.ensure_future(gather(plan.wanted, self._sources))
        try:
            done, _ = await asyncio.wait({gathering}, timeout=INTERIM_SECONDS)
            if not done:
                body = self._mind.answerer.interim_body(plan.state)
                word = Word(WordKind.NOTICE, Author.BOT, body, life_ms=NOTICE_LIFE_MS)
                if await self._turns.interim(turn, [word]):
                    self._counts.count("turns_interim")
                    self._voice.wake()
            return await gathering
        finally:
            gathering.cancel()

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
