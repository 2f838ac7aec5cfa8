"""Deliver updates by POST, as Telegram does to a bot that has set a webhook.

One update is in flight per order key, which is the chat for messages. Whatever is not answered
with 2xx holds up its own key only: it is repeated at once, then after 2, 4, 8 … seconds, or after
the `Retry-After` that was asked for, until it is too old.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import orjson
import structlog

from bot.sandbox.bots import Bot
from bot.sandbox.clock import Clock
from bot.sandbox.errors import Json
from bot.sandbox.journal import Journal
from bot.sandbox.updates import Pending

ANSWER_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 64.0
LONGEST_RETRY_AFTER_SECONDS = 3600.0
GONE_SECONDS = 23 * 3600
ANSWER_BYTES = 1024 * 1024

log = structlog.get_logger(__name__)
Perform = Callable[[Bot, Json], Awaitable[object]]


class Webhooks:
    """The webhooks of all bots. `perform` runs a method that a bot put into its HTTP answer."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self.perform: Perform | None = None
        self._clock = clock
        self._journal = journal
        self._lines: dict[int, _Line] = {}
        self._session: aiohttp.ClientSession | None = None

    def follow(self, bot: Bot) -> None:
        """Deliver what waits for this bot, if it has a webhook; else stop delivering."""
        line = self._lines.get(bot.id)
        if not bot.webhook.get("url"):
            if line is not None:
                self._lines.pop(bot.id).stop()
            return
        if line is None or line.webhook is not bot.webhook:
            if line is not None:
                line.stop()
            line = self._lines[bot.id] = _Line(bot, self)
        line.offer()

    async def stop(self) -> None:
        """Stop all deliveries; what is not done stays pending."""
        stopped = [task for line in self._lines.values() for task in line.stop()]
        self._lines.clear()
        await asyncio.gather(*stopped, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def post(self, bot: Bot, pending: Pending) -> tuple[int, float | None, bytes]:
        """Post one update; the status, the pause asked for, and the body of the answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
                connector=aiohttp.TCPConnector(limit=0),
            )
        headers = {"Content-Type": "application/json"}
        if bot.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = bot.webhook["secret_token"]
        await self._journal.written()
        async with self._session.post(
            bot.webhook["url"], data=pending.body, headers=headers, allow_redirects=False
        ) as answer:
            body = await answer.content.read(ANSWER_BYTES)
            return answer.status, _seconds(answer.headers.get("Retry-After")), body

    async def sleep(self, seconds: float) -> None:
        """Wait on the sandbox's clock."""
        await self._clock.sleep(seconds)

    def now(self) -> float:
        """The sandbox's time."""
        return self._clock.now()


class _Line:
    """One bot's webhook: a queue and a task for each order key that has something to deliver."""

    def __init__(self, bot: Bot, webhooks: Webhooks) -> None:
        self.webhook = bot.webhook
        self._bot = bot
        self._webhooks = webhooks
        self._slots = asyncio.Semaphore(int(bot.webhook.get("max_connections", 40)))
        self._waiting: dict[str, deque[Pending]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._offered = 0
        self._gone_since: float | None = None

    def offer(self) -> None:
        """Take over everything newer than what was taken before."""
        for pending in list(self._bot.updates.newer_than(self._offered)):
            self._offered = pending.update_id
            waiting = self._waiting.get(pending.order_key)
            if waiting is None:
                waiting = self._waiting[pending.order_key] = deque()
                task = asyncio.create_task(self._drain(pending.order_key, waiting))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            waiting.append(pending)

    def stop(self) -> list[asyncio.Task[None]]:
        """Let go of every delivery; the tasks end as soon as the loop comes by."""
        for task in self._tasks:
            task.cancel()
        return list(self._tasks)

    async def _drain(self, key: str, waiting: deque[Pending]) -> None:
        failures = 0
        while waiting:
            pending = waiting[0]
            pause = await self._deliver(pending, failures)
            if pause is None:
                self._bot.updates.finish(waiting.popleft())
                failures = 0
            else:
                failures += 1
                await self._webhooks.sleep(pause)
        del self._waiting[key]

    async def _deliver(self, pending: Pending, failures: int) -> float | None:
        """None when the update is settled, else the seconds until the next try."""
        if pending.done or pending.expires_at <= self._webhooks.now():
            return None
        asked: float | None = None
        try:
            async with self._slots:
                status, asked, body = await self._webhooks.post(self._bot, pending)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._failed(f"{type(error).__name__}: the webhook could not be reached", None)
        else:
            if 200 <= status < 300:
                self._gone_since = None
                await self._answered(body)
                return None
            self._failed(f"Wrong response from the webhook: {status}", status)
        if asked is not None:
            return min(asked, LONGEST_RETRY_AFTER_SECONDS)
        return 0.0 if failures == 0 else min(2.0**failures, LONGEST_PAUSE_SECONDS)

    async def _answered(self, body: bytes) -> None:
        if not body.startswith(b"{") or self._webhooks.perform is None:
            return
        try:
            wanted: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            return
        if isinstance(wanted, dict) and "method" in wanted:
            await self._webhooks.perform(self._bot, wanted)

    def _failed(self, reason: str, status: int | None) -> None:
        now = self._webhooks.now()
        self.webhook["last_error_date"] = int(now)
        self.webhook["last_error_message"] = reason
        log.info("sandbox.webhook_failed", bot_id=self._bot.id, status=status)
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since > GONE_SECONDS:
            self._bot.webhook = {}
            self._webhooks.follow(self._bot)


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdigit() else None
