"""Everything there is in the sandbox: customers, groups, bots, and what was said in each chat.

It holds state and hands out ids. What a bot may do is in `methods`, what a customer may do in
`acting`; here nothing is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.bots import Bot
from bot.sandbox.chats import Bubble, Chat, Group
from bot.sandbox.clock import Clock
from bot.sandbox.customers import Customer
from bot.sandbox.errors import Json
from bot.sandbox.feed import Feed
from bot.sandbox.journal import Journal
from bot.sandbox.updates import Pending

KEPT_BUBBLES = 500
NOBODY = 0
"""The id of the bot that has not connected yet; the first token that comes takes its place."""


@dataclass(slots=True)
class Mark:
    """A number that must not be handed out twice, as the journal keeps it."""

    value: int

    def record(self) -> Json:
        """What the journal keeps."""
        return {"value": self.value}


class World:
    """All of it, and the two that hear of every change: the journal and the feed."""

    def __init__(self, clock: Clock, journal: Journal, feed: Feed) -> None:
        self.clock = clock
        self.journal = journal
        self.feed = feed
        self.customers: dict[int, Customer] = {}
        self.groups: dict[int, Json] = {}
        self.usernames: dict[str, int] = {}
        self.bots: dict[int, Bot] = {}
        self.current = self.add_bot(NOBODY)

    def add_customer(self, customer: Customer) -> None:
        """A new phone; the seeds know their own customers, the journal keeps the others."""
        self.customers[customer.id] = customer
        if customer.username:
            self.usernames[customer.username.lower()] = customer.id
        if not customer.demo:
            self.journal.put(f"customer/{customer.id}", customer)

    def add_group(self, group_id: int, chat: Json, members: list[int]) -> None:
        """A new group with these customers in it."""
        group = Group(chat, members)
        self.groups[group_id] = group.record()
        self.journal.put(f"group/{group_id}", group)

    def add_bot(self, bot_id: int) -> Bot:
        """A new bot whose updates are written down as they come and go."""
        bot = self.bots[bot_id] = Bot(bot_id, self.clock)
        bot.first_name = "Warmline" if bot_id == NOBODY else f"Bot {bot_id}"
        bot.updates.on_stored = lambda pending: self._stored(bot, pending)
        bot.updates.on_done = lambda pending: self._done(bot, pending)
        return bot

    def bot(self, bot_id: int) -> Bot:
        """The bot with this id. The first ever inherits what customers said before it came."""
        found = self.bots.get(bot_id)
        if found is None:
            if NOBODY in self.bots:
                found = self._adopt(self.bots.pop(NOBODY), bot_id)
            else:
                found = self.add_bot(bot_id)
            self.save_bot(found)
        return found

    def turn_to(self, bot: Bot) -> None:
        """From now on the phones show this bot."""
        if self.current is not bot:
            self.current = bot
            self.journal.put("current/bot", Mark(bot.id))
            self.tell_of_bot(bot)

    def tell_of_bot(self, bot: Bot) -> None:
        """The phones should look at the bot's profile again."""
        self.feed.publish(self.clock.now(), "bot", 0, {"bot_id": bot.id})

    def chat(self, bot: Bot, chat_id: int) -> Chat | None:
        """The chat of this bot with a customer or group; opened when there was none."""
        found = bot.chats.get(chat_id)
        if found is not None:
            return found
        if chat_id in self.customers:
            info = self.customers[chat_id].chat
        elif chat_id in self.groups:
            info = self.groups[chat_id]["chat"]
        else:
            return None
        chat = bot.chats[chat_id] = Chat(bot.id, chat_id, info)
        return chat

    def append(self, chat: Chat, bubble: Bubble) -> None:
        """One more bubble in a chat; the oldest fall off its end."""
        chat.bubbles[bubble.id] = bubble
        self.save_bubble(chat, bubble)
        self.journal.put(chat.name, chat)
        if len(chat.bubbles) > KEPT_BUBBLES:
            oldest = next(iter(chat.bubbles))
            del chat.bubbles[oldest]
            self.journal.drop(chat.bubble_name(oldest))
        self.feed.publish(self.clock.now(), "message", chat.id, bubble)

    def change(self, chat: Chat, bubble: Bubble) -> None:
        """A bubble says something else now."""
        self.save_bubble(chat, bubble)
        self.feed.publish(self.clock.now(), "edited", chat.id, bubble)

    def remove(self, chat: Chat, message_id: int) -> None:
        """A bubble is gone from both sides."""
        del chat.bubbles[message_id]
        self.journal.drop(chat.bubble_name(message_id))
        self.feed.publish(self.clock.now(), "deleted", chat.id, {"message_id": message_id})

    def next_message_id(self, chat: Chat) -> int:
        """The next number of this chat."""
        chat.last_message_id += 1
        return chat.last_message_id

    def save_bot(self, bot: Bot) -> None:
        """The profile, commands or webhook changed."""
        self.journal.put(f"bot/{bot.id}", bot)

    def save_chat(self, chat: Chat) -> None:
        """Something around the bubbles changed."""
        self.journal.put(chat.name, chat)
        self.feed.publish(self.clock.now(), "chat", chat.id, chat)

    def save_bubble(self, chat: Chat, bubble: Bubble) -> None:
        """Note a bubble in the journal."""
        self.journal.put(chat.bubble_name(bubble.id), bubble)

    def _adopt(self, nobody: Bot, bot_id: int) -> Bot:
        for chat in nobody.chats.values():
            self.journal.drop(chat.name)
            for bubble in chat.bubbles.values():
                self.journal.drop(chat.bubble_name(bubble.id))
                self.journal.put(f"bubble/{bot_id}/{chat.id}/{bubble.id}", bubble)
            chat.bot_id = bot_id
            self.journal.put(chat.name, chat)
        for pending in nobody.updates:
            self.journal.drop(f"update/{NOBODY}/{pending.update_id}")
            self.journal.put(f"update/{bot_id}/{pending.update_id}", pending)
        self.journal.drop(f"bot/{NOBODY}")
        nobody.id = bot_id
        self.bots[bot_id] = nobody
        self.journal.put(f"mark/{bot_id}", Mark(nobody.updates.last_update_id))
        return nobody

    def _stored(self, bot: Bot, pending: Pending) -> None:
        self.journal.put(f"update/{bot.id}/{pending.update_id}", pending)
        self.journal.put(f"mark/{bot.id}", Mark(pending.update_id))

    def _done(self, bot: Bot, pending: Pending) -> None:
        self.journal.drop(f"update/{bot.id}/{pending.update_id}")
        chat = bot.chats.get(pending.chat_id)
        if chat is not None and pending.message_id > chat.confirmed_id:
            chat.confirmed_id = pending.message_id
            self.journal.put(chat.name, chat)
            self.feed.publish(
                self.clock.now(), "confirmed", chat.id, {"message_id": pending.message_id}
            )
