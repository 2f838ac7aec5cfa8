"""Tell the troubles of a server from our own mistakes: the one place that reads its error codes."""

from __future__ import annotations

from redis import exceptions as errors

from handoff.errors import StoreDown, StoreTrouble

_CODES = {
    "LOADING": StoreTrouble.LOADING,
    "MISCONF": StoreTrouble.DISK,
    "BUSY": StoreTrouble.BUSY,
    "TRYAGAIN": StoreTrouble.BUSY,
    "OOM": StoreTrouble.FULL,
    "READONLY": StoreTrouble.NOT_PRIMARY,
    "MASTERDOWN": StoreTrouble.NOT_PRIMARY,
    "UNBLOCKED": StoreTrouble.NOT_PRIMARY,
    "NOREPLICAS": StoreTrouble.NO_REPLICAS,
    "CLUSTERDOWN": StoreTrouble.UNREACHABLE,
}
GARBLED = errors.InvalidResponse
"""What came is no reply: the line is at fault, so the connection is given up."""
_SILENCE = (errors.ConnectionError, errors.TimeoutError, GARBLED, OSError)
MOVED = frozenset({StoreTrouble.NOT_PRIMARY, StoreTrouble.NO_REPLICAS})
"""Somebody else may be the primary by now."""


def trouble_of(error: BaseException) -> StoreTrouble | None:
    """What keeps the server from its work, by the reply's code or the error's type; None for
    anything else, a mistake in a script for one.
    """
    if isinstance(error, errors.RedisError):
        code = error.status_code or str(error).partition(" ")[0]  # those it has no class for
        if code in _CODES:
            return _CODES[code]
    return StoreTrouble.UNREACHABLE if isinstance(error, _SILENCE) else None


def named(error: Exception) -> Exception:
    """The error as StoreDown where it is one; else as it is."""
    trouble = trouble_of(error)
    if trouble is None:
        return error
    down = StoreDown(trouble)
    down.__cause__ = error
    return down
