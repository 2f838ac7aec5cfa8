"""The world of a run: the product's real processes, its server behind a proxy, Telegram behind
another, and a history. No tests here.

Processes are kept running as `python -m handoff up` and every service manager keep them: who ends
is started again after a pause.
"""

from __future__ import annotations

import asyncio
import re
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from bot.sandbox.client import SandboxClient
from handoff.desk.accounts import ensure_demo_agents
from handoff.ports import Store
from handoff.store.redis import open_store
from handoff.store.server import socket_url
from tests.faults.history import (
    AlertCleared,
    AlertRaised,
    FaultInjected,
    ProcessReady,
    ProcessStarted,
    ProcessStopped,
    Recorder,
    RunStarted,
    now_ms,
)
from tests.faults.nursery import Nursery, Process
from tests.faults.points import CRASH_CODE, Gauge
from tests.faults.proxy import Proxy, proxy_running, to_port, to_socket
from tests.faults.server import Server
from tests.faults.strain import watch_strain
from tests.faults.telegram import TOKEN, Telegram, telegram_running
from tests.flows.processes import environment, free_port
from tests.flows.seeds import SEEDS

SHOP = "shop"
HISTORY = "history.jsonl"
SECRET = "a secret for faults only, 32 byte"
WEBHOOK_SECRET = "only-for-faults"
FIRST_PAUSE, LAST_PAUSE = 0.1, 2.0
LOOK_SECONDS = 0.05
READY_SECONDS = 90.0
"""An earlier version imports everything itself, and the machine may be busy."""
_CONVERSATION = re.compile(r"\btg-\d+-(-?\d+)")


@dataclass(frozen=True, slots=True)
class Plan:
    """What runs in a world, and how."""

    seed: int = 1
    mode: str = "polling"
    bots: int = 1
    workers: bool = False
    desks: int = 1
    total_per_second: float = 1000
    chat_per_second: float = 100
    group_per_minute: int = 20
    fsync: str = "always"
    notes_syncs: bool = False
    disk: Path | None = None
    """Where the server keeps its files; None: in a folder of its own."""
    mutant: str = ""
    seeds: Path = SEEDS
    gauged: bool = False
    """Every process passes its crash points, in a hurry."""
    slow_shop: float = 0.0
    """The share of the shop's answers that take 2.6 s."""
    more: tuple[tuple[str, str], ...] = ()
    """More settings of all processes."""


class Source(Protocol):
    """Where processes come from: the nursery, or an earlier version."""

    async def fork(
        self, kind: str, environment: Mapping[str, str], log: Path, **more: Any
    ) -> Process: ...


class Kept:
    """One process of the product and whoever replaces it."""

    def __init__(
        self, world: World, kind: str, number: int, settings: dict[str, str], port: int
    ) -> None:
        self.source: Source = world.nursery
        self.name = f"{kind}-{number}"
        self.kind = kind
        self.port = port
        """Where it tells how it is; 0 when it does not."""
        self.process: Process | None = None
        self.gauge: Gauge | None = None
        self.starts = 0
        self.ready = asyncio.Event()
        self.started = asyncio.Event()
        self.held = asyncio.Event()
        """Clear it, and who ends is not started again until it is set."""
        self.held.set()
        self._world = world
        self._settings = settings
        self._reason = ""
        if world.plan.gauged:
            self.gauge = Gauge(world.folder / f"{self.name}.gauge")

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.alive

    async def keep(self) -> None:
        """Start it and start it again, until cancelled."""
        pause = 0.0
        while True:
            await self.held.wait()
            began = now_ms()
            await self._start()
            assert self.process is not None
            watching = asyncio.ensure_future(self._until_ready(self.process))
            try:
                code = await asyncio.shield(self.process.ended)
            finally:
                watching.cancel()
            self.ready.clear()
            self._world.recorder.note(
                ProcessStopped(
                    at_ms=now_ms(), process=self.name, pid=self.process.pid, how=self._how(code)
                )
            )
            steady = self._world.plan.gauged or now_ms() - began > 5000
            pause = FIRST_PAUSE if steady else min(LAST_PAUSE, pause * 2 or FIRST_PAUSE)
            await asyncio.sleep(pause)

    async def until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it says of itself that it is ready."""
        await asyncio.wait_for(self.ready.wait(), seconds)

    async def until_started(self, starts: int) -> None:
        """Wait until it has been started so often, and is ready."""
        while self.starts < starts:
            self.started.clear()
            await self.started.wait()
        await self.until_ready()

    async def kill(self, number: int = signal.SIGKILL) -> None:
        """End the process there is now, and wait for its end."""
        if (process := self.process) and process.alive:
            self._reason = signal.Signals(number).name
            process.send(number)
            await process.end()

    async def stop(self) -> None:
        """SIGTERM, and its end, however it ends."""
        await self.kill(signal.SIGTERM)

    async def _start(self) -> None:
        world = self._world
        self._reason = ""
        self.process = await self.source.fork(
            self.kind,
            world.environment(self._settings),
            world.folder / f"{self.name}.log",
            gauge=self.gauge.path if self.gauge else "",
            mutant=world.plan.mutant,
            slow_shop=world.plan.slow_shop,
            hurried=world.plan.gauged,
        )
        self.starts += 1
        self.started.set()
        world.recorder.note(ProcessStarted(at_ms=now_ms(), process=self.name, pid=self.process.pid))

    def _how(self, code: int) -> str:
        if code == CRASH_CODE and self.gauge:
            return f"crash point {self.gauge.ended_at}"
        if self._reason:
            return self._reason
        return signal.Signals(-code).name if code < 0 else f"exit {code}"

    async def _until_ready(self, process: Process) -> None:
        if self.port:
            await self._world.until_answers(self.port)
        self.ready.set()
        self._world.recorder.note(ProcessReady(at_ms=now_ms(), process=self.name, pid=process.pid))


@dataclass
class World:
    """Everything a run may touch."""

    plan: Plan
    folder: Path
    nursery: Nursery
    recorder: Recorder
    server: Server
    redis: Proxy
    api: Proxy
    hook: Proxy
    telegram: Telegram
    phone: SandboxClient
    store: Store
    passwords: dict[str, str]
    desk_port: int = 0
    kept: list[Kept] = field(default_factory=list)
    faults: list[FaultInjected] = field(default_factory=list)
    alerts: set[str] = field(default_factory=set)
    """Names of all that were raised so far."""
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def desk_url(self) -> str:
        return f"http://127.0.0.1:{self.desk_port}"

    @property
    def bots(self) -> list[Kept]:
        return [one for one in self.kept if one.kind == "bot"]

    @property
    def desks(self) -> list[Kept]:
        return [one for one in self.kept if one.kind == "desk"]

    def environment(self, settings: dict[str, str]) -> dict[str, str]:
        """What a process of this world is started with."""
        usual: dict[str, object] = {
            "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
            "DATA_DIR": self.folder / "data",
            "SHOP": SHOP,
            "SECRET_KEY": SECRET,
            "SEEDS_DIR": self.plan.seeds,
            "LOG_FORMAT": "json",
            "BOT_LIMIT_TOTAL": self.plan.total_per_second,
            "BOT_LIMIT_CHAT": self.plan.chat_per_second,
            "BOT_LIMIT_GROUP": self.plan.group_per_minute,
        }
        return environment(**{**usual, **dict(self.plan.more), **settings})

    def pids(self) -> list[int]:
        """All processes of the product there are now, and the server."""
        alive = [one.process.pid for one in self.kept if one.process and one.process.alive]
        return [pid for pid in (*alive, self.server.pid) if pid]

    async def until_answers(self, port: int) -> None:
        """Wait until a process says at `port` that it is ready."""
        address = f"http://127.0.0.1:{port}/readyz"
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                with suppress(aiohttp.ClientError, TimeoutError, OSError):
                    async with session.get(address) as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(LOOK_SECONDS)

    async def add_bot(self, source: Source) -> Kept:
        """One more bot, from here or of an earlier version; returns when it is ready."""
        one = _bot(self, len(self.bots) + 1)
        one.source = source
        self.kept.append(one)
        self.tasks.append(asyncio.ensure_future(one.keep()))
        await one.until_ready()
        return one

    def note_fault(self, fault: FaultInjected) -> None:
        """A fault that has ended."""
        self.faults.append(fault)
        self.recorder.note(fault)

    async def watch_alerts(self) -> None:
        """Write down alerts as they come and go, until cancelled."""
        known: dict[str, str] = {}
        while True:
            found = await self._alerts(known)
            self.alerts |= found.keys()
            for name, detail in found.items():
                if known.get(name) != detail:  # an open alert tells the latest
                    chat = chat_in(f"{name} {detail}")
                    raised = AlertRaised(at_ms=now_ms(), name=name, detail=detail, chat=chat)
                    self.recorder.note(raised)
            for name in known.keys() - found.keys():
                self.recorder.note(AlertCleared(at_ms=now_ms(), name=name))
            known = found
            await asyncio.sleep(0.25)

    async def _alerts(self, known: dict[str, str]) -> dict[str, str]:
        try:
            found = await self.store.house.alerts()
        except Exception:  # the server is down, or killed in the middle of an answer
            return known
        return {name: values.get("detail", "") for name, values in found.items()}


def chat_in(told: str) -> int:
    """The chat an alert tells of; 0 when it is about something else."""
    found = _CONVERSATION.search(told)
    return int(found.group(1)) if found else 0


def _bot(world: World, number: int) -> Kept:
    """A bot with a health page, and with a webhook if that is the mode."""
    health, hook = free_port(), free_port()
    settings = {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": f"http://127.0.0.1:{world.api.port}",
        "BOT_HEALTH_PORT": str(health),
        "BOT_MODE": world.plan.mode,
    }
    if world.plan.mode == "webhook":
        world.hook.upstreams.append(to_port(hook))
        settings |= {
            "BOT_WEBHOOK_URL": f"http://127.0.0.1:{world.hook.port}/hook",
            "BOT_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "BOT_WEBHOOK_PORT": str(hook),
        }
    return Kept(world, "bot", number, settings, health)


def _members(world: World) -> list[Kept]:
    """The processes of a world."""
    plan = world.plan
    members = [_bot(world, number) for number in range(1, plan.bots + 1)]
    for number in range(1, plan.desks + 1):
        port = world.desk_port if number == 1 else free_port()
        members.append(Kept(world, "desk", number, {"HANDOFF_DESK_PORT": str(port)}, port))
    if plan.workers:
        members.append(Kept(world, "workers", 1, {}, 0))
    return members


@asynccontextmanager
async def world_running(nursery: Nursery, plan: Plan, folder: Path) -> AsyncIterator[World]:
    """A world until the block ends; it begins when all its processes are ready."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        # A socket has a short name or none.
        near = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wl-")))
        near = plan.disk or near
        server = Server(near, fsync=plan.fsync, notes_syncs=plan.notes_syncs)
        stack.callback(server.stop)
        server.start()
        recorder = stack.enter_context(Recorder(folder / HISTORY))
        telegram, phone = await stack.enter_async_context(telegram_running(recorder))
        api_port = int(telegram.url.rpartition(":")[2])
        redis = await stack.enter_async_context(proxy_running(to_socket(server.path)))
        api = await stack.enter_async_context(proxy_running(to_port(api_port)))
        hook = await stack.enter_async_context(proxy_running())
        store = await stack.enter_async_context(open_store(socket_url(near), SHOP))
        agents = dict(await ensure_demo_agents(store, data))
        world = World(
            plan,
            folder,
            nursery,
            recorder,
            server,
            redis,
            api,
            hook,
            telegram,
            phone,
            store,
            agents,
            desk_port=free_port(),
        )
        facts = {"bots": str(plan.bots), "total": str(plan.total_per_second), "mutant": plan.mutant}
        recorder.note(RunStarted(at_ms=now_ms(), seed=plan.seed, mode=plan.mode, facts=facts))
        world.kept = _members(world)
        tasks = world.tasks
        tasks += [asyncio.ensure_future(one.keep()) for one in world.kept]
        tasks.append(asyncio.ensure_future(world.watch_alerts()))
        tasks.append(asyncio.ensure_future(watch_strain(recorder, world.pids)))
        try:
            await asyncio.gather(*(one.until_ready() for one in world.kept))
            yield world
        finally:
            await _end(world, tasks)


async def _end(world: World, tasks: list[asyncio.Task[None]]) -> None:
    """Fair weather, and everybody's end."""
    world.server.thaw()
    for proxy in (world.redis, world.api, world.hook):
        proxy.clear()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for one in world.kept:
        if one.process and one.process.alive:
            await one.process.kill()
