"""What this side asks of the process's counters."""

from __future__ import annotations

from typing import Protocol


class Figures(Protocol):
    """Counters and timings by name; `handoff/ops/metrics.py` keeps them."""

    def count(self, name: str, n: int = 1) -> None:
        """Add `n` to a counter."""

    def observe(self, name: str, seconds: float) -> None:
        """Note one duration."""
