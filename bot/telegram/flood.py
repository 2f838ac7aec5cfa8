"""Chats that write very fast: their mail is written down like any other, and read in larger parts.

It knows only what came through this process in the last seconds; what becomes of a flood is the
turn's business (`bot/flood.py`). Other chats keep their turns meanwhile.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from msgspec.structs import replace

from bot.telegram.figures import Figures
from handoff.agenda import Mail, MailKind
from handoff.conversation import ConversationId

MESSAGES_MOST, WITHIN_SECONDS = 20, 10.0
PAUSE_MS, CAP_MS = 3_000, 5_000
_CHATS_KEPT = 10_000
_WRITTEN = frozenset({MailKind.MESSAGE, MailKind.EDIT})


class Flood:
    """The times of each chat's last messages."""

    def __init__(self, figures: Figures, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._figures = figures
        self._clock = clock
        self._times: dict[ConversationId, deque[float]] = {}

    def slowed(self, mail: Mail) -> Mail:
        """The same mail, due later when its chat floods."""
        if mail.kind not in _WRITTEN:
            return mail
        now, times = self._clock(), self._times.pop(mail.conversation, None)
        if times is None:
            times = deque(maxlen=MESSAGES_MOST)
            if len(self._times) >= _CHATS_KEPT:
                del self._times[next(iter(self._times))]
        self._times[mail.conversation] = times
        floods = len(times) == MESSAGES_MOST and now - times[0] < WITHIN_SECONDS
        times.append(now)
        if not floods:
            return mail
        self._figures.count("updates_flooded")
        return replace(mail, pause_ms=max(mail.pause_ms, PAUSE_MS), cap_ms=max(mail.cap_ms, CAP_MS))
