"""What a program sees of the sandbox: what was said, what was refused, what stayed silent."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.errors import Json


class SandboxError(Exception):
    """The sandbox refused: its HTTP status and the sentence it gave."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(f"{status}: {sentence}")
        self.status = status
        self.sentence = sentence


class NoReply(Exception):
    """The bot stayed silent for `seconds`."""

    def __init__(self, customer_id: int, seconds: float) -> None:
        super().__init__(f"no reply to {customer_id} within {seconds} s")


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer did: its number in the chat and the update it became."""

    message_id: int
    update_id: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Seen:
    """One bubble as the phone shows it."""

    message: Json
    from_bot: bool
    keyboard: Json | None = None
    silent: bool = False
    reaction: str = ""

    @property
    def id(self) -> int:
        """Its number in the chat."""
        return int(self.message["message_id"])

    @property
    def text(self) -> str:
        """Its words, of a picture the words below it."""
        return str(self.message.get("text") or self.message.get("caption") or "")

    @property
    def edited(self) -> bool:
        """Whether it once said something else."""
        return "edit_date" in self.message

    @property
    def buttons(self) -> list[str]:
        """The labels below it, row by row."""
        rows = self.message.get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]
