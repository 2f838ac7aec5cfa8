"""Patterns that take linear time, whatever the text: long ones, and those that seeds name."""

from __future__ import annotations

from typing import Any

import re2

_ROOM = re2.Options()
# With less, long alternatives would be read by RE2's slow way, fifty times slower.
_ROOM.max_mem = 32 << 20
_ROOM.log_errors = False


def roomy(pattern: str) -> Any:
    """Returns a pattern of many alternatives, ready to read with; raises re2.error."""
    return re2.compile(pattern, _ROOM)


def linear(pattern: str) -> str:
    """Returns a pattern from the seeds as it is; raises ValueError when RE2 cannot read it."""
    try:
        roomy(pattern)
    except re2.error:
        raise ValueError("is not a pattern that can be matched in linear time (RE2)") from None
    return pattern
