"""Telegram's side of a run: the sandbox in the harness's own process, every fact of it written into
the history. No tests here.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from aiohttp.web import BaseRequest, StreamResponse

from bot.sandbox.bots import Bot
from bot.sandbox.chats import Bubble
from bot.sandbox.client import SandboxClient
from bot.sandbox.exchange import Delivery, Exchange
from bot.sandbox.params import Params, read_params
from bot.sandbox.pictures import Pictures
from bot.sandbox.server import SandboxServer, open_ephemeral_exchange
from bot.sandbox.updates import Pending
from tests.faults.evidence import PROMISE
from tests.faults.history import (
    CallRefused,
    Recorder,
    Shown,
    ToastShown,
    UpdateConfirmed,
    UpdateOffered,
    now_ms,
)
from tests.faults.marks import marks_in
from tests.flows.seeds import SEEDS

BOT_ID = 4242
TOKEN = f"{BOT_ID}:faults"
FRESH_SECONDS = 15.0
"""A message unanswered for longer waits for a person, not for the machine."""
UNNOTED_SECONDS = 0.2
_RECEIVING = frozenset({"getupdates", "deletewebhook", "setwebhook", "getwebhookinfo", "getme"})
_began: ContextVar[float] = ContextVar("began", default=0.0)


class Telegram:
    """One exchange and what is under way in it."""

    def __init__(self, recorder: Recorder) -> None:
        self.exchange: Exchange = open_ephemeral_exchange(SEEDS)
        self.exchange.limits.enabled = False
        self.server = SandboxServer(self.exchange, Pictures(SEEDS / "demo" / "pictures"))
        self.shown = 0
        self._shown_at = 0.0
        self.named: set[str] = set()
        """Marks that some text shown to a customer has named."""
        self.promised: Counter[int] = Counter()
        """How often each chat was told that a person comes."""
        self._recorder = recorder
        self._calls = 0
        self._unanswered: dict[int, float] = {}
        self._offered_at: dict[int, float] = {}
        self._watch()

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def bot(self) -> Bot:
        """The bot under test."""
        return self.exchange.world.bot(BOT_ID)

    def in_flight(self, fresh_seconds: float = FRESH_SECONDS) -> int:
        """Updates not confirmed, calls not answered, chats that wait for their answer, and a word
        shown so lately that nobody may have noted it.
        """
        now = time.monotonic()
        unanswered = sum(at > now - fresh_seconds for at in self._unanswered.values())
        unnoted = self._shown_at > now - UNNOTED_SECONDS
        return self.bot.updates.count() + self._calls + unanswered + unnoted

    def is_open(self, seconds: float) -> bool:
        """Whether anything is in flight that was written or offered so lately: the bot can answer
        only what it was offered, which a busy machine may do long after it was written.
        """
        since = time.monotonic() - seconds
        return self.in_flight(seconds) > 0 or any(at > since for at in self._offered_at.values())

    def _watch(self) -> None:
        exchange, api = self.exchange, self.server._bot_api
        exchange.on_reply.append(self._heard)
        bot = self.bot
        done = bot.updates.on_done
        stored = bot.updates.on_stored

        def on_done(pending: Pending) -> None:
            done(pending)
            self._recorder.note(
                UpdateConfirmed(at_ms=now_ms(), update_id=pending.update_id, chat=pending.chat_id)
            )

        def on_stored(pending: Pending) -> None:
            stored(pending)
            self._unanswered[pending.chat_id] = time.monotonic()

        bot.updates.on_done, bot.updates.on_stored = on_done, on_stored
        post, result, handle = exchange.webhooks.post, api._result, api.handle

        async def posted(bot: Bot, pending: Pending) -> tuple[int, float | None, bytes]:
            self._offered([pending], "webhook")
            return await post(bot, pending)

        async def resulted(bot: Bot, method: str, params: Params) -> bytes:
            body = await result(bot, method, params)
            if method == "getupdates" and body != b"[]":
                self._offered(_batch_of(bot, params), "poll")
            elif method == "answercallbackquery":
                self._toasted(bot, params)
            return body

        async def handled(request: BaseRequest) -> StreamResponse:
            _began.set(now_ms())
            waits = request.path.rpartition("/")[2].lower() in _RECEIVING
            self._calls += not waits
            try:
                answer = await handle(request)
            finally:
                self._calls -= not waits
            if answer.status != 200:
                await self._refused(request, answer.status)
            return answer

        exchange.webhooks.post = posted  # type: ignore[method-assign]
        api._result = resulted  # type: ignore[method-assign]
        api.handle = handled  # type: ignore[method-assign]

    def _heard(self, delivery: Delivery, bubble: Bubble) -> None:
        self.shown += 1
        self._shown_at = time.monotonic()
        self._unanswered.pop(delivery.chat_id, None)
        self._offered_at.pop(delivery.chat_id, None)
        message = bubble.message
        text = str(message.get("text") or message.get("caption") or "")
        self.named.update(marks_in(text))
        self.promised[delivery.chat_id] += bool(PROMISE.search(text))
        self._recorder.note(
            Shown(
                at_ms=now_ms(),
                began_ms=_began.get(),
                chat=delivery.chat_id,
                message_id=delivery.message_id,
                text=text,
                method=delivery.method,
                reply_to=int(message.get("reply_to_message", {}).get("message_id", 0)),
                edited=delivery.method.startswith("edit"),
            )
        )

    def _offered(self, batch: list[Pending], way: str) -> None:
        at = now_ms()
        self._offered_at.update(dict.fromkeys((one.chat_id for one in batch), time.monotonic()))
        self._recorder.note(
            *(
                UpdateOffered(at_ms=at, update_id=one.update_id, chat=one.chat_id, way=way)
                for one in batch
            )
        )

    def _toasted(self, bot: Bot, params: Params) -> None:
        toast = params.text("callback_query_id")
        found = self._pressed_in.get(toast, 0)
        self._recorder.note(ToastShown(at_ms=now_ms(), chat=found, callback_id=toast))

    @property
    def _pressed_in(self) -> dict[str, int]:
        """In which chat each answered button was pressed, from the exchange's own feed."""
        return {
            event.shown["callback_id"]: event.chat_id
            for event in list(self.exchange.feed._events)[-50:]
            if event.kind == "answered" and isinstance(event.shown, dict)
        }

    async def _refused(self, request: BaseRequest, code: int) -> None:
        params: Any = await read_params(request)
        chat = params.text("chat_id")
        self._recorder.note(
            CallRefused(
                at_ms=now_ms(),
                chat=int(chat) if chat.lstrip("-").isdigit() else 0,
                method=request.path.rpartition("/")[2],
                code=code,
            )
        )


def _batch_of(bot: Bot, params: Params) -> list[Pending]:
    limit = min(max(params.integer("limit", 100), 1), 100)
    return bot.updates._batch(limit)


@asynccontextmanager
async def telegram_running(recorder: Recorder) -> AsyncIterator[tuple[Telegram, SandboxClient]]:
    """Telegram until the block ends, and a client for its customers."""
    telegram = Telegram(recorder)
    await telegram.server.start(0)
    try:
        async with SandboxClient(telegram.url, bot_id=BOT_ID) as phone:
            yield telegram, phone
    finally:
        await telegram.server.stop()
