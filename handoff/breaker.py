"""A circuit breaker: a source that keeps failing is left alone, and asked again now and then.

It counts and decides; who asks, and what a failure is, is the caller's business. Pure.
"""

from __future__ import annotations

import time
from collections.abc import Callable

FAILURES = 5
PAUSE_SECONDS = 5.0


class Breaker:
    """Closed while a source answers; open after some failures in a row. While it is open one
    question in `pause_seconds` goes through, and its answer closes it."""

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        pause_seconds: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._failures = 0
        self._again_at = 0.0
        self._failed_at = -1e9

    @property
    def is_open(self) -> bool:
        """Whether questions are refused."""
        return self._failures >= self._most

    @property
    def failed_seconds_ago(self) -> float:
        """Since the last failure."""
        return self._clock() - self._failed_at

    def allows(self) -> bool:
        """Whether a question may be asked now; of those that come while it is open, the first after
        each pause."""
        if not self.is_open:
            return True
        if self._clock() < self._again_at:
            return False
        self._again_at = self._clock() + self._pause_seconds
        return True

    def worked(self) -> None:
        """The source has answered."""
        self._failures = 0

    def failed(self) -> None:
        """The source has not answered, or not in time."""
        self._failures += 1
        self._failed_at = self._clock()
        if self._failures == self._most:
            self._again_at = self._failed_at + self._pause_seconds
