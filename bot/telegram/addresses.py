"""Where a conversation is on Telegram: bot, chat and business connection, spelled as one id and
read back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.telegram.errors import UnreadableUpdate
from handoff.conversation import ConversationId

_ID_LIMIT = 128


@dataclass(frozen=True, slots=True)
class Address:
    """One chat with one bot; a business chat may share its id with a normal one, so `business`
    keeps them apart.
    """

    bot_id: int
    chat_id: int
    business: str = ""

    @property
    def is_group(self) -> bool:
        """Groups have negative ids."""
        return self.chat_id < 0


def conversation_of(bot_id: int, chat_id: int, business: str = "") -> ConversationId:
    """Spell the id: `tg-<bot>-<chat>`, with the business connection behind it."""
    if not business:
        return ConversationId(f"tg-{bot_id}-{chat_id}")
    if len(business) > _ID_LIMIT or not business.replace("-", "").replace("_", "").isalnum():
        raise UnreadableUpdate("business connection")
    return ConversationId(f"tg-{bot_id}-{chat_id}-{business}")


@lru_cache(maxsize=4096)
def address_of(conversation: ConversationId) -> Address:
    """Read an id back; raises ValueError for one that is not Telegram's."""
    channel, bot_id, rest = conversation.split("-", 2)
    if channel != "tg":
        raise ValueError("not a Telegram conversation")
    sign, rest = ("-", rest[1:]) if rest.startswith("-") else ("", rest)
    chat_id, _, business = rest.partition("-")
    return Address(int(bot_id), int(sign + chat_id), business)
