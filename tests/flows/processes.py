"""The real processes, as `python -m handoff up` and `python -m bot` start them. No tests here."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path

import orjson
import psutil

ROOT = Path(__file__).parents[2]
SETTINGS = (
    "REDIS_",
    "BOT_",
    "HANDOFF_",
    "SANDBOX_",
    "SECRET_",
    "SEEDS_",
    "FILES_",
    "SHOP",
    "DATA_",
)
FIRST_PORT, PORTS_EACH = 20_000, 1_500
START_SECONDS = 120.0
"""Importing alone takes seconds of a free core, and cores may be shared."""
STOP_SECONDS = 20.0


def environment(**settings: object) -> dict[str, str]:
    """This process's environment with none of our settings but these."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return plain | {name: str(value) for name, value in settings.items()}


def _own_ports() -> Iterator[int]:
    """Ports of this test process, outside of those the system gives to whoever asks for any: who
    is killed and started again finds its port as it was.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8
    first, ports = FIRST_PORT + PORTS_EACH * worker, range(PORTS_EACH)
    for number in cycle(ports):
        yield first + (os.getpid() + number) % PORTS_EACH


_PORTS = _own_ports()


def free_port() -> int:
    """A port nobody listens at; no two calls give the same one soon."""
    for port in islice(_PORTS, PORTS_EACH):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def until(is_so: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for something real processes do; returns how long it took."""
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < seconds, what
        await asyncio.sleep(0.05)
    return time.monotonic() - started


@contextmanager
def bot_process(log: Path, **settings: object) -> Iterator[psutil.Popen]:
    """One `python -m bot`, gone with the block."""
    with log.open("ab") as out:
        process = psutil.Popen(
            [sys.executable, "-m", "bot"],
            cwd=ROOT,
            env=environment(**settings),
            stdout=out,
            stderr=out,
        )
    try:
        yield process
    finally:
        if process.is_running():
            process.terminate()
        process.wait(STOP_SECONDS)


class UpProcess:
    """`python -m handoff up` on one data directory, started as often as a test likes."""

    def __init__(self, data_dir: Path, log: Path) -> None:
        self.data_dir = data_dir
        self.log = log
        self.sandbox_port, self.desk_port = free_port(), free_port()
        self.process: psutil.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    async def start(self) -> float:
        """Start it and wait for its welcome; returns the seconds that took."""
        said = self._said()
        ports = {"SANDBOX_PORT": self.sandbox_port, "HANDOFF_DESK_PORT": self.desk_port}
        with self.log.open("ab") as out:
            self.process = psutil.Popen(
                [sys.executable, "-m", "handoff", "up"],
                cwd=ROOT,
                env=environment(DATA_DIR=self.data_dir, **ports),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        return await until(
            lambda: b"Warmline is up" in self._said()[len(said) :], START_SECONDS, "no welcome"
        )

    def family(self) -> list[psutil.Process]:
        """It and everything it has started."""
        assert self.process
        return [self.process, *self.process.children(recursive=True)]

    def part(self, *words: str) -> psutil.Process:
        """The child whose command line ends in these words."""
        assert self.process
        (found,) = [
            child
            for child in self.process.children()
            if tuple(child.cmdline()[-len(words) :]) == words
        ]
        return found

    @property
    def server(self) -> psutil.Process:
        assert self.process
        (found,) = [c for c in self.process.children() if c.name().startswith(("valkey", "redis"))]
        return found

    def passwords(self) -> dict[str, str]:
        return dict(orjson.loads((self.data_dir / "demo-agents.json").read_bytes()))

    async def end(self, number: int) -> tuple[float, list[psutil.Process]]:
        """Send a signal and wait for everybody's end: the seconds, and who is still there."""
        family, started = self.family(), time.monotonic()
        family[0].send_signal(number)
        _, alive = await asyncio.to_thread(psutil.wait_procs, family, STOP_SECONDS)
        self.process = None
        return time.monotonic() - started, alive

    def kill(self) -> None:
        """Leave nothing behind, whatever a test did."""
        if self.process is not None:
            family = self.family() if self.process.is_running() else []
            for one in family:
                one.kill()
            self.process.wait()

    def _said(self) -> bytes:
        return self.log.read_bytes() if self.log.exists() else b""
