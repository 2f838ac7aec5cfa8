"""Mutants: the product with one of its guards taken out. Each must be caught by the checker, or a
green run proves nothing. No tests here.
"""

from __future__ import annotations

from collections.abc import Callable

MUTANTS: dict[str, Callable[[], None]] = {}


def apply(name: str) -> None:
    """Take this guard out of the present process."""
    MUTANTS[name]()
