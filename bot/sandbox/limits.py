"""How fast a bot may speak: per chat with a short burst, in total, and per group and minute."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import asdict, dataclass

from bot.sandbox.errors import Json

GROUP_WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class Limits:
    """The figures, changeable while the sandbox runs. The bursts are what Telegram tolerates."""

    enabled: bool = True
    chat_per_second: float = 1.0
    chat_burst: float = 5.0
    total_per_second: float = 30.0
    total_burst: float = 45.0
    group_per_minute: int = 20

    def change(self, wanted: Json) -> None:
        """Take over the named figures; raise ValueError for a figure that is none of them."""
        for name, value in wanted.items():
            if name == "enabled":
                self.enabled = bool(value)
            elif name in self.__slots__ and isinstance(value, int | float) and value > 0:
                setattr(self, name, value)
            else:
                raise ValueError(name)

    def view(self) -> Json:
        """The figures as JSON."""
        return asdict(self)


class Bucket:
    """A token bucket: it fills at `rate` a second up to `burst`."""

    __slots__ = ("_level", "_seen_at")

    def __init__(self, burst: float, now: float) -> None:
        self._level = burst
        self._seen_at = now

    def missing_seconds(self, rate: float, burst: float, now: float) -> float:
        """How long until one token is there; 0 when it already is."""
        self._level = min(burst, self._level + max(0.0, now - self._seen_at) * rate)
        self._seen_at = now
        return max(0.0, (1.0 - self._level) / rate)

    def spend(self) -> None:
        """Take one token."""
        self._level -= 1.0


class Budget:
    """What one bot has spent so far."""

    def __init__(self) -> None:
        self._total: Bucket | None = None
        self._chats: dict[int, Bucket] = {}
        self._groups: dict[int, deque[float]] = {}

    def spend(self, limits: Limits, chat_id: int, count: int, now: float) -> int:
        """Spend `count` messages, or return the whole seconds to wait and spend none."""
        if not limits.enabled:
            return 0
        total = self._total = self._total or Bucket(limits.total_burst, now)
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = Bucket(limits.chat_burst, now)
        wait = max(
            total.missing_seconds(limits.total_per_second, limits.total_burst, now),
            chat.missing_seconds(limits.chat_per_second, limits.chat_burst, now),
            self._group_wait(limits, chat_id, count, now) if chat_id < 0 else 0.0,
        )
        if wait > 0:
            return math.ceil(wait)
        for _ in range(count):
            total.spend()
            chat.spend()
            if chat_id < 0:
                self._groups[chat_id].append(now)
        return 0

    def _group_wait(self, limits: Limits, chat_id: int, count: int, now: float) -> float:
        sent = self._groups.setdefault(chat_id, deque())
        while sent and sent[0] <= now - GROUP_WINDOW_SECONDS:
            sent.popleft()
        surplus = len(sent) + count - limits.group_per_minute
        if surplus <= 0 or not sent:
            return 0.0
        return sent[min(surplus, len(sent)) - 1] + GROUP_WINDOW_SECONDS - now
