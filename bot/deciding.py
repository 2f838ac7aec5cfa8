"""Decide a turn that is leased: read its mail, plan, gather facts, answer; or set mail aside.

It leases and commits nothing: that is the loop's (`bot/turn.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from msgspec.structs import replace

from bot.answering import Answerer
from bot.dialog import Reads, plan_turn
from bot.facts import Facts, Sources, gather, with_place
from bot.flood import note_media
from bot.foresight import Foresight, ReadsText
from bot.heard import Heard
from bot.parked import taken_over
from bot.plan import Plan
from bot.poison import UNREADABLE, poisoned, suspected, was_read_once
from bot.state import State
from handoff.agenda import Mail, Outcome, Turn
from handoff.conversation import Author, ConversationId, Message
from handoff.forms import NEWER_ALERT, RecordNewer
from handoff.ports import House, Turns
from handoff.words import NOTICE_LIFE_MS, Word, WordKind

TURN_SECONDS = 9.0
"""So long a turn may take from its lease to its commit."""
INTERIM_SECONDS = 2.5


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


class Deciding:
    """Makes outcomes of turns."""

    def __init__(
        self,
        turns: Turns,
        house: House,
        *,
        mind: Mind,
        sources: Sources,
        mail: ReadsMail,
        counts: Counts,
        wake: Callable[[], None],
    ) -> None:
        self._turns = turns
        self._house = house
        self._mind = mind
        self._sources = sources
        self._mail = mail
        self._counts = counts
        self._wake = wake
        self._foresight = Foresight()

    def foresee(self, mail: Sequence[Mail]) -> None:
        """Read ahead what is just being written down."""
        for one in mail:
            self._foresight.foresee(one, self._mail, self._mind.reads)

    def remember(self, conversation: ConversationId, state: bytes) -> None:
        """What was committed, to read ahead by."""
        self._foresight.remember(conversation, state)

    async def decide(self, turn: Turn, started: float) -> tuple[Turn, Outcome]:
        """The outcome, and the turn with as much of its mail as that is about; `started` is when it
        was leased.
        """
        try:
            return await self._decided(turn, started)
        except RecordNewer as newer:
            seeds = self._mind.answerer.seeds
            taken = await taken_over(turn, newer, self._mail.read, seeds)
            await self._house.alert(NEWER_ALERT, f"{turn.conversation}: {newer}")
            return taken

    async def _decided(self, turn: Turn, started: float) -> tuple[Turn, Outcome]:
        now, whole, turn = datetime.now(UTC), len(turn.mail), suspected(turn)
        if why := poisoned(turn):
            return await self._set_aside(turn, why, now)
        heard, count = await self._mail.read(turn)
        if not count and turn.mail:
            return await self._set_aside(turn, UNREADABLE, now)
        if count < len(turn.mail):
            turn = replace(turn, mail=turn.mail[:count])
        outcome = await self._outcome(turn, heard, now, started)
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
        self, turn: Turn, heard: tuple[Heard, ...], now: datetime, started: float
    ) -> Outcome:
        state = State.decode(turn.state)
        if flooded := self._mind.answerer.flood_outcome(state, turn, heard, now):
            self._counts.count("turns_flooded")
            return flooded
        reads = self._foresight.over(self._mind.reads)
        plan = plan_turn(note_media(state, heard), turn, heard, reads, now)
        facts = Facts() if plan.wanted.nothing else await self._facts(turn, plan, started)
        outcome = self._mind.answerer.answer(plan, facts, now)
        if self._mind.rewords is not None:
            outcome = await self._mind.rewords(plan, facts, outcome, started)
        if outcome.open_case is None or facts.snapshot is not None:
            return outcome
        # Only now is it known that a place in the queue will be told, and which.
        rank = now.timestamp() * 1000 - outcome.open_case.head_start_ms
        placed = await with_place(facts, rank, self._sources)
        return self._mind.answerer.answer(plan, placed, now)

    async def _facts(self, turn: Turn, plan: Plan, started: float) -> Facts:
        """Gather as long as a turn may take; one that asks nobody needs no deadline."""
        async with asyncio.timeout(started + TURN_SECONDS - time.monotonic()):
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
                    self._wake()
            return await gathering
        finally:
            gathering.cancel()
