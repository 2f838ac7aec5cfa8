"""Which process of its kind this is: a name that stays the same over restarts and is never held
twice.

What a process has leased is marked with its name, so that its next self can give it back at once.
The number is kept by a file lock, which the system takes away from a killed process. Every DATA_DIR
has a mark of its own, so that two machines called alike never give back each other's leases.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from handoff.errors import StartRefused

MOST = 64


class Instance:
    """The first free name `<kind>-<host>-<mark>-<number>` over this DATA_DIR."""

    def __init__(self, data_dir: Path, kind: str) -> None:
        self._folder = data_dir / "run"
        self._kind = kind
        self._lock = -1
        self.name = ""

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(1, MOST + 1):
            lock = os.open(
                self._folder / f"{self._kind}-{number}.lock",
                os.O_CREAT | os.O_RDWR | os.O_CLOEXEC,
                0o600,
            )
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            self._lock = lock
            self.name = f"{self._kind}-{socket.gethostname()}-{_mark(self._folder)}-{number}"
            return self
        raise StartRefused(
            f"{MOST} processes called {self._kind} already run here; stop one first."
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._lock)


def _mark(folder: Path) -> str:
    """What tells this DATA_DIR from all others; made once, whole, whoever comes first."""
    place = folder / "mark"
    if not place.exists():
        draft = folder / f".mark.{secrets.token_hex(4)}"
        draft.write_text(secrets.token_hex(3), encoding="ascii")
        try:
            os.link(draft, place)
        except FileExistsError:  # somebody was faster, and theirs counts
            pass
        finally:
            draft.unlink()
    return place.read_text(encoding="ascii")
