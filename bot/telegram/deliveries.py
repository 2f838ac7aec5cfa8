"""Deliveries: take a word, say it, write down what became of it, go on with the lane's next one.

A lane's order and Telegram's budgets are the store's business, what an answer means is the
speaker's. Here it is decided only who speaks when, and that nobody speaks on a lease that may have
run out.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import structlog

from bot.telegram.alerting import ChatSink
from bot.telegram.figures import Figures
from bot.telegram.speaking import Speaker
from handoff.agenda import SEND_LEASE_MS, Sending, SendResult, Settlement
from handoff.conversation import ConversationId
from handoff.errors import StoreDown
from handoff.ops.telling import untold_alert
from handoff.ports import House, Sends
from handoff.tasks import ended
from handoff.words import Limits

HTTP_SECONDS = 10.0
SPEAKING_SECONDS = SEND_LEASE_MS / 1000 - HTTP_SECONDS
"""After this a word is not begun on its lease: the answer might come after somebody else has begun
it too.
"""
LOOK_SECONDS = 1.0
"""A lane parked by its budget on the way through a turn is seen this soon."""
SHORTEST_SECONDS = 0.005
SETTLE_SECONDS = 60.0
"""A receipt is worth repeating while the store is away: without it the customer may read the word
twice.
"""
_TAKE_MOST = 32
REFUSED_ALERT = "words_refused"
UNSURE_ALERT = "words_unsure"
UNTOLD_ALERT = untold_alert(ChatSink.name)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """Who speaks, under which limits, and how many words at once."""

    owner: str
    limits: Limits = field(default_factory=Limits)
    slots: int = 64


class Deliveries:
    """Says what was committed. Call `sends.release(owner)` once before the first word, never
    later.
    """

    def __init__(
        self,
        sends: Sends,
        speaker: Speaker,
        *,
        house: House,
        pace: Pace,
        figures: Figures,
        alert_lane: ConversationId | None = None,
    ) -> None:
        self._sends = sends
        self._speaker = speaker
        self._house = house
        self._pace = pace
        self._figures = figures
        self._alert_lane = alert_lane
        self._tasks: set[asyncio.Task[None]] = set()
        self._speaking = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._knock = asyncio.Event()
        self._stopping = False

    @property
    def speaking(self) -> int:
        """How many words are being said now."""
        return self._speaking

    def wake(self) -> None:
        """Words were committed in this process whose lane was not leased with the commit."""
        self._knock.set()

    async def run(self) -> None:
        """Take and say until `drain`; survives a store that is away."""
        listener = asyncio.create_task(self._listen(), name="deliveries-listen")
        try:
            while not self._stopping:
                await self._wait(await self._round())
        finally:
            await ended(listener)

    async def drain(self, seconds: float) -> bool:
        """Begin nothing more and let what is being said finish; False when that took longer."""
        self._stopping = True
        self._knock.set()
        try:
            await asyncio.wait_for(self._quiet.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def deliver(self, sending: Sending, begun: float | None = None) -> None:
        """Say a begun word and the lane's next ones. `begun` is the monotonic time before the call
        that leased it.
        """
        self._speaking += 1
        self._quiet.clear()
        try:
            await self._lane(sending, time.monotonic() if begun is None else begun)
        finally:
            self._speaking -= 1
            if not self._speaking:
                self._quiet.set()

    async def _lane(self, first: Sending, begun: float) -> None:
        sending: Sending | None = first
        while sending is not None:
            until = begun + SPEAKING_SECONDS
            lapsed = time.monotonic() >= until
            if lapsed or self._stopping:
                # Stopped in between, or about to end: nothing was said, so this was no attempt.
                self._figures.count("sends_lapsed" if lapsed else "sends_left")
                await self._settled(sending, Settlement(SendResult.LATER))
                return
            if sending.attempt > 1:
                self._figures.count("sends_repeated")
            started = time.monotonic()
            settlement = await self._speaker.say(sending, until)
            self._note(settlement, time.monotonic() - started)
            begun = time.monotonic()
            await self._tell_lost(sending, settlement)
            sending = await self._settled(sending, settlement)

    async def _settled(self, sending: Sending, settlement: Settlement) -> Sending | None:
        """Write the receipt down, again and again while the store is away; settle may be repeated
        safely.
        """
        give_up, pause = time.monotonic() + SETTLE_SECONDS, 0.1
        while True:
            try:
                return await self._sends.settle(sending, settlement, self._pace.limits)
            except StoreDown:
                if time.monotonic() > give_up:
                    log.error("receipt.lost", number=sending.number, result=str(settlement.result))
                    self._figures.count("receipts_lost")
                    return None
            await asyncio.sleep(pause)
            pause = min(2.0, pause * 2)

    async def _tell_lost(self, sending: Sending, settlement: Settlement) -> None:
        """A word that will never arrive, or of which nobody knows, is ops' business, unless the
        customer left. What became of an alert is no new alert in the same chat.
        """
        refused = settlement.result is SendResult.FAILED
        unsure = settlement.result is SendResult.UNKNOWN and sending.attempt > 1
        to_us = sending.conversation == self._alert_lane
        if not (refused or unsure) or (settlement.unreachable and not to_us):
            return
        name = UNTOLD_ALERT if to_us else REFUSED_ALERT if refused else UNSURE_ALERT
        where = f"number {sending.number} in {sending.conversation} {settlement.reason}".rstrip()
        try:
            await self._house.alert(name, where)
        except StoreDown:
            log.warning("alert.not_kept", alert=name)

    def _note(self, settlement: Settlement, seconds: float) -> None:
        self._figures.count(f"sends_{settlement.result}")
        if settlement.result is SendResult.SENT:
            self._figures.observe("send_seconds", seconds)

    async def _round(self) -> float:
        """Take what is due and there is room for; returns how long there is nothing to do."""
        self._knock.clear()
        room = self._pace.slots - len(self._tasks)
        if room <= 0:
            return LOOK_SECONDS  # a word that ends knocks
        begun, most = time.monotonic(), min(_TAKE_MOST, room)
        try:
            taken = await self._sends.take(self._pace.owner, most, self._pace.limits)
        except StoreDown:
            return LOOK_SECONDS
        for sending in taken.sendings:
            self._spawn(sending, begun)
        if len(taken.sendings) == most:
            return 0.0
        return (
            LOOK_SECONDS
            if taken.next_due_ms < 0
            else min(LOOK_SECONDS, max(SHORTEST_SECONDS, taken.next_due_ms / 1000))
        )

    def _spawn(self, sending: Sending, begun: float) -> None:
        task = asyncio.create_task(self.deliver(sending, begun))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        full = len(self._tasks) >= self._pace.slots
        self._tasks.discard(task)
        if full:
            self._knock.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery.broke", error=type(error).__name__)

    async def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        try:
            await asyncio.wait_for(self._knock.wait(), seconds)
        except TimeoutError:
            return

    async def _listen(self) -> None:
        """Turn knocks of other processes into ours."""
        while True:
            try:
                await self._house.wait_for("sends", 5)
            except StoreDown:
                await asyncio.sleep(LOOK_SECONDS)
            self._knock.set()
