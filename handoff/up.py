"""`python -m handoff up`: the whole product on one machine.

Starts the embedded server, then the sandbox (when there is no bot token), desk, workers and bot as
processes of their own, with one readable log. A process that ends is started again; Ctrl-C stops
them all, the bot first.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
import typer

from handoff.desk.accounts import ensure_demo_agents
from handoff.errors import StartRefused, StoreDown
from handoff.settings import DemoSettings, DeskSettings, StoreSettings
from handoff.store.redis import open_store
from handoff.store.server import EmbeddedServer, check_server, die_with_parent, socket_url
from handoff.tasks import told_to_stop
from handoff.upkeep import STARTED

SANDBOX_TOKEN = "4242:warmline-sandbox"
BOT_STOP_SECONDS, STOP_SECONDS = 12.0, 6.0
READY_SECONDS = 90.0
PORT_SECONDS = 5.0
LOOK_SECONDS = 0.2
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.2, 10.0
STEADY_SECONDS = 30.0
NOT_UP = f"""
The bot has not answered within {READY_SECONDS:.0f} s; the lines above say why. It is tried on.
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the product."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    stop_seconds: float = STOP_SECONDS


def run_up(
    store: StoreSettings,
    desk: DeskSettings,
    *,
    demo: DemoSettings,
    port_seconds: float = PORT_SECONDS,
) -> None:
    """Run everything until Ctrl-C; raises StartRefused when it cannot start. What an `up` that was
    killed has left gets `port_seconds` to end."""
    product = _Up(store, desk, demo)
    ports = {"HANDOFF_DESK_PORT": (desk.desk_host, desk.desk_port)}
    if product.sandbox:
        ports["SANDBOX_PORT"] = ("127.0.0.1", demo.sandbox_port)
    _check_ports(ports, port_seconds)
    url = store.redis_url.get_secret_value()
    if url:
        asyncio.run(check_server(url, unsafe=store.redis_unsafe))
        asyncio.run(product.run())
        return
    server = EmbeddedServer(store.data_dir)
    server.start()
    try:
        asyncio.run(product.run(server))
    finally:
        server.stop()
        log.info("server.stopped")


class _Up:
    def __init__(self, store: StoreSettings, desk: DeskSettings, demo: DemoSettings) -> None:
        self._store = store
        self._desk = desk
        self._demo = demo
        self.sandbox = not demo.bot_token.get_secret_value()
        self._environment = {k: v for k, v in os.environ.items() if k != "BOT_TOKEN"}
        self._born = time.time()

    def _parts(self) -> list[Part]:
        """The processes, first to be started first. Only the bot is given a token."""
        url, token = "", self._demo.bot_token.get_secret_value()
        sandbox: list[Part] = []
        if self.sandbox:
            url, token = f"http://127.0.0.1:{self._demo.sandbox_port}", SANDBOX_TOKEN
            sandbox = [Part("sandbox", ("-m", "bot.sandbox"))]
        own = {"BOT_TOKEN": token} | ({"BOT_API_URL": url} if url else {})
        return [
            *sandbox,
            Part("desk", ("-m", "handoff", "serve")),
            Part("workers", ("-m", "workers")),
            Part("bot", ("-m", "bot"), own, BOT_STOP_SECONDS),
        ]

    async def run(self, server: EmbeddedServer | None = None) -> None:
        """Until SIGINT or SIGTERM; raises what broke the keeping itself."""
        told = told_to_stop()
        *others, bot = [asyncio.ensure_future(self._keep(part)) for part in self._parts()]
        watch = [asyncio.ensure_future(_watch(server))] if server else []
        welcome = asyncio.ensure_future(self._welcome())
        stopping = asyncio.ensure_future(told.wait())
        ended, _ = await asyncio.wait(
            {stopping, bot, *others, *watch}, return_when=asyncio.FIRST_COMPLETED
        )
        log.info("up.stopping")
        await _cancelled(welcome, bot)  # the bot first: it finishes what it has begun
        await _cancelled(stopping, *others, *watch)
        for task in ended - {stopping}:
            task.result()

    async def _keep(self, part: Part) -> None:
        """Keep one process running until cancelled."""
        pause = 0.0
        while True:
            started = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *part.command,
                env=self._environment | part.environment,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                await _ended(process, part.stop_seconds)
                raise
            pause = next_pause(pause, time.monotonic() - started)
            log.error("process.ended", part=part.name, code=code, again_in_seconds=pause)
            await asyncio.sleep(pause)

    async def _welcome(self) -> None:
        """Say where everything is as soon as the bot answers."""
        url = self._store.redis_url.get_secret_value() or socket_url(self._store.data_dir)
        agents: Sequence[tuple[str, str]] = ()
        is_up, seconds = False, 0.0
        async with open_store(url, self._store.shop) as store:
            while not is_up and seconds < READY_SECONDS:
                with suppress(StoreDown):
                    if self.sandbox and not agents:
                        agents = await ensure_demo_agents(store, self._store.data_dir)
                    is_up = _bot_reports(await store.house.reports(), self._born)
                await asyncio.sleep(0 if is_up else LOOK_SECONDS)
                seconds = time.time() - self._born
        typer.echo(self._welcome_text(agents, seconds) if is_up else NOT_UP)

    def _welcome_text(self, agents: Sequence[tuple[str, str]], seconds: float) -> str:
        desk = self._desk.desk_url or f"http://{self._desk.desk_host}:{self._desk.desk_port}"
        lines = [
            "",
            f"Warmline is up ({seconds:.0f} s). Ctrl-C stops everything; nothing is lost.",
            "",
        ]
        if self.sandbox:
            lines.append(f"  Phone   http://127.0.0.1:{self._demo.sandbox_port}/")
        lines += [f"  Desk    {desk}/", f"  Ops     {desk}/ops", ""]
        if not self.sandbox:
            return "\n".join(
                [*lines, "Add the first agent: python -m handoff agent add ID --name NAME", ""]
            )
        logins = "   ".join(f"{name} / {password}" for name, password in agents)
        return "\n".join(
            [
                *lines,
                f"  Agents  {logins}",
                "",
                "Try this:",
                "  1. Phone: open Lin Yue and press the chip about order W1000001.",
                "  2. Phone: open Emma Clark and write: My card says do_not_honor",
                "  3. Phone: open 王建国 and complain about his 6,299-yuan laptop.",
                "  4. Desk: log in as an agent, press Take, read the packet, answer, resolve.",
                "  5. Ops: watch the queue, then press Ctrl-C here and run `make run` again.",
                "",
            ]
        )


def _bot_reports(reports: dict[str, dict[str, float]], born: float) -> bool:
    """Whether a bot that was started after `born` is at work; an earlier one's report lingers."""
    return any(
        name.startswith("bot-") and figures.get(f"={STARTED}", 0) > born
        for name, figures in reports.items()
    )


def next_pause(last: float, lived_seconds: float) -> float:
    """Seconds to wait before a process that lived so long is started again, after `last` seconds
    the time before."""
    if not last or lived_seconds > STEADY_SECONDS:
        return FIRST_PAUSE_SECONDS
    return min(last * 2, LAST_PAUSE_SECONDS)


async def _watch(server: EmbeddedServer) -> None:
    """Start the embedded server again should it end, until cancelled."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if server.pid:
            continue
        log.error("server.ended")
        server.stop()
        try:
            server.start()
        except StartRefused as error:  # a full disk, say: the others wait until it is back
            log.error("server.not_started", reason=str(error), again_in_seconds=LAST_PAUSE_SECONDS)
            await asyncio.sleep(LAST_PAUSE_SECONDS)


async def _cancelled(*tasks: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _ended(process: asyncio.subprocess.Process, patience_seconds: float) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), patience_seconds)
    except TimeoutError:
        process.kill()
        await process.wait()


def _check_ports(ports: dict[str, tuple[str, int]], patience_seconds: float) -> None:
    """Say which port is taken before anything is started."""
    deadline = time.monotonic() + patience_seconds
    for setting, (host, port) in ports.items():
        while not _is_free(host, port):
            if time.monotonic() > deadline:
                raise StartRefused(f"Port {port} is taken. Stop what uses it, or set {setting}.")
            time.sleep(LOOK_SECONDS)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True
