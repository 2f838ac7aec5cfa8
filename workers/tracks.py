"""Tracks: RQ's queues, one a worker process. With two, RQ pops at most once.

Jobs are JSON, ids in and nothing out, with an explicit retry and short memories. RQ reads its key
prefix when it is imported, so it is imported here and only after the prefix is set.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import redis

from handoff.agenda import Chore
from handoff.jobs import Job, Track
from handoff.settings import StoreSettings
from handoff.store.server import resolve_url

if TYPE_CHECKING:
    from rq import Queue

WORKER_TTL_SECONDS = 30
MONITORING_SECONDS = 5
MAINTENANCE_SECONDS = 10
RETRY_SECONDS = [5, 30, 120]
JOB_SECONDS = 60
RESULT_SECONDS = 3600
FAILURE_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class TrackFigures:
    """How a track is doing: jobs that wait, seconds the oldest has waited, jobs that failed for
    good."""

    depth: int
    oldest_seconds: float
    failed: tuple[str, ...]


class Tracks:
    """The tracks of one shop, for who puts jobs on them and who watches them. Blocking: call it
    in a thread."""

    def __init__(self, settings: StoreSettings) -> None:
        os.environ["RQ_KEY_PREFIX"] = f"{settings.shop}:rq"
        self._settings = settings
        self._connection = redis.Redis.from_url(resolve_url(settings))

    def queue(self, track: Track) -> Queue:
        """A track as RQ knows it."""
        from rq import Queue
        from rq.serializers import JSONSerializer

        return Queue(track, connection=self._connection, serializer=JSONSerializer)

    def enqueue(self, chore: Chore) -> None:
        """Put a chore on its track, once: the operation id is the job's id."""
        from rq import Retry
        from rq.exceptions import DuplicateJobError

        try:
            self.queue(Track.CHORES).enqueue(
                str(Job(chore.job)),
                *chore.args,
                job_id=re.sub(r"[^A-Za-z0-9_-]", "-", chore.op),
                unique=True,
                retry=Retry(max=len(RETRY_SECONDS), interval=RETRY_SECONDS),
                job_timeout=JOB_SECONDS,
                result_ttl=RESULT_SECONDS,
                failure_ttl=FAILURE_SECONDS,
            )
        except DuplicateJobError:  # a pump before us got so far and no further
            return

    def figures(self, track: Track) -> TrackFigures:
        """Look at a track; also brings back jobs whose worker died."""
        queue = self.queue(track)
        queue.started_job_registry.cleanup()
        ids = queue.get_job_ids(0, 1)
        first = queue.fetch_job(ids[0]) if ids else None
        since = first.enqueued_at if first else None
        waited = (datetime.now(UTC) - _aware(since)).total_seconds() if since else 0.0
        failed = tuple(queue.failed_job_registry.get_job_ids(0, 20))
        return TrackFigures(queue.count, max(0.0, waited), failed)

    def serve(self, track: Track) -> None:
        """Work on a track until SIGTERM; a job under way is finished first."""
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
        worker.work(with_scheduler=True, logging_level="WARNING")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
