"""The exchange both sides are plugged into: bots speak through it, customers speak through it.

It owns the world, its limits, its faults and its log of accepted messages.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.bots import Bot
from bot.sandbox.chats import Bubble, Chat
from bot.sandbox.clock import SYSTEM_CLOCK, Clock
from bot.sandbox.customers import Customer
from bot.sandbox.errors import Json
from bot.sandbox.faults import Faults
from bot.sandbox.feed import Feed
from bot.sandbox.files import FileStore
from bot.sandbox.journal import Journal, NoJournal
from bot.sandbox.limits import Limits
from bot.sandbox.memory import restore
from bot.sandbox.updates import Pending
from bot.sandbox.webhook import Webhooks
from bot.sandbox.world import World

KEPT_DELIVERIES = 200_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message of a bot that was accepted: when, where, by which method."""

    at: float
    bot_id: int
    chat_id: int
    message_id: int
    method: str

    def view(self) -> Json:
        """The line of the log."""
        return {
            "at": self.at,
            "bot_id": self.bot_id,
            "chat_id": self.chat_id,
            "message_id": self.message_id,
            "method": self.method,
        }


class Exchange:
    """One sandbox. `on_reply` callbacks hear of every accepted message at once, in process."""

    def __init__(
        self,
        *,
        customers: Iterable[Customer] = (),
        clock: Clock = SYSTEM_CLOCK,
        journal: Journal | None = None,
        files_dir: Path | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.clock = clock
        self.journal = journal or NoJournal()
        self.feed = Feed()
        self.world = World(clock, self.journal, self.feed)
        self.files = FileStore(files_dir, self.journal)
        self.limits = limits or Limits()
        self.faults = Faults()
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self.delivered = 0
        self.on_reply: list[Callable[[Delivery, Bubble], None]] = []
        self.webhooks = Webhooks(clock, self.journal)
        for customer in customers:
            self.world.add_customer(customer)
        restore(self.world, self.files)

    def start(self) -> None:
        """Go on with the webhooks that were set before a restart."""
        for bot in self.world.bots.values():
            self.webhooks.follow(bot)

    async def stop(self) -> None:
        """Stop calling webhooks and write what is left."""
        await self.webhooks.stop()
        await self.journal.close()

    def accept(self, bot: Bot, chat: Chat, bubble: Bubble, method: str) -> None:
        """A bot said something: show it, log it, tell who listens."""
        chat.action, chat.action_until = "", 0.0
        if bubble.keyboard is not None:
            chat.keyboard = None if bubble.keyboard.get("remove_keyboard") else bubble.keyboard
        self.world.append(chat, bubble)
        self.log_delivery(bot, chat, bubble, method)

    def log_delivery(self, bot: Bot, chat: Chat, bubble: Bubble, method: str) -> None:
        """Write one line into the log of accepted messages."""
        delivery = Delivery(self.clock.now(), bot.id, chat.id, bubble.id, method)
        self.deliveries.append(delivery)
        self.delivered += 1
        for tell in self.on_reply:
            tell(delivery, bubble)

    def arrive(
        self, bot: Bot, kind: str, payload: Json, *, expires_at: float, origin: tuple[int, int]
    ) -> int | None:
        """Queue an update for a bot; its id, or None when the bot did not ask for this kind."""
        chat_id = origin[0]
        # Telegram keeps presses in a queue of their own, so they may overtake messages.
        order_key = f"press/{chat_id}" if kind == "callback_query" else f"chat/{chat_id}"
        update_id = bot.updates.add(
            kind, payload, order_key=order_key, expires_at=expires_at, origin=origin
        )
        if bot.webhook:
            self.webhooks.follow(bot)
        return update_id

    def inject(self, bot: Bot, body: bytes, update_id: int, expires_at: float) -> None:
        """Queue an update exactly as given, decodable or not."""
        key = f"raw/{update_id}"
        bot.updates.store(Pending(update_id, body, key, expires_at))
        self.webhooks.follow(bot)
