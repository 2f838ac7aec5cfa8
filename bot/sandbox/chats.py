"""A chat and its bubbles: what one customer, or one group, and one bot have said to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.errors import Json


@dataclass(slots=True)
class Bubble:
    """One message as a chat shows it. `message` is exactly what the Bot API shows of it."""

    message: Json
    from_bot: bool
    keyboard: Json | None = None
    silent: bool = False
    reaction: str = ""

    @property
    def id(self) -> int:
        """Its number in the chat."""
        return int(self.message["message_id"])

    def record(self) -> Json:
        """What the journal keeps, and what the phone page draws."""
        return {
            "message": self.message,
            "from_bot": self.from_bot,
            "keyboard": self.keyboard,
            "silent": self.silent,
            "reaction": self.reaction,
        }

    def view(self) -> Json:
        """The bubble for the phone page."""
        return self.record()


@dataclass(slots=True)
class Chat:
    """What one customer, or one group, and one bot have said to each other."""

    bot_id: int
    id: int
    info: Json
    bubbles: dict[int, Bubble] = field(default_factory=dict)
    last_message_id: int = 0
    blocked: bool = False
    confirmed_id: int = 0
    read_id: int = 0
    keyboard: Json | None = None
    action: str = ""
    action_until: float = 0.0

    @property
    def name(self) -> str:
        """Its name in the journal."""
        return f"chat/{self.bot_id}/{self.id}"

    def bubble_name(self, message_id: int) -> str:
        """The name of one of its bubbles in the journal."""
        return f"bubble/{self.bot_id}/{self.id}/{message_id}"

    def record(self) -> Json:
        """What the journal keeps, the bubbles aside."""
        return {
            "info": self.info,
            "last_message_id": self.last_message_id,
            "blocked": self.blocked,
            "confirmed_id": self.confirmed_id,
            "read_id": self.read_id,
            "keyboard": self.keyboard,
        }

    def view(self) -> Json:
        """The state the phone page shows around the bubbles."""
        return {
            "blocked": self.blocked,
            "confirmed_id": self.confirmed_id,
            "read_id": self.read_id,
            "keyboard": self.keyboard,
            "action": self.action,
            "action_until": self.action_until,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Several customers and bots in one chat."""

    chat: Json
    members: list[int]

    def record(self) -> Json:
        """What the journal keeps."""
        return {"chat": self.chat, "members": self.members}
