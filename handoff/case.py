"""A case: one episode of human help, from handoff to resolution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

from handoff.conversation import ConversationId

CaseId = NewType("CaseId", str)
"""Eight letters and digits without look-alikes, so that two people can read one out to each other.
"""


class CaseStatus(StrEnum):
    """`waiting -> assigned -> resolved`."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"


class Resolution(StrEnum):
    """How a case ended."""

    SOLVED = "solved"
    WITHDRAWN = "withdrawn"
    UNREACHABLE = "unreachable"
    MERGED = "merged"


class NewCase(msgspec.Struct, frozen=True):
    """A case as a turn opens it. `rank` is the time of entering (ms) minus the head start; lower
    goes first.

    `packet` is the encoded packet, version 1. `why` is the readable reason of the rank, `reason`
    the escalation's.
    """

    id: CaseId
    reason: str
    priority: str
    skill: str
    why: str
    head_start_ms: int
    packet: bytes
    contact: str = ""
    language: str = ""


class Case(msgspec.Struct, frozen=True):
    """A case as it stands."""

    id: CaseId
    conversation: ConversationId
    status: CaseStatus
    reason: str
    priority: str
    skill: str
    why: str
    rank: float
    contact: str
    language: str
    opened_at: datetime
    agent: str = ""
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    resolved_at: datetime | None = None
    resolution: str = ""
    packet_version: int = 1
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that won: the case, who holds it by now, since which epoch, and the number of a word
    still in flight (0 = the composer may open now).
    """

    case_id: CaseId
    agent: str
    epoch: int
    in_flight: int = 0
    withdrawn: tuple[str, ...] = ()
    """What the bot was about to say and now will not."""


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The queue's health for one class (priority, skill); `oldest_wait_seconds` is 0 when nobody
    waits.
    """

    priority: str
    skill: str
    depth: int
    oldest_wait_seconds: float
