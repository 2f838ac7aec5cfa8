"""Name the stage a conversation has reached, for whoever takes it over.

Pure: it looks at what is remembered, and changes nothing.
"""

from __future__ import annotations

from enum import StrEnum

from bot.slots import PROOFS
from bot.state import State


class Stage(StrEnum):
    """How far the bot has come, in the order in which a matter usually goes."""

    GREETING = "greeting"
    UNDERSTANDING = "understanding"
    """It is not clear yet what is wanted, or with which provider."""
    PROVING = "proving"
    """The order, or whose it is, is asked for."""
    ARRANGING = "arranging"
    """The facts of what is wanted are asked for, one at a time."""
    EVIDENCE = "evidence"
    CONFIRMING = "confirming"
    """It was restated; only the customer's yes is missing."""
    ANSWERED = "answered"
    FOLLOWING = "following"
    """It was started; an answer is promised for a time."""


def stage_of(state: State) -> Stage:
    """The stage at which a conversation stands."""
    if state.asks in PROOFS:
        return Stage.PROVING
    if state.form is not None:
        if state.form.ready:
            return Stage.CONFIRMING
        return Stage.EVIDENCE if state.form.asks_piece else Stage.ARRANGING
    if state.asks or state.misses:
        return Stage.UNDERSTANDING
    if any(done.due_ms for done in state.done):
        return Stage.FOLLOWING
    return Stage.ANSWERED if state.tried else Stage.GREETING
