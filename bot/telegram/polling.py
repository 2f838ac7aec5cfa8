"""The long poll: ask Telegram for updates on raw JSON, write them down, and only then ask for the
next.

Of all processes of a bot one polls: it leads, and renews its lead beside the open request. The
first request of a leader names no offset: Telegram knows what was confirmed, and what comes twice
is written down once.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from enum import StrEnum

import structlog

from bot.telegram.api import BotApi
from bot.telegram.backlog import TOKEN_ALERT, UNREACHABLE_ALERT
from bot.telegram.decoding import Update, next_offset, updates_of
from bot.telegram.errors import PollConflict, TokenRevoked, UnreadableUpdate
from bot.telegram.intake import Intake, calls_left
from bot.telegram.mail import ALLOWED_UPDATES
from handoff.errors import ChannelBusy, ChannelError, StoreDown
from handoff.ports import House

CONFLICT_ALERT = "telegram_conflict"
ALERT_AFTER_FAILURES = 5
STILL_SECONDS = 90.0

log = structlog.get_logger()


class PollState(StrEnum):
    """What the health page shows."""

    STANDBY = "standby"
    LEADING = "leading"
    CONFLICT = "conflict"
    UNREACHABLE = "unreachable"
    STORE_DOWN = "store_down"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PollPace:
    """How long things take; tests pass shorter times."""

    long_poll_seconds: int = 25
    answer_seconds: float = 15
    """For the answer, after the long poll itself."""
    lease_ms: int = 3_000
    renew_seconds: float = 1
    backoff_first_seconds: float = 0.3
    backoff_most_seconds: float = 10
    conflict_first_seconds: float = 1
    conflict_most_seconds: float = 10


class Poller:
    """Polls while it leads. `run` ends after `stop`, or with TokenRevoked."""

    def __init__(
        self, api: BotApi, intake: Intake, *, house: House, pace: PollPace | None = None
    ) -> None:
        self.state = PollState.STANDBY
        self.polled_at = 0.0
        """Monotonic time of the last answer of Telegram, for the health page."""
        self._api = api
        self._intake = intake
        self._house = house
        self._pace = pace or PollPace()
        self._lead = f"poll-{intake.account.bot_id}"
        self._stopping = asyncio.Event()
        self._deposed = asyncio.Event()
        self._request: asyncio.Task[bytes] | None = None
        self._offset = 0
        self._failures = 0
        self._conflicts = 0
        self._alerted: set[str] = set()

    async def run(self) -> None:
        """Wait to lead, then poll; again and again until `stop`."""
        try:
            while not self._stopping.is_set():
                leads = await self._leads()
                if leads:
                    await self._reign()
                else:
                    self.state = PollState.STORE_DOWN if leads is None else PollState.STANDBY
                    await self._pause(self._pace.renew_seconds, self._stopping)
        finally:
            self.state = PollState.STOPPED
            await self._intake.close()

    def trouble(self) -> str:
        """Why nothing is received; empty when all is well, or another process polls."""
        if self.state in (PollState.STANDBY, PollState.STORE_DOWN):
            return ""
        if self.state is not PollState.LEADING:
            return f"polling: {self.state}"
        quiet = time.monotonic() - self.polled_at if self.polled_at else 0.0
        return "polling stands still" if quiet > STILL_SECONDS else ""

    def stop(self) -> None:
        """Let the open request go; what was received is still written down."""
        self._stopping.set()
        self._depose()

    async def _reign(self) -> None:
        self._deposed.clear()
        self._offset, self._failures = 0, 0
        keeper = asyncio.create_task(self._keep_lead(), name="poll-lead")
        try:
            await self._take_over_from_webhook()
            while not self._deposed.is_set() and not self._stopping.is_set():
                await self._poll()
                await calls_left()  # turns and what they write down first
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await self._step_down()

    async def _poll(self) -> None:
        """One request and what follows from it; every failure waits, none escapes but a revoked
        token.
        """
        try:
            updates = await self._ask()
            if updates:
                await self._intake.receive(updates)
                self._offset = next_offset(updates)
            await self._fine()
        except TokenRevoked:
            await self._alert(TOKEN_ALERT, "the Bot API does not accept BOT_TOKEN")
            raise
        except StoreDown:
            await self._failed(PollState.STORE_DOWN)
        except PollConflict:
            self.state = PollState.CONFLICT
            await self._alert(CONFLICT_ALERT, "somebody else polls with this bot's token")
            # One may pass, as at a deploy; with one that stays nobody must fight.
            longest = self._pace.conflict_first_seconds * 2 ** min(self._conflicts, 10)
            self._conflicts += 1
            most = min(longest, self._pace.conflict_most_seconds)
            await self._pause(most * random.uniform(0.8, 1.2))
        except ChannelBusy as busy:
            await self._pause(busy.retry_after_seconds)
        except (ChannelError, UnreadableUpdate):
            await self._failed(PollState.UNREACHABLE)
        except (
            Exception
        ) as error:  # a poll that ends by a mistake of ours leaves every customer alone
            log.error("poll.broke", error=type(error).__name__, exc_info=error)
            await self._failed(PollState.UNREACHABLE)

    async def _ask(self) -> list[Update]:
        seconds = self._pace.long_poll_seconds
        question: dict[str, object] = {"timeout": seconds, "allowed_updates": ALLOWED_UPDATES}
        if self._offset:
            question["offset"] = self._offset
        self._request = asyncio.ensure_future(
            self._api.raw("getUpdates", question, seconds + self._pace.answer_seconds)
        )
        try:
            answer = await self._request
        except asyncio.CancelledError:
            if self._deposed.is_set() and self._request.cancelled():
                return []
            raise
        finally:
            self._request = None
        self.polled_at = time.monotonic()
        return updates_of(answer)

    async def _fine(self) -> None:
        self._failures = self._conflicts = 0
        if not self._deposed.is_set():
            self.state = PollState.LEADING
        for name in tuple(self._alerted):
            await self._house.clear_alert(name)
            self._alerted.discard(name)

    async def _failed(self, state: PollState) -> None:
        self.state = state
        self._failures += 1
        if state is PollState.UNREACHABLE and self._failures >= ALERT_AFTER_FAILURES:
            await self._alert(UNREACHABLE_ALERT, "the Bot API does not answer")
        longest = min(
            self._pace.backoff_most_seconds,
            self._pace.backoff_first_seconds * 2 ** min(self._failures, 10),
        )
        await self._pause(longest * random.uniform(0.5, 1))

    async def _take_over_from_webhook(self) -> None:
        """A webhook left over from another mode would refuse the poll; pending updates are kept."""
        try:
            await self._api.call("deleteWebhook", {"drop_pending_updates": False})
        except TokenRevoked:
            await self._alert(TOKEN_ALERT, "the Bot API does not accept BOT_TOKEN")
            raise
        except ChannelError:
            return  # the poll itself will tell

    async def _leads(self) -> bool | None:
        """Whether we lead; None when nobody knows."""
        try:
            return await self._house.lead(
                self._lead, self._intake.account.owner, lease_ms=self._pace.lease_ms
            )
        except StoreDown:
            return None
        except Exception as error:  # as above: not knowing is survived, a dead keeper is not
            log.error("poll.lead_broke", error=type(error).__name__, exc_info=error)
            return None

    async def _keep_lead(self) -> None:
        """Renew the lead; step down when somebody else has it, or when it may have run out."""
        renewed = time.monotonic()
        while not self._deposed.is_set():
            await asyncio.sleep(self._pace.renew_seconds)
            asked = time.monotonic()
            leads = await self._leads()
            if leads:
                renewed = asked
                continue
            ends = renewed + self._pace.lease_ms / 1000 - self._pace.renew_seconds
            if leads is False or time.monotonic() >= ends:
                log.warning("poll.deposed", store_down=leads is None)
                self._depose()

    def _depose(self) -> None:
        self._deposed.set()
        if self._request is not None:
            self._request.cancel()

    async def _step_down(self) -> None:
        try:
            await self._house.yield_lead(self._lead, self._intake.account.owner)
        except StoreDown:
            return  # the lease ends by itself

    async def _alert(self, name: str, detail: str) -> None:
        try:
            await self._house.alert(name, detail)
            self._alerted.add(name)
        except StoreDown:
            log.warning("alert.not_kept", alert=name)

    async def _pause(self, seconds: float, over: asyncio.Event | None = None) -> None:
        """Wait, but not beyond the end of the lead."""
        try:
            await asyncio.wait_for((over or self._deposed).wait(), seconds)
        except TimeoutError:
            return
