"""What every command of ours does with trouble that has a name: it says why, and ends with 1."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from handoff.errors import HandoffError, StoreDown


@contextmanager
def saying_why() -> Iterator[None]:
    """Run a command; what it refuses or cannot do is one sentence and no trace."""
    try:
        yield
    except StoreDown as error:
        _end(f"The store does not answer ({error}).")
    except HandoffError as error:
        _end(str(error))


def _end(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    raise SystemExit(1) from None
