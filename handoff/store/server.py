"""Run the embedded server: one Redis or Valkey on a socket in the data directory.

It decides how that server is started, found and stopped, and who may hold the data directory.
It never reads or writes what is kept there; servers of others are judged in `server_check.py`.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import structlog

from handoff.errors import StartRefused
from handoff.settings import StoreSettings
from handoff.store.server_binary import ServerBinary, find_server
from handoff.store.server_check import check_server

__all__ = [
    "EmbeddedServer",
    "ServerBinary",
    "check_server",
    "find_server",
    "resolve_url",
    "socket_path",
    "socket_url",
]

START_SECONDS = 10.0
"""For the first answer; loading a long journal afterwards may take any time."""
STOP_SECONDS = 10.0
LOCK_SECONDS = 2.0
"""For a server whose parent was just killed to be gone."""
_LONGEST_SOCKET_PATH = 103  # sun_path without its final NUL where it is shortest (macOS, BSD)
_PR_SET_PDEATHSIG = 1
_log = structlog.get_logger(__name__)


class EmbeddedServer:
    """The server of one data directory, started from the main thread and gone with its process.

    `dies_with_parent=False` is how systems other than Linux behave: the next start stops the
    leftover.
    """

    def __init__(
        self,
        data_dir: Path,
        binary: ServerBinary | None = None,
        *,
        dies_with_parent: bool = sys.platform == "linux",
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._binary = binary
        self._dies_with_parent = dies_with_parent
        self._lock = -1
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the running server, 0 when it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    def start(self) -> str:
        """Start the server, wait until it answers and return its URL. Raises StartRefused."""
        if threading.current_thread() is not threading.main_thread():
            raise StartRefused("The embedded server can only be started from the main thread.")
        binary = self._binary or find_server()
        self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._data_dir.chmod(0o700)
        self._journal_dir.mkdir(mode=0o700, exist_ok=True)
        self._lock = _take_lock(self._data_dir)
        try:
            self._process = self._launch(binary, socket_path(self._data_dir))
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        version = ".".join(map(str, binary.version))
        _log.info("server.started", choice=binary.name, path=str(binary.path), version=version)
        return socket_url(self._data_dir)

    def stop(self) -> None:
        """End the server and wait until it is gone; what it acknowledged is on disk."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _journal_dir(self) -> Path:
        return self._data_dir / "redis"

    def _launch(self, binary: ServerBinary, path: Path) -> subprocess.Popen[bytes]:
        with suppress(FileNotFoundError):
            path.unlink()
        log = (self._journal_dir / "server.log").open("ab")
        with log:
            return subprocess.Popen(
                [binary.path, *_options(path, self._journal_dir)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # The lock lives as long as the server, even where the server outlives us.
                pass_fds=(self._lock,),
                # Ctrl-C in the terminal must reach the server last, through stop().
                start_new_session=True,
                preexec_fn=die_with_parent() if self._dies_with_parent else None,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not (answer := ask(self._data_dir, "PING")).startswith("+PONG"):
            if not self.pid:
                raise StartRefused(f"The embedded server ended at once: {self._last_lines()}")
            loading = answer.startswith("-LOADING")
            if not loading and time.monotonic() > deadline:
                raise StartRefused(f"The embedded server is silent: {self._last_lines()}")
            time.sleep(0.2 if loading else 0.005)

    def _last_lines(self) -> str:
        log = self._journal_dir / "server.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-5:])


def resolve_url(settings: StoreSettings) -> str:
    """Return where the store is, for every process but `up`: REDIS_URL, else the embedded server.

    Raises StartRefused when neither is there.
    """
    url = settings.redis_url.get_secret_value()
    if url:
        return url
    if ask(settings.data_dir, "PING").startswith(("+PONG", "-LOADING")):
        return socket_url(settings.data_dir)
    raise StartRefused(
        f"No server answers at {settings.data_dir.absolute() / 'redis.sock'}: "
        "start `make run` first, or set REDIS_URL."
    )


def socket_url(data_dir: Path) -> str:
    """The URL of the embedded server of `data_dir`, running or not."""
    return f"unix://{quote(str(socket_path(data_dir)))}"


def socket_path(data_dir: Path) -> Path:
    """`data_dir/redis.sock`, through a short link where that path is too long for a socket."""
    path = data_dir.absolute() / "redis.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    return _short_link(data_dir.absolute()) / "redis.sock"


def ask(data_dir: Path, command: str) -> str:
    """Return the server's reply to a bare command, empty when nobody answers within a second."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as conn:
        conn.settimeout(1)
        conn.connect(str(socket_path(data_dir)))
        conn.sendall(f"{command}\r\n".encode())
        return conn.recv(65536).decode(errors="replace")
    return ""


def _options(socket_file: Path, directory: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket_file),
        "unixsocketperm": "700",
        "dir": str(directory),
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def die_with_parent(number: int = signal.SIGKILL) -> Callable[[], None]:
    """What a child runs first so that the kernel ends it with its parent; nothing outside Linux."""
    if sys.platform != "linux":
        return lambda: None
    # Looked up before the fork: after it, only what cannot take a lock is safe.
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # It died between the fork and here.
            os._exit(1)

    return ask_the_kernel


def _take_lock(data_dir: Path) -> int:
    lock = os.open(data_dir / "redis.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock_or_refuse(lock, data_dir)
    except BaseException:
        os.close(lock)
        raise
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}".encode(), 0)
    return lock


def _lock_or_refuse(lock: int, data_dir: Path) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    leftover_asked = False
    while not _locked(lock):
        pid, _, since = os.pread(lock, 100, 0).decode().partition(" ")
        if pid and not leftover_asked and not _lives(int(pid)):
            leftover_asked = _stop_leftover(data_dir)
        if time.monotonic() > deadline:
            raise StartRefused(
                f"{data_dir} is in use: process {pid} has run a server on it since {since}. "
                "Stop that one first, or set another DATA_DIR."
            )
        time.sleep(0.02)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _stop_leftover(data_dir: Path) -> bool:
    """Stop a server whose parent is gone; it tells its process id, so that nobody else is hit."""
    for line in ask(data_dir, "INFO").splitlines():
        name, _, value = line.partition(":")
        if name == "process_id":
            _log.warning("server.leftover_stopped", pid=int(value))
            with suppress(ProcessLookupError):
                os.kill(int(value), signal.SIGTERM)
            return True
    return False


def _short_link(directory: Path) -> Path:
    """Return a short link to `directory`, ours alone and the same for every process."""
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    link = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir(), f"warmline-{name}")
    with suppress(FileExistsError):
        link.symlink_to(directory, target_is_directory=True)
        _log.info("server.short_link", link=str(link), directory=str(directory))
    if not link.is_symlink() or link.lstat().st_uid != os.getuid() or link.readlink() != directory:
        raise StartRefused(f"{link} is in the way; remove it, or set a shorter DATA_DIR.")
    return link
