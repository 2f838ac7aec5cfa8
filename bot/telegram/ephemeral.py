"""Small courtesies that may be lost: an answered press, used buttons that go, "typing …".

No ledger, no order, no retry. They never count as an answer, and when Telegram is busy they are
the first to be left out.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bot.telegram.addresses import address_of
from bot.telegram.api import BotApi
from bot.telegram.mail import Press
from bot.telegram.render import Call, render_buttons, render_typing
from handoff.conversation import ConversationId
from handoff.errors import ChannelBusy, ChannelError

TYPING_SECONDS = 4.0
"""Telegram shows it for five."""
_MOST = 32
_KEPT = 2_000
_TIMEOUT_SECONDS = 5.0


class Ephemeral:
    """Shows courtesies beside the real work, at most some at a time."""

    def __init__(self, api: BotApi, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._typing: dict[ConversationId, float] = {}
        self._quiet_until = 0.0

    def answer_press(self, press: str) -> None:
        """Take the waiting mark off a pressed button."""
        self._show(Call("answerCallbackQuery", {"callback_query_id": press}))

    def retire(self, press: Press) -> None:
        """Leave only the mark of what was pressed under a message; links and copying stay."""
        self._show(render_buttons(address_of(press.conversation), press.message_id, press.kept))

    def typing(self, conversation: ConversationId) -> None:
        """Show that somebody is at it; more often than every four seconds changes nothing."""
        now = self._clock()
        if now - self._typing.get(conversation, -TYPING_SECONDS) < TYPING_SECONDS:
            return
        self._typing.pop(conversation, None)
        self._typing[conversation] = now
        if len(self._typing) > _KEPT:
            del self._typing[next(iter(self._typing))]
        self._show(render_typing(address_of(conversation)))

    async def close(self) -> None:
        """Leave out what is not shown yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _show(self, call: Call) -> None:
        if len(self._tasks) >= _MOST or self._clock() < self._quiet_until:
            return
        task = asyncio.create_task(self._shown(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _shown(self, call: Call) -> None:
        try:
            await self._api.call(call.method, call.payload, _TIMEOUT_SECONDS)
        except ChannelBusy as busy:
            self._quiet_until = self._clock() + busy.retry_after_seconds
        except ChannelError:
            return
