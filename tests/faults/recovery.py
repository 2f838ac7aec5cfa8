"""How long it takes until all is well again after a death. No tests here.

`make recovery`: the only bot killed, the server killed, a worker killed in the middle of its job,
an agent gone with a case. What is measured is what customers and agents see.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from pydantic import SecretStr

from handoff.jobs import Track
from handoff.settings import StoreSettings
from handoff.store.server import socket_url
from tests.faults.asking import Asking
from tests.faults.injector import inject
from tests.faults.nursery import Nursery
from tests.faults.stage import staged
from tests.faults.world import SHOP, Plan, World, world_running
from workers.tracks import RETRY_SECONDS, Tracks

if TYPE_CHECKING:  # it fixes its prefix when it is imported: `Tracks` does that
    from rq.job import Job

BACK_SECONDS, JOB_SECONDS, CASE_SECONDS = 5.0, 90.0, 90.0
RATE = 10.0
BEFORE_SECONDS = 2.0
SLEEP_SECONDS = 40
"""What the job does; long enough to be killed in the middle."""
PATIENCE_SECONDS = 150.0
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Told:
    """What it was, how long it took each time, and how long it may take."""

    what: str
    seconds: tuple[float, ...]
    most: float

    @property
    def is_reached(self) -> bool:
        return bool(self.seconds) and max(self.seconds) <= self.most

    def lines(self) -> list[str]:
        """As a person reads it."""
        took = ", ".join(f"{one:.1f}" for one in self.seconds) or "never"
        reached = "reached" if self.is_reached else "NOT REACHED"
        return [f"{self.what}: {took} s (at most {self.most:.0f} s): {reached}"]


async def back_after(nursery: Nursery, kind: str, times: int, folder: Path) -> Told:
    """From the end of a fault to the first answer to what was asked after it. A bot's time begins
    with its death, and leaves out only its import; the server's when it is back.
    """
    async with world_running(nursery, Plan(), folder) as world:
        asking, took = Asking(world), []
        chats = await asking.people(50)
        for _ in range(times):
            before = asyncio.ensure_future(
                asking.keep_asking(chats, rate=RATE, seconds=BEFORE_SECONDS)
            )
            await asyncio.sleep(BEFORE_SECONDS / 2)
            await inject(world, kind)
            took.append(await asking.until_answered([await asking.ask(chats[0])]))
            await asking.until_answered(await before)
    return Told(f"first answer after {kind}", tuple(took), BACK_SECONDS)


async def job_again(nursery: Nursery, times: int, folder: Path) -> Told:
    """From the death of a worker with its job to the moment another works on it."""
    async with world_running(nursery, Plan(workers=True), folder) as world:
        url = SecretStr(socket_url(world.server.data_dir))
        tracks = Tracks(StoreSettings(redis_url=url, data_dir=folder, shop=SHOP))
        took = []
        for number in range(times):
            job = _sleeping(tracks, f"sleep-{number}")
            await _until_started(job, "")
            first = job.worker_name or ""
            killed = _kill_chores_worker(world)
            with suppress(TimeoutError):
                await _until_started(job, first)
                took.append(time.monotonic() - killed)
    return Told("job of a killed worker at work again", tuple(took), JOB_SECONDS)


def _sleeping(tracks: Tracks, job_id: str) -> Job:
    """A job that takes a while, with the second tries every job of the product has."""
    queue = tracks.queue(Track.CHORES)
    from rq import Retry

    again = Retry(max=len(RETRY_SECONDS), interval=RETRY_SECONDS)
    return queue.enqueue("time.sleep", SLEEP_SECONDS, job_timeout=60, job_id=job_id, retry=again)


async def _until_started(job: Job, not_by: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            status = await asyncio.to_thread(job.get_status)
            await asyncio.to_thread(job.refresh)
            if status == "started" and job.worker_name != not_by:
                return
            await asyncio.sleep(LOOK_SECONDS)


def _kill_chores_worker(world: World) -> float:
    """The worker and its horse at once; when that was."""
    (crew,) = (one for one in world.kept if one.kind == "workers")
    assert crew.process is not None
    for child in psutil.Process(crew.process.pid).children():
        if "chores" in child.cmdline():
            for one in (child, *child.children(recursive=True)):
                one.kill()
    return time.monotonic()


async def case_again(nursery: Nursery, folder: Path) -> Told:
    """From an agent's last sign of life to their case in the queue, as others see it."""
    async with staged(nursery, folder, 1) as stage:
        people = await stage.cast(1)
        case = (await stage.cases_of(people))[people[0].chat]
        vera = stage.browsers[3]
        await vera.claim(case)
        await vera.look(case)
        vera.vanish()
        gone = time.monotonic()
        await stage.listed(people, seconds=PATIENCE_SECONDS)
        took = time.monotonic() - gone
    return Told("case of a vanished agent back in the queue", (took,), CASE_SECONDS)
