"""What became of a conversation, in one word: for whoever replays messages through the product.

Reads the store; says nothing and changes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.state import State
from handoff.conversation import ConversationId, Holder
from handoff.errors import ConversationNotFound
from handoff.ports import Conversations
from handoff.settings import StoreSettings
from handoff.state import encode_state
from handoff.store.redis import open_store
from handoff.store.server import resolve_url

HANDED_OVER, ASKED_BACK, ANSWERED, NOTHING = "handed over", "asked back", "answered", "no reply"


async def outcome_of(conversations: Conversations, conversation_id: ConversationId) -> str:
    """Who has it now, or whether the bot's last word was a question."""
    try:
        conversation = await conversations.conversation(conversation_id, rows=1)
    except ConversationNotFound:
        return NOTHING
    if conversation.holder is not Holder.BOT:
        return HANDED_OVER
    state = State.decode(encode_state(conversation.state))
    return ASKED_BACK if state.asks or state.misses or state.form else ANSWERED


@asynccontextmanager
async def outcomes_of_bot(bot_id: int) -> AsyncIterator[Callable[[int], Awaitable[str]]]:
    """Outcomes by chat id, of the shop that runs here. Raises StartRefused when none does."""
    settings = StoreSettings()
    async with open_store(resolve_url(settings), settings.shop) as store:
        yield lambda chat_id: outcome_of(
            store.conversations, ConversationId(f"tg-{bot_id}-{chat_id}")
        )
