"""What the sandbox refuses, in the shape Telegram refuses it."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object as the wire has it: messages, updates, results."""


class ApiError(Exception):
    """A refusal of the Bot API: `ok: false` with its code, description and parameters."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def reply(self) -> Json:
        """The JSON object the caller reads."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class ControlError(Exception):
    """A refusal of the control API: an HTTP status and one sentence saying what to do."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def bad_request(reason: str) -> ApiError:
    """The everyday refusal."""
    return ApiError(400, f"Bad Request: {reason}")


def too_many_requests(retry_after_seconds: int) -> ApiError:
    """Slow down, and by how much."""
    return ApiError(
        429,
        f"Too Many Requests: retry after {retry_after_seconds}",
        {"retry_after": retry_after_seconds},
    )


def blocked() -> ApiError:
    """The customer does not want to hear from this bot."""
    return ApiError(403, "Forbidden: bot was blocked by the user")


def conflict(reason: str) -> ApiError:
    """Somebody else receives this bot's updates."""
    return ApiError(409, f"Conflict: {reason}")
