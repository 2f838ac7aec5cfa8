"""The product's own embedded server, in the harness's hands: killed, stopped, starved, and with the
power cut. No tests here.

A power cut is more than `kill -9`: what was written and not yet synced is gone. A small library in
front of the C library notes how long each file was when it was last synced; after the kill, files
are cut back to that.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from handoff.store import server as embedded
from handoff.store.server import EmbeddedServer, socket_path

SOURCE = Path(__file__).with_name("synced.c")


class Server:
    """One data directory's server, which may be started again and again."""

    def __init__(self, data_dir: Path, *, fsync: str = "always", notes_syncs: bool = False) -> None:
        self.data_dir = data_dir
        self.fsync = fsync
        data_dir.mkdir(parents=True, exist_ok=True)
        self._syncs = data_dir / "syncs.log"
        self._library = built_library(data_dir) if notes_syncs else None
        self._server = EmbeddedServer(data_dir)

    @property
    def path(self) -> str:
        """Its socket."""
        return str(socket_path(self.data_dir))

    @property
    def pid(self) -> int:
        return self._server.pid

    def start(self) -> None:
        """Start it as the product does."""
        self._syncs.write_bytes(b"")
        with self._noting(), self._syncing():
            self._server.start()

    def stop(self) -> None:
        """As the product stops it."""
        self.thaw()
        self._server.stop()

    def kill(self) -> None:
        """`kill -9`."""
        if pid := self.pid:
            os.kill(pid, signal.SIGKILL)
        self._server.stop()

    def freeze(self) -> None:
        """SIGSTOP: connected, and deaf."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        if pid := self.pid:
            os.kill(pid, signal.SIGCONT)

    def cut_power(self) -> int:
        """Kill it and take away what was never synced; returns how many bytes that were."""
        self.kill()
        synced: dict[str, int] = {}
        for line in self._syncs.read_bytes().splitlines():
            name, _, size = line.decode().rpartition(" ")
            synced[name] = int(size)
        lost = 0
        for path in (self.data_dir / "redis").rglob("*.aof"):
            kept = synced.get(str(path), 0 if ".incr." in path.name else path.stat().st_size)
            lost += path.stat().st_size - kept
            os.truncate(path, kept)
        return lost

    def command(self, *words: Any, seconds: float = 2.0) -> Any:
        """One command, from beside the product."""
        with redis.Redis(
            unix_socket_path=self.path, socket_timeout=seconds, retry=Retry(NoBackoff(), 0)
        ) as client:
            return client.execute_command(*words)

    def block(self, seconds: float) -> None:
        """Run a script that keeps it busy for so long."""
        script = (
            "local t = redis.call('TIME') local e = t[1] * 1000 + t[2] / 1000 + ARGV[1] repeat "
            "t = redis.call('TIME') until t[1] * 1000 + t[2] / 1000 > e return 1"
        )
        with suppress(redis.RedisError):
            self.command("EVAL", script, 0, int(seconds * 1000), seconds=seconds + 5)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        if self._library is None:
            yield
            return
        os.environ.update(LD_PRELOAD=str(self._library), SYNCED_LOG=str(self._syncs))
        try:
            yield
        finally:
            del os.environ["LD_PRELOAD"], os.environ["SYNCED_LOG"]

    @contextmanager
    def _syncing(self) -> Iterator[None]:
        """With another `appendfsync` than the product's, for the mutant."""
        usual = embedded._options

        def options(*paths: Path) -> list[str]:
            return [*usual(*paths), "--appendfsync", self.fsync]

        embedded._options = options
        try:
            yield
        finally:
            embedded._options = usual


def has_compiler() -> bool:
    """Whether power can be cut here."""
    return shutil.which("cc") is not None


def built_library(folder: Path) -> Path:
    """The library that notes syncs."""
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "synced.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return library


async def answering(server: Server, seconds: float = 20.0) -> float:
    """Wait until it answers again; how long that took."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        try:
            await asyncio.to_thread(server.command, "PING")
        except redis.RedisError:
            await asyncio.sleep(0.02)
        else:
            return time.monotonic() - started
    raise TimeoutError("the server does not come back")


def told(server: Server) -> dict[str, Any]:
    """INFO, as a dictionary."""
    return dict(orjson.loads(orjson.dumps(server.command("INFO"), default=str)))
