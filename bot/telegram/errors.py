"""What the Bot API can answer or leave open; the type decides what happens next.

`NotWritten` and `ChannelDown` are safe to repeat, `OutcomeUnknown` at most once. No error carries
Telegram's text, which may quote a customer, nor the address, which holds the token.
"""

from __future__ import annotations

from handoff.errors import ChannelError, HandoffError


class ChannelRefused(ChannelError):
    """Final: this call will never work like this. `code` is HTTP-like, `reason` our own word for
    it.
    """

    def __init__(self, code: int, reason: str, *, migrated_to: int = 0) -> None:
        super().__init__(f"refused with {code}: {reason}")
        self.code = code
        self.reason = reason
        self.migrated_to = migrated_to
        """The chat id a group moved to, 0 when it did not."""


class ChannelDown(ChannelError):
    """Temporary: the Bot API answered that it cannot answer (5xx)."""


class NotWritten(ChannelError):
    """Temporary: no connection came about, so nothing was said."""


class OutcomeUnknown(ChannelError):
    """The request left and no answer came back: it may or may not have been said."""


class TokenRevoked(ChannelError):
    """Telegram does not know this token (any more); a person must look."""

    def __init__(self) -> None:
        super().__init__("the bot token is not accepted")


class PollConflict(ChannelError):
    """Somebody else polls with this token, or a webhook is set."""


class UnreadableUpdate(HandoffError):
    """An update that names no conversation we could put it into; `reason` is a short word for the
    dead letters.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
