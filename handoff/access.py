"""Decide who may do what: role × action × case, denied unless a line here allows it.

Every desk asks this one function, for each page, each action and each event of a stream. It reads
no store.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from handoff.agents import AgentId, Role
from handoff.case import Case, CaseStatus


class Action(StrEnum):
    """What somebody at a desk wants to do."""

    SEE_QUEUE = "see_queue"
    LISTEN = "listen"
    BE_PRESENT = "be_present"
    LOG_OUT = "log_out"
    TAKE_NEXT = "take_next"
    READ_CASE = "read_case"
    CLAIM = "claim"
    ACKNOWLEDGE = "acknowledge"
    SAY = "say"
    TAKE_BACK = "take_back"
    NOTE = "note"
    RESOLVE = "resolve"
    REQUEUE = "requeue"
    SEE_OPS = "see_ops"


Rule = Callable[[Case | None, AgentId], bool]


def _always(case: Case | None, agent: AgentId) -> bool:
    return True


def _any_case(case: Case | None, agent: AgentId) -> bool:
    return case is not None


def _own(case: Case | None, agent: AgentId) -> bool:
    return case is not None and bool(agent) and case.agent == agent


def _own_open(case: Case | None, agent: AgentId) -> bool:
    return _own(case, agent) and case is not None and case.status is CaseStatus.ASSIGNED


def _waiting_or_own(case: Case | None, agent: AgentId) -> bool:
    waiting = case is not None and case.status is CaseStatus.WAITING
    return waiting or _own(case, agent)


_DESK: dict[Action, Rule] = {
    Action.SEE_QUEUE: _always,
    Action.LISTEN: _always,
    Action.BE_PRESENT: _always,
    Action.LOG_OUT: _always,
    Action.TAKE_NEXT: _always,
    # Two may reach for the same case: the store names the winner, so that the other learns who.
    Action.CLAIM: _any_case,
    Action.ACKNOWLEDGE: _own_open,
    # A repeated say, resolve or return reaches the store, which knows whether it happened.
    Action.SAY: _own,
    Action.TAKE_BACK: _own_open,
    Action.NOTE: _own_open,
    Action.RESOLVE: _own,
}

_RULES: dict[Role, dict[Action, Rule]] = {
    Role.AGENT: {**_DESK, Action.READ_CASE: _waiting_or_own, Action.REQUEUE: _waiting_or_own},
    Role.SUPERVISOR: {
        **_DESK,
        Action.READ_CASE: _any_case,
        Action.REQUEUE: _any_case,
        Action.SEE_OPS: _always,
    },
    Role.OPS: {Action.SEE_OPS: _always, Action.LISTEN: _always, Action.LOG_OUT: _always},
}


def may(role: Role, action: Action, case: Case | None, agent: AgentId) -> bool:
    """Tell whether `agent` with `role` may do `action` on `case` (None: no case is concerned)."""
    rule = _RULES.get(role, {}).get(action)
    return rule is not None and rule(case, agent)
