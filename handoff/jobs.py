"""The names of background jobs, and of the tracks they run on.

A chore or a schedule carries the name; the function behind it lives in `workers`.
"""

from __future__ import annotations

from enum import StrEnum


class Track(StrEnum):
    """An RQ queue; each worker process serves one."""

    CHORES = "chores"


class Job(StrEnum):
    """Dotted paths of jobs. Ids in, None out, safe to run twice."""

    ENRICH_PACKET = "workers.jobs.enrich_packet"
    """Arguments: conversation id, case id."""
