"""The harness's side of the nursery: order processes, hear of their ends, send them signals. No
tests here."""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[2]
READY_SECONDS = 180.0
LOOK_SECONDS = 0.1
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
END_SECONDS = 20.0


@dataclass(eq=False)
class Process:
    """A forked process of the product."""

    kind: str
    pid: int
    log: Path
    ended: asyncio.Future[int] = field(repr=False)

    @property
    def alive(self) -> bool:
        """Nobody has told of its end yet."""
        return not self.ended.done()

    def send(self, number: int) -> None:
        """A signal, to it and nobody else."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def end(self, seconds: float = END_SECONDS) -> int:
        """Wait for its end; the exit code, negative for a signal."""
        return await asyncio.wait_for(asyncio.shield(self.ended), seconds)

    async def kill(self) -> int:
        """`kill -9`, and its end."""
        self.send(signal.SIGKILL)
        return await self.end()

    async def stop(self) -> int:
        """SIGTERM, and its end."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        return await self.end()


class Nursery:
    """Orders processes from a running nursery."""

    def __init__(
        self, folder: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.folder = folder
        self._reader, self._writer = reader, writer
        self._orders = itertools.count(1)
        self._started: dict[int, asyncio.Future[int]] = {}
        self._living: dict[int, Process] = {}
        self._early: dict[int, int] = {}

    async def fork(
        self, kind: str, environment: Mapping[str, str], log: Path, **more: Any
    ) -> Process:
        """A process of this kind, started; `more` may name a `gauge` and a `mutant`."""
        number = next(self._orders)
        started = self._started[number] = asyncio.get_running_loop().create_future()
        order = {
            "order": number,
            "kind": kind,
            "environment": dict(environment),
            "log": str(log),
            "python": str(self.folder / "python"),
            **{name: str(value) for name, value in more.items() if value},
        }
        self._writer.write(orjson.dumps(order) + b"\n")
        pid = await started
        process = Process(kind, pid, log, asyncio.get_running_loop().create_future())
        if pid in self._early:
            process.ended.set_result(self._early.pop(pid))
        else:
            self._living[pid] = process
        return process

    async def listen(self) -> None:
        """Hear who started and who ended, until the nursery is gone."""
        async for line in self._reader:
            told = orjson.loads(line)
            if told["event"] == "started":
                self._started.pop(told["order"]).set_result(told["pid"])
            elif process := self._living.pop(told["pid"], None):
                process.ended.set_result(told["code"])
            else:
                self._early[told["pid"]] = told["code"]


@asynccontextmanager
async def nursery_running(folder: Path, meeting: Path | None = None) -> AsyncIterator[Nursery]:
    """A nursery until the block ends; all its processes end with it. Harnesses that name one
    `meeting` folder import the product once for all.
    """
    _write_python(folder / "python")
    address = (meeting or folder) / "nursery"
    with address.with_suffix(".lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        line, process = await _connected(address), None
        if line is None:
            line, process = await _started(address)
    reader, writer = line
    try:
        await asyncio.wait_for(reader.readline(), READY_SECONDS)
        nursery = Nursery(folder, reader, writer)
        listening = asyncio.ensure_future(nursery.listen())
        try:
            yield nursery
        finally:
            writer.close()
            await listening
    finally:
        if process is not None:
            process.kill()  # its nurseries live as long as their harnesses
            await process.wait()


async def _connected(address: Path) -> Line | None:
    with suppress(OSError):
        return await asyncio.open_unix_connection(address)
    return None


async def _started(address: Path) -> tuple[Line, asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.launch", "nursery", str(address)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(READY_SECONDS):
        while (line := await _connected(address)) is None:
            assert process.returncode is None, "the product cannot be imported"
            await asyncio.sleep(LOOK_SECONDS)
    return line, process


def _write_python(path: Path) -> None:
    """What a forked process starts as `sys.executable -m …`: itself again, under the same order."""
    command = f'exec "{sys.executable}" -m tests.faults.launch "$@"'
    path.write_text(f'#!/bin/sh\ncd "{ROOT}" && {command}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
