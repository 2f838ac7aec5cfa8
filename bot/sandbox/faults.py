"""Trouble on demand: refusals, delays and lost replies, for a chat, a method, or so many times."""

from __future__ import annotations

from dataclasses import dataclass, fields

from bot.sandbox.errors import ApiError, Json, too_many_requests
from bot.sandbox.updates import OTHER_POLLER

_DESCRIPTIONS = {
    400: "Bad Request: fault on demand",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    409: f"Conflict: {OTHER_POLLER}",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclass(slots=True)
class Fault:
    """One switch. `code` refuses; without it the call is carried out, late or with a lost reply.

    `delay_ms` passes before the call is carried out, `reply_delay_ms` after it.
    """

    code: int | None = None
    description: str | None = None
    retry_after: int = 5
    chat_id: int | None = None
    method: str | None = None
    times: int | None = None
    delay_ms: int = 0
    reply_delay_ms: int = 0
    drop_reply: bool = False
    half_reply: bool = False

    def concerns(self, method: str, chat_id: int | None) -> bool:
        """Whether this call is hit."""
        return (self.method is None or self.method.lower() == method) and (
            self.chat_id is None or self.chat_id == chat_id
        )

    def refusal(self) -> ApiError | None:
        """What the caller is told instead of a result."""
        if self.code is None:
            return None
        if self.code == 429 and self.description is None:
            return too_many_requests(self.retry_after)
        description = self.description or _DESCRIPTIONS.get(self.code, "fault on demand")
        parameters = {"retry_after": self.retry_after} if self.code == 429 else None
        return ApiError(self.code, description, parameters)

    def view(self) -> Json:
        """The switch as JSON."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


class Faults:
    """The switches that are on. An empty list costs the hot path one look."""

    def __init__(self) -> None:
        self.switched_on: list[Fault] = []

    def add(self, wanted: Json) -> Fault:
        """Switch one on; raise ValueError for a field that no fault has."""
        unknown = wanted.keys() - {one.name for one in fields(Fault)}
        if unknown:
            raise ValueError(", ".join(sorted(unknown)))
        fault = Fault(**wanted)
        self.switched_on.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all off."""
        self.switched_on.clear()

    def next_for(self, method: str, chat_id: int | None) -> Fault | None:
        """The first switch that hits this call, used up once."""
        for fault in self.switched_on:
            if fault.concerns(method, chat_id):
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.switched_on.remove(fault)
