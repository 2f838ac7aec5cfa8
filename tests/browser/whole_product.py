"""The product as `make run` starts it: all its processes, on free ports, with a data directory of
its own. For browser stories; no tests here."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.flows.processes import free_port

HOUSE = Path(__file__).parents[2]
READY_SECONDS, STOP_SECONDS = 90, 40
_OURS = ("REDIS_", "BOT_", "HANDOFF_", "SANDBOX_", "SECRET_", "SEEDS_", "FILES_", "SHOP", "LOG_")


@dataclass(frozen=True, slots=True)
class WholeProduct:
    """Where everything is, and what was logged."""

    phone: str
    desk: str
    passwords: dict[str, str]
    log: list[str]


@asynccontextmanager
async def whole_product(data_dir: Path) -> AsyncIterator[WholeProduct]:
    """`python -m handoff up` until the block ends; Ctrl-C has to stop all of it in order."""
    sandbox, desk = free_port(), free_port()
    mine = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
    ports = {"SANDBOX_PORT": str(sandbox), "HANDOFF_DESK_PORT": str(desk)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "handoff", "up"),
        cwd=HOUSE,
        env=mine | ports | {"DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    log: list[str] = []
    up = asyncio.Event()
    reading = asyncio.ensure_future(_read(process, log, up))
    try:
        async with asyncio.timeout(READY_SECONDS):
            await up.wait()
        passwords = orjson.loads((data_dir / "demo-agents.json").read_bytes())
        yield WholeProduct(
            f"http://127.0.0.1:{sandbox}", f"http://127.0.0.1:{desk}", passwords, log
        )
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        await reading
    assert process.returncode == 0


async def _read(process: asyncio.subprocess.Process, log: list[str], up: asyncio.Event) -> None:
    """Keep reading: a full pipe would hold the product up."""
    assert process.stdout is not None
    async for line in process.stdout:
        log.append(line.decode().rstrip())
        if "Warmline is up" in log[-1]:
            up.set()
    up.set()
