"""Agents: the people who take over, and how long who guesses at their passwords waits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

AgentId = NewType("AgentId", str)
FREE_LOGINS = 5
LONGEST_LOGIN_WAIT_SECONDS = 900


class Role(StrEnum):
    """What an agent may do; see `handoff/access.py`."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OPS = "ops"


@dataclass(frozen=True, slots=True)
class Agent:
    """One person with an account. `name` and `title` stand in the first message to a customer."""

    id: AgentId
    name: str
    role: Role
    password_hash: str
    title: str = ""
    disabled: bool = False


def login_wait(failed: int) -> float:
    """Returns the seconds to wait after so many failed logins: from some on, twice as long each."""
    if failed < FREE_LOGINS:
        return 0.0
    return float(min(LONGEST_LOGIN_WAIT_SECONDS, 2 ** (failed - FREE_LOGINS)))
