"""Alerts to a Telegram chat, said like any other notice: in a lane, under the limits.

Only a store that is away is told past the lanes, because they are in it.
"""

from __future__ import annotations

from bot.telegram.addresses import conversation_of
from bot.telegram.api import BotApi
from handoff.conversation import Author, ConversationId
from handoff.errors import ChannelError
from handoff.ops.telling import SinkFailed, Told
from handoff.upkeep import Upkeep
from handoff.words import Body, Word, WordKind

ALERT_LIFE_MS = 3_600_000


class ChatSink:
    """Queues alerts in the lane of a chat."""

    name = "chat"

    def __init__(self, upkeep: Upkeep, bot_id: int, chat_id: int) -> None:
        self.conversation: ConversationId = conversation_of(bot_id, chat_id)
        self._upkeep = upkeep

    async def tell(self, told: Told) -> None:
        """Queue it, once; raises StoreDown."""
        word = Word(WordKind.NOTICE, Author.SYSTEM, Body(told.text()), life_ms=ALERT_LIFE_MS)
        await self._upkeep.notify(self.conversation, word, op=told.op)


class DirectSink:
    """Says an alert at once, without a store: no lane, no receipt, no second try."""

    name = "chat"

    def __init__(self, api: BotApi, chat_id: int) -> None:
        self._api = api
        self._chat_id = chat_id

    async def tell(self, told: Told) -> None:
        """Say it; raises SinkFailed."""
        try:
            await self._api.call("sendMessage", {"chat_id": self._chat_id, "text": told.text()})
        except ChannelError:
            raise SinkFailed("the alert chat was not told") from None
