"""An earlier version of the product, beside this one: its code from git, with the packages its own
lock names. No tests here."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.faults.nursery import ROOT, Process

COMMANDS = {"bot": ("bot",), "desk": ("handoff", "serve"), "workers": ("workers",)}
WANTED = "WARMLINE_RELEASE"
LOCK = "requirements.lock"
ENVIRONMENTS = ROOT / ".venv-releases"
"""One for each lock, made once: that takes a minute."""


def earlier_version() -> str:
    """The commit of the last release, or of the change before this one; empty where git knows none.

    `WARMLINE_RELEASE` names another one.
    """
    tags = _git("tag", "--list", "v*", "--sort=-v:refname").split()
    return _git("rev-parse", "--verify", "--quiet", os.environ.get(WANTED) or (*tags, "HEAD^")[0])


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def python_of(folder: Path, ours: Path = ROOT, kept: Path = ENVIRONMENTS) -> str:
    """The interpreter that version was locked with: this one where the locks are the same, else one
    in an environment of its own.
    """
    lock = (folder / LOCK).read_bytes()
    if lock == (ours / LOCK).read_bytes():
        return sys.executable
    home = kept / hashlib.sha256(lock).hexdigest()[:12]
    if not home.exists():
        kept.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept) as draft:
            _install(Path(draft), folder / LOCK)
            Path(draft).rename(home)
            Path(draft).mkdir()  # for whoever clears it away
    return str(home / "bin" / "python")


def _install(home: Path, lock: Path) -> None:
    """An environment with exactly what a lock names. Its scripts know where it was made; only its
    interpreter is used.
    """
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    quiet = ("-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes")
    pip = (home / "bin" / "python", "-m", "pip", "install")
    subprocess.run([*pip, *quiet, "-r", lock], check=True)


class Release:
    """Starts processes of that version; used like a nursery."""

    def __init__(self, folder: Path, commit: str) -> None:
        self.folder = folder
        packed = subprocess.run(
            ["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=True
        )
        with tarfile.open(fileobj=BytesIO(packed.stdout)) as files:
            files.extractall(folder, filter="data")
        self._python = python_of(folder)
        self._waiting: set[asyncio.Task[None]] = set()

    async def fork(
        self, kind: str, environment: Mapping[str, str], log: Path, **_more: Any
    ) -> Process:
        """A process of this kind; it has to import everything itself."""
        settings = {**environment, "SEEDS_DIR": str(self.folder / "seeds")}
        with log.open("ab") as out:
            started = await asyncio.create_subprocess_exec(
                *(self._python, "-m", *COMMANDS[kind]),
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
