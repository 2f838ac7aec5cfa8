"""How much one session may ask of the desk: a bucket of actions that refills with time."""

from __future__ import annotations

from collections import OrderedDict

ACTIONS_PER_SECOND = 20.0
_MOST_KNOWN = 4096


class Buckets:
    """One bucket a session; the longest unused are forgotten first."""

    def __init__(self, per_second: float = ACTIONS_PER_SECOND) -> None:
        self._per_second = per_second
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, at_seconds: float) -> bool:
        """Take one action; False when the bucket is empty."""
        level, since = self._levels.pop(key, (self._per_second, at_seconds))
        refilled = level + max(0.0, at_seconds - since) * self._per_second
        level = min(self._per_second, refilled)
        granted = level >= 1
        self._levels[key] = (level - 1 if granted else level, at_seconds)
        if len(self._levels) > _MOST_KNOWN:
            self._levels.popitem(last=False)
        return granted
