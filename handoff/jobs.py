"""The names of background jobs, and of the tracks they run on.

A chore or a schedule carries the name; the function behind it lives in `workers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Track(StrEnum):
    """An RQ queue; each worker process serves one."""

    CHORES = "chores"
    ARCHIVE = "archive"
    """Of its own, so that a slow database keeps no chore waiting."""


class Job(StrEnum):
    """Dotted paths of jobs. Ids in, None out, safe to run twice."""

    ENRICH_PACKET = "workers.jobs.enrich_packet"
    """Arguments: conversation id, case id."""
    NOTE_GAP = "workers.jobs.note_gap"
    """Arguments: conversation id, the channel's message ids with commas, a random token."""
    NOTE_USE = "workers.jobs.note_use"
    """Arguments: article id, what became of it, a random token, the time in ms."""
    ARCHIVE = "workers.jobs.archive"
    """No arguments."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which track a job runs, and how long it may take."""

    track: Track
    seconds: int


TERMS: Mapping[Job, Terms] = {
    Job.ENRICH_PACKET: Terms(Track.CHORES, 60),
    Job.NOTE_GAP: Terms(Track.CHORES, 30),
    Job.NOTE_USE: Terms(Track.CHORES, 30),
    Job.ARCHIVE: Terms(Track.ARCHIVE, 900),
}

TIMETABLE: Mapping[Job, int] = {Job.ARCHIVE: 30}
"""Jobs that come round by themselves, and after how many seconds."""
