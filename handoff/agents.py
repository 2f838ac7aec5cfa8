"""Agents: the people who take over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

AgentId = NewType("AgentId", str)


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
