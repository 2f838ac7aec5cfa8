"""What the phone page reads at its start: who there is, what was said, what the bot offers."""

from __future__ import annotations

from bot.sandbox.bots import Bot
from bot.sandbox.chats import Chat
from bot.sandbox.errors import Json
from bot.sandbox.exchange import Exchange
from bot.sandbox.methods.profile import commands_for

OTHERS_SHOWN = 20


def state(exchange: Exchange, bot: Bot) -> Json:
    """The bot, the demo customers and the last few others, each with the end of their chat."""
    world = exchange.world
    demo = [customer for customer in world.customers.values() if customer.demo]
    others = [
        world.customers[chat.id]
        for chat in bot.chats.values()
        if chat.id in world.customers and not world.customers[chat.id].demo
    ]
    return {
        "cursor": exchange.feed.cursor(),
        "bot": _bot_view(exchange, bot),
        "customers": [
            {
                **customer.card(),
                **_summary(bot.chats.get(customer.id)),
                "commands": commands_for(bot.commands, customer.id, customer.language_code),
            }
            for customer in demo + others[-OTHERS_SHOWN:]
        ],
    }


def history(exchange: Exchange, chat: Chat, after: int) -> Json:
    """The bubbles of a chat after a message, what surrounds them, and where the events go on."""
    return {
        "cursor": exchange.feed.cursor(),
        "chat": chat.view(),
        "bubbles": [bubble.view() for bubble in chat.bubbles.values() if bubble.id > after],
    }


def _bot_view(exchange: Exchange, bot: Bot) -> Json:
    return {
        "id": bot.id,
        "name": bot.first_name,
        "username": bot.username,
        "connected": bot.connected(exchange.clock.now()),
        "descriptions": {
            name.partition("/")[2]: text
            for name, text in bot.texts.items()
            if name.startswith("description/")
        },
    }


def _summary(chat: Chat | None) -> Json:
    if chat is None:
        return {"last": None, "unread": 0}
    unread = sum(
        1 for bubble in chat.bubbles.values() if bubble.from_bot and bubble.id > chat.read_id
    )
    last = next(reversed(chat.bubbles.values()), None)
    return {"last": last.view() if last is not None else None, "unread": unread}
