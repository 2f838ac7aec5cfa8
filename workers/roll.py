"""The roll of jobs: who should run, who runs, who has run. RQ's own books are not trusted for it.

A job is on the roll before RQ hears of it and leaves it when it ends, so one that RQ lost is still
there. Blocking; raises what redis-py raises.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import orjson
import redis

from handoff.agenda import Chore
from handoff.store.keys import Keys


@dataclass(frozen=True, slots=True)
class Due:
    """A job that has not ended: its id at RQ, what it does, and since when it is expected."""

    job_id: str
    chore: Chore
    since: float


class Roll:
    """The roll of one shop; `now` is in epoch seconds."""

    def __init__(
        self, connection: redis.Redis, shop: str, now: Callable[[], float] = time.time
    ) -> None:
        self._connection = connection
        self._keys = Keys(shop)
        self._now = now

    def expect(self, job_id: str, chore: Chore) -> None:
        """Put a job on the roll; one that is there keeps its place."""
        row = orjson.dumps([chore.op, chore.job, list(chore.args), self._now()])
        self._connection.hsetnx(self._keys.of("jobs:due"), job_id, row)

    def begin(self, job_id: str, seconds: int) -> bool:
        """Note that a job runs, for `seconds` at most; False when it runs already."""
        return bool(self._connection.set(self._running(job_id), 1, nx=True, ex=seconds))

    def end(self, job_id: str) -> None:
        """The job has done its work: it leaves the roll."""
        self._connection.hdel(self._keys.of("jobs:due"), job_id)
        self._connection.delete(self._running(job_id))

    def broke(self, job_id: str) -> None:
        """The job runs no more, and is expected still."""
        self._connection.delete(self._running(job_id))

    def strike(self, job_id: str) -> None:
        """Nobody expects the job any more."""
        self._connection.hdel(self._keys.of("jobs:due"), job_id)

    def overdue(self, seconds: float) -> list[Due]:
        """Jobs expected for longer than that, oldest first."""
        rows: dict[bytes, bytes] = self._connection.hgetall(self._keys.of("jobs:due"))  # type: ignore[assignment]
        found = []
        for job_id, row in rows.items():
            op, job, args, since = orjson.loads(row)
            if self._now() - since >= seconds:
                found.append(Due(str(job_id, "utf-8"), Chore(op, job, tuple(args)), since))
        return sorted(found, key=lambda due: due.since)

    def _running(self, job_id: str) -> str:
        return self._keys.of(f"jobs:run:{job_id}")
