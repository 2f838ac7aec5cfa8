"""Rows 22 to 24 of the matrix: a server that must not be used, and one that has no room left."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.asking import Asking
from tests.faults.conftest import OpenWorld
from tests.faults.history import FaultInjected, now_ms
from tests.faults.nursery import Nursery
from tests.faults.server import Server, answering
from tests.faults.telegram import TOKEN
from tests.faults.verdict import Expected
from tests.faults.world import Plan, World
from tests.flows.processes import environment
from tests.flows.seeds import SEEDS

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]
DISK_BYTES = 12 * 1024 * 1024


@pytest.mark.parametrize("kind", ["bot", "desk", "workers"])
@pytest.mark.parametrize(
    ("setting", "value"), [("maxmemory-policy", "allkeys-lru"), ("appendonly", "no")]
)
async def test_no_process_starts_over_a_server_that_would_forget(
    nursery: Nursery, kind: str, setting: str, value: str, tmp_path: Path
) -> None:
    server = Server(tmp_path / "s")
    server.start()
    server.command("CONFIG", "SET", setting, value)
    settings = environment(
        REDIS_URL=f"unix://{server.path}",
        DATA_DIR=tmp_path,
        SEEDS_DIR=SEEDS,
        BOT_TOKEN=TOKEN,
        BOT_API_URL="http://127.0.0.1:9",
        HANDOFF_DESK_PORT=0,
    )
    try:
        process = await nursery.fork(kind, settings, tmp_path / "out.log")
        code = await process.end()
    finally:
        server.stop()

    assert code == 1
    assert setting.partition("-")[0] in (tmp_path / "out.log").read_text()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own, a few megabytes large."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "warmline-test", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_full_disk_stops_intake_and_loses_nothing_it_took(
    open_world: OpenWorld, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        async with open_world(Plan(disk=disk)) as world:
            asking = Asking(world)
            first, *people = await asking.people(31)
            await asking.until_answered([await asking.ask(first)])
            began, ballast = now_ms(), disk / "ballast"
            asked = await _ask_until_full(world, asking, people, ballast)
            in_flight = world.telegram.in_flight()
            ballast.unlink()
            world.server.kill()  # it has ended by itself; let go of its folder
            world.server.start()
            await answering(world.server)
            world.note_fault(
                FaultInjected(
                    at_ms=began,
                    kind="redis.disk_full",
                    target="server",
                    until_ms=now_ms(),
                    in_flight=in_flight,
                )
            )
            await asking.until_answered(asked)
            verdict = await asking.verdict(Expected(duplicates_per_fault=None))

    assert in_flight > 0
    assert verdict.violations == (), verdict.report()


async def _ask_until_full(
    world: World, asking: Asking, people: list[int], ballast: Path
) -> list[str]:
    """The server ends with its disk; what was asked until then and just after."""
    with ballast.open("wb") as file:
        free = os.statvfs(ballast).f_bavail * os.statvfs(ballast).f_frsize
        file.write(b"\0" * (free - 64 * 1024))
    asked: list[str] = []
    while world.server.pid and people:
        asked.append(await asking.ask(people.pop()))
        await asyncio.sleep(0.1)
    assert not world.server.pid, "the disk was not full"
    return [*asked, *[await asking.ask(chat) for chat in people[:3]]]
