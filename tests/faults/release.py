"""An earlier version of the product, beside this one: its code from git, this one's environment. No
tests here."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.faults.nursery import ROOT, Process

COMMANDS = {"bot": ("bot",), "desk": ("handoff", "serve"), "workers": ("workers",)}
WANTED = "WARMLINE_RELEASE"


def earlier_version() -> str:
    """The commit of the last release, or of the change before this one; empty where git knows none.

    `WARMLINE_RELEASE` names another one.
    """
    tags = _git("tag", "--list", "v*", "--sort=-v:refname").split()
    return _git("rev-parse", "--verify", "--quiet", os.environ.get(WANTED) or (*tags, "HEAD^")[0])


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


class Release:
    """Starts processes of that version; used like a nursery."""

    def __init__(self, folder: Path, commit: str) -> None:
        self.folder = folder
        packed = subprocess.run(
            ["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=True
        )
        with tarfile.open(fileobj=BytesIO(packed.stdout)) as files:
            files.extractall(folder, filter="data")
        self._waiting: set[asyncio.Task[None]] = set()

    async def fork(
        self, kind: str, environment: Mapping[str, str], log: Path, **_more: Any
    ) -> Process:
        """A process of this kind; it has to import everything itself."""
        settings = {**environment, "SEEDS_DIR": str(self.folder / "seeds")}
        with log.open("ab") as out:
            started = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *COMMANDS[kind]),
                cwd=self.folder,
                env=settings,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        process = Process(kind, started.pid, log, asyncio.get_running_loop().create_future())

        async def wait() -> None:
            process.ended.set_result(await started.wait())

        task = asyncio.create_task(wait())
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return process
