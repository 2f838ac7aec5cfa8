"""Tracks: RQ's queues, one a worker process. With two, RQ pops at most once.

Jobs are JSON, ids in and nothing out, with an explicit retry and short memories. RQ reads its key
prefix when it is imported, so it is imported here and only after the prefix is set.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import redis

from handoff.agenda import Chore
from handoff.jobs import TERMS, Job, Track
from handoff.settings import StoreSettings
from handoff.store.blocking import connect_blocking
from handoff.store.server import resolve_url
from handoff.store.troubles import named
from workers.roll import Due, Roll

if TYPE_CHECKING:
    from rq import Queue, Worker
    from rq.scheduler import RQScheduler

WORKER_TTL_SECONDS = 30
MONITORING_SECONDS = 5
MAINTENANCE_SECONDS = 10
RETRY_SECONDS = [5, 30, 120]
RESULT_SECONDS = 3600
FAILURE_SECONDS = 86_400
LOST_SECONDS = 120.0
GIVES_WAY = 5
"""How nice a worker is: in a rush the processors belong to answers first."""
LONGEST_WAIT_SECONDS = 5.0
"""Between two tries of a worker to reach the store."""


@dataclass(frozen=True, slots=True)
class TrackFigures:
    """How a track is doing: jobs that wait, seconds the oldest has waited, jobs given up for good
    (the newest 20 of a day)."""

    depth: int
    oldest_seconds: float
    failed: tuple[str, ...]


class Tracks:
    """The tracks of one shop, for who puts jobs on them, watches them and serves them. Blocking:
    call it in a thread. Every method raises StoreDown."""

    def __init__(self, settings: StoreSettings) -> None:
        _set_prefix(f"{settings.shop}:rq")
        self._connection = connect_blocking(resolve_url(settings))
        self.roll = Roll(self._connection, settings.shop)
        self._schedulers: dict[Track, RQScheduler] = {}

    def queue(self, track: Track) -> Queue:
        """A track as RQ knows it."""
        from rq import Queue
        from rq.serializers import JSONSerializer

        return Queue(track, connection=self._connection, serializer=JSONSerializer)

    def enqueue(self, chore: Chore) -> None:
        """Put a chore on its track, once: the operation id is the job's id. Raises ValueError when
        nobody knows the job."""
        from rq import Retry
        from rq.exceptions import DuplicateJobError

        job, job_id = Job(chore.job), re.sub(r"[^A-Za-z0-9_-]", "-", chore.op)
        try:
            with _store_trouble():
                if self._known(job_id):
                    return
                self.roll.expect(job_id, chore)
                self.queue(TERMS[job].track).enqueue(
                    str(job),
                    *chore.args,
                    job_id=job_id,
                    unique=True,
                    retry=Retry(max=len(RETRY_SECONDS), interval=RETRY_SECONDS),
                    job_timeout=TERMS[job].seconds,
                    result_ttl=RESULT_SECONDS,
                    failure_ttl=FAILURE_SECONDS,
                )
        except DuplicateJobError:  # a pump before us got so far and no further
            return

    def lost(self) -> list[Due]:
        """Jobs that are expected for two minutes and that RQ has nowhere. Those it gave up are told
        as such and leave the roll. One that only a later version knows is left to its watchdog.
        """
        with _store_trouble():
            known = (due for due in self.roll.overdue(LOST_SECONDS) if due.chore.job in set(Job))
            return [due for due in known if not self._has(due)]

    def find(self, due: Due) -> None:
        """Put a lost job on its track anew."""
        with _store_trouble():
            self._connection.delete(_job_key(due.job_id))
        self.enqueue(due.chore)

    def _known(self, job_id: str) -> bool:
        return bool(self._connection.exists(_job_key(job_id)))

    def _has(self, due: Due) -> bool:
        """Whether RQ has the job somewhere; its status alone may be a lie."""
        queue = self.queue(TERMS[Job(due.chore.job)].track)
        if due.job_id in queue.failed_job_registry:
            self.roll.strike(due.job_id)
            return True
        registries = (queue.started_job_registry, queue.scheduled_job_registry)
        waits = self._connection.lpos(queue.key, due.job_id) is not None
        return waits or any(due.job_id in registry for registry in registries)

    def is_free(self, track: Track) -> bool:
        """Whether nothing waits or runs on a track."""
        with _store_trouble():
            queue = self.queue(track)
            return queue.count == 0 and queue.started_job_registry.count == 0

    def figures(self, track: Track) -> TrackFigures:
        """Look at a track."""
        with _store_trouble():
            queue = self.queue(track)
            first = next(iter(queue.get_jobs(0, 1)), None)
            since = first.enqueued_at if first else None
            waited = (datetime.now(UTC) - _aware(since)).total_seconds() if since else 0.0
            failed = queue.failed_job_registry.get_job_ids(0, 19, desc=True)
            return TrackFigures(queue.count, max(0.0, waited), tuple(failed))

    def bring_back(self, track: Track) -> None:
        """Give jobs whose worker died another try, and put those whose next try is due back on the
        track. While somebody else does it, nothing.

        RQ would run its scheduler as a process beside each worker, which outlives a killed one.
        """
        with _store_trouble():
            scheduler = self._scheduler(track)
            if not scheduler.acquire_locks():  # type: ignore[no-untyped-call]
                return
            try:
                self.queue(track).started_job_registry.cleanup()
                scheduler.enqueue_scheduled_jobs()  # type: ignore[no-untyped-call]
            finally:
                scheduler.release_locks()  # type: ignore[no-untyped-call]

    def again(self, track: Track) -> int:
        """Give every job that was given up one more try; returns how many."""
        with _store_trouble():
            registry = self.queue(track).failed_job_registry
            ids = registry.get_job_ids()
            for job_id in ids:
                registry.requeue(job_id)
            return len(ids)

    def serve(self, track: Track) -> None:
        """Work on a track until SIGTERM; a job under way is finished first. It gives way to those
        who answer customers on the same machine.
        """
        import workers.jobs  # noqa: F401  # the process of each job is forked with this loaded

        os.nice(GIVES_WAY)
        with _store_trouble():
            self.worker(track).work(logging_level="WARNING")

    def silent_seconds(self, track: Track, process_id: int) -> float | None:
        """For how long a worker process of this machine has not reported; None for one that RQ
        does not know.
        """
        from rq import Worker

        with _store_trouble():
            mine = f"{track}-{process_id}-"
            for key in Worker.all_keys(queue=self.queue(track)):
                name = key.rpartition(":")[2]
                if name.startswith(mine):
                    worker = Worker.find_by_key(key, connection=self._connection)
                    beat = worker.last_heartbeat if worker else None
                    if worker and beat and worker.hostname == socket.gethostname():
                        return (datetime.now(UTC) - _aware(beat)).total_seconds()
            return None

    def worker(self, track: Track) -> Worker:
        """An RQ worker of one track."""
        from rq import Worker
        from rq.serializers import JSONSerializer

        worker = Worker(
            [self.queue(track)],
            name=f"{track}-{os.getpid()}-{time.time_ns()}",
            connection=self._connection,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL_SECONDS,
            job_monitoring_interval=MONITORING_SECONDS,
            maintenance_interval=MAINTENANCE_SECONDS,
        )
        worker.max_connection_wait_time = LONGEST_WAIT_SECONDS
        return worker

    def _scheduler(self, track: Track) -> RQScheduler:
        from rq.scheduler import RQScheduler
        from rq.serializers import JSONSerializer

        if track not in self._schedulers:
            self._schedulers[track] = RQScheduler(
                [self.queue(track)],
                connection=self._connection,
                serializer=JSONSerializer,
                logging_level=logging.WARNING,
            )
        return self._schedulers[track]


@contextmanager
def _store_trouble() -> Iterator[None]:
    try:
        yield
    except (redis.RedisError, OSError) as error:
        raise named(error) from error


def _job_key(job_id: str) -> str:
    from rq.job import Job as RqJob

    return RqJob.key_for(job_id)


def _set_prefix(prefix: str) -> None:
    os.environ["RQ_KEY_PREFIX"] = prefix
    from rq.defaults import RQ_KEY_PREFIX

    if prefix != RQ_KEY_PREFIX:
        raise RuntimeError(f"RQ was imported for {RQ_KEY_PREFIX}; one process serves one shop")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
