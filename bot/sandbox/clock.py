"""The time the sandbox lives by, so that a test can move it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` gives seconds since the epoch, as Telegram's wire does; `sleep` waits that many."""

    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]


SYSTEM_CLOCK = Clock(now=time.time, sleep=asyncio.sleep)
