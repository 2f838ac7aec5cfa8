"""One bot as Telegram knows it: its profile, its chats, and the updates it has not confirmed."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass

from bot.sandbox.chats import Chat
from bot.sandbox.clock import Clock
from bot.sandbox.errors import Json
from bot.sandbox.limits import Budget
from bot.sandbox.updates import CALLBACK_SECONDS, UpdateQueue

CONNECTED_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Callback:
    """A pressed button that waits for its answer."""

    chat_id: int
    message_id: int
    pressed_at: float


class Bot:
    """One bot: its profile, its chats, its updates and what it may still spend."""

    def __init__(self, bot_id: int, clock: Clock) -> None:
        self.id = bot_id
        self.first_name = "Bot"
        self.texts: dict[str, str] = {}
        self.commands: dict[str, list[Json]] = {}
        self.menu_buttons: dict[str, Json] = {}
        # Random, as Telegram's own become after a quiet week: a fresh sandbox in front of a bot
        # that remembers an older one must not repeat ids.
        self.updates = UpdateQueue(clock, 100_000_000 + secrets.randbelow(800_000_000))
        self.chats: dict[int, Chat] = {}
        self.callbacks: dict[str, Callback] = {}
        self.webhook: Json = {}
        self.budget = Budget()
        self.calls: Counter[str] = Counter()
        self.polled_at = 0.0

    @property
    def username(self) -> str:
        """Made from the id: no two bots share it."""
        return f"sandbox_{self.id}_bot"

    @property
    def user(self) -> Json:
        """The bot as a sender."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.first_name,
            "username": self.username,
        }

    def connected(self, now: float) -> bool:
        """Whether somebody receives this bot's updates."""
        if self.webhook.get("url"):
            return True
        return self.updates.polled or now - self.polled_at < CONNECTED_SECONDS

    def callback(self, callback_id: str, now: float) -> Callback | None:
        """Take the pressed button with this id, unless it is too old."""
        found = self.callbacks.pop(callback_id, None)
        if found is None or now - found.pressed_at > CALLBACK_SECONDS:
            return None
        return found

    def record(self) -> Json:
        """What the journal keeps, chats and updates aside."""
        return {
            "first_name": self.first_name,
            "texts": self.texts,
            "commands": self.commands,
            "menu_buttons": self.menu_buttons,
            "webhook": self.webhook,
            "allowed": None if self.updates.allowed is None else sorted(self.updates.allowed),
        }
