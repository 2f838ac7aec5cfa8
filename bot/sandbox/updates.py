"""What a bot has not confirmed yet: one queue of updates per bot, with Telegram's offset rules.

An update leaves when an offset above it is asked for, when a webhook took it, or when it is too
old: 24 hours after the date of its message, 150 seconds for a pressed button.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

import orjson

from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError, Json, conflict

MESSAGE_SECONDS = 24 * 3600
CALLBACK_SECONDS = 150
BATCH_BYTES = 4 * 1024 * 1024
CONFLICT_PAUSE_SECONDS = 3.0
NOT_BY_DEFAULT = frozenset({"message_reaction", "message_reaction_count", "chat_member"})
OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


@dataclass(slots=True)
class Pending:
    """One update as it will go over the wire, and where it came from."""

    update_id: int
    body: bytes
    order_key: str
    expires_at: float
    chat_id: int = 0
    message_id: int = 0
    done: bool = False

    def record(self) -> Json:
        """What the journal keeps; the body may be any bytes, so it is written as latin-1."""
        return {
            "update_id": self.update_id,
            "body": self.body.decode("latin-1"),
            "order_key": self.order_key,
            "expires_at": self.expires_at,
            "chat_id": self.chat_id,
            "message_id": self.message_id,
        }


class UpdateQueue:
    """Updates in order of their ids. `on_stored` and `on_done` hear of each that comes and goes."""

    def __init__(self, clock: Clock, last_update_id: int) -> None:
        self.last_update_id = last_update_id
        self.allowed: frozenset[str] | None = None
        self.on_stored: Callable[[Pending], None] = lambda pending: None
        self.on_done: Callable[[Pending], None] = lambda pending: None
        self._clock = clock
        self._pending: deque[Pending] = deque()
        self._expiry_at = math.inf
        self._waiter: asyncio.Future[None] | None = None
        self._next_conflict_at = 0.0

    def __iter__(self) -> Iterator[Pending]:
        return (pending for pending in self._pending if not pending.done)

    @property
    def polled(self) -> bool:
        """Whether a long poll is waiting right now."""
        return self._waiter is not None

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for updates of this kind."""
        if self.allowed is None:
            return kind not in NOT_BY_DEFAULT
        return kind in self.allowed

    def add(
        self,
        kind: str,
        payload: Json,
        *,
        order_key: str,
        expires_at: float,
        origin: tuple[int, int],
    ) -> int | None:
        """Queue one update and return its id; None when the bot does not want this kind."""
        if not self.wants(kind):
            return None
        update_id = self.last_update_id + 1
        body = b'{"update_id":%d,"%s":%s}' % (update_id, kind.encode(), orjson.dumps(payload))
        self.store(Pending(update_id, body, order_key, expires_at, *origin))
        return update_id

    def store(self, pending: Pending) -> None:
        """Queue an update that already has its id and wake whoever waits."""
        self.last_update_id = max(self.last_update_id, pending.update_id)
        self._expiry_at = min(self._expiry_at, pending.expires_at)
        self._pending.append(pending)
        self.on_stored(pending)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def restore(self, pending: list[Pending]) -> None:
        """Take back what a journal kept, telling nobody."""
        self._pending = deque(sorted(pending, key=lambda one: one.update_id))
        self._expiry_at = 0.0

    def count(self) -> int:
        """How many updates wait, the expired ones gone."""
        self._forget_expired()
        return sum(1 for _ in self)

    def take(self, offset: int, limit: int) -> list[Pending]:
        """Confirm everything below `offset` and return what comes next, confirming none of it."""
        if offset > 0:
            self._confirm(lambda pending: pending.update_id < offset)
        elif offset < 0:
            waiting = [pending.update_id for pending in self]
            first_kept = waiting[max(offset, -len(waiting))] if waiting else 0
            self._confirm(lambda pending: pending.update_id < first_kept)
        self._forget_expired()
        return self._batch(limit)

    def finish(self, pending: Pending) -> None:
        """A webhook took this one, or it expired on the way there."""
        if not pending.done:
            pending.done = True
            self.on_done(pending)
        while self._pending and self._pending[0].done:
            self._pending.popleft()

    def newer_than(self, update_id: int) -> Iterator[Pending]:
        """What waits above this id, oldest first."""
        newest_first = takewhile(lambda one: one.update_id > update_id, reversed(self._pending))
        return (pending for pending in list(newest_first)[::-1] if not pending.done)

    def clear(self) -> None:
        """Drop everything that waits."""
        self._confirm(lambda pending: True)

    async def wait(self, seconds: float) -> None:
        """Return at the next update or after `seconds`; `interrupt` makes it raise."""
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            pass
        except ApiError:
            await self._pause_before_conflict()
            raise
        finally:
            if self._waiter is waiter:
                self._waiter = None

    def interrupt(self, reason: str) -> None:
        """Fail a waiting long poll with a conflict."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(conflict(reason))
        self._waiter = None

    async def _pause_before_conflict(self) -> None:
        # Telegram answers the first conflict at once and delays those that follow, so that two
        # pollers do not chase each other at full speed.
        now = self._clock.now()
        if now < self._next_conflict_at:
            await self._clock.sleep(CONFLICT_PAUSE_SECONDS)
        else:
            self._next_conflict_at = now + CONFLICT_PAUSE_SECONDS

    def _batch(self, limit: int) -> list[Pending]:
        batch: list[Pending] = []
        size = 0
        for pending in islice(self, limit):
            size += len(pending.body)
            if batch and size > BATCH_BYTES:
                break
            batch.append(pending)
        return batch

    def _confirm(self, below: Callable[[Pending], bool]) -> None:
        while self._pending and (self._pending[0].done or below(self._pending[0])):
            gone = self._pending.popleft()
            if not gone.done:
                gone.done = True
                self.on_done(gone)

    def _forget_expired(self) -> None:
        now = self._clock.now()
        if now < self._expiry_at:
            return
        for pending in list(self):
            if pending.expires_at <= now:
                self.finish(pending)
        self._expiry_at = min((pending.expires_at for pending in self), default=math.inf)
