"""Which mail of a turn is too dangerous to read on, and how to find it.

Mail that cannot be decoded is seen at once. Mail that makes the thinking fail is found by trying
again with the first alone: what stands behind it is never set aside with it. Pure.
"""

from __future__ import annotations

from msgspec.structs import replace

from handoff.agenda import MAX_FAILURES, MAX_TAKES, Turn

UNREADABLE = "unreadable"


def poisoned(turn: Turn) -> str:
    """Why the turn's first mail must not be read once more; empty when it may."""
    if turn.failures >= MAX_FAILURES:
        return f"{turn.failures} exceptions"
    if turn.takes - turn.failures > MAX_TAKES:
        return f"{turn.takes - turn.failures} leases ran out"
    return ""


def suspected(turn: Turn) -> Turn:
    """The turn as it may be tried now: before its last try, only with its first mail, so that it is
    known which one fails.
    """
    last_chance = turn.failures >= MAX_FAILURES - 1
    last_lease = turn.takes - turn.failures >= MAX_TAKES
    return replace(turn, mail=turn.mail[:1]) if last_chance or last_lease else turn


def was_read_once(turn: Turn) -> bool:
    """Whether its mail was harmless to decode, at least: it failed by exceptions, not by taking its
    process down.
    """
    return turn.takes - turn.failures <= MAX_TAKES
