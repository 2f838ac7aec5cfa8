"""`python -m handoff up`: the whole product on one machine.

Starts the embedded server, then the sandbox (when there is no bot token), desk, workers and bot as
processes of their own, with one readable log. A process that ends is started again; Ctrl-C stops
them all, the bot first.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
import typer

from handoff.desk.accounts import ensure_demo_agents
from handoff.errors import StartRefused, StoreDown
from handoff.ops.counters import STARTED
from handoff.settings import DemoSettings, DeskSettings, StoreSettings
from handoff.store.redis import open_store
from handoff.store.server import EmbeddedServer, die_with_parent, socket_url

SANDBOX_TOKEN = "4242:warmline-sandbox"
STOP_SECONDS = 15.0
READY_SECONDS = 90.0
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.5, 10.0
STEADY_SECONDS = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the product."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def run_up(store: StoreSettings, desk: DeskSettings, demo: DemoSettings) -> None:
    """Run everything until Ctrl-C; raises StartRefused when it cannot start."""
    sandbox = not demo.bot_token.get_secret_value()
    _check_ports(
        {"HANDOFF_DESK_PORT": desk.desk_port}
        | ({"SANDBOX_PORT": demo.sandbox_port} if sandbox else {})
    )
    if store.redis_url.get_secret_value():
        asyncio.run(_Up(store, desk, demo).run())
        return
    server = EmbeddedServer(store.data_dir)
    server.start()
    try:
        asyncio.run(_Up(store, desk, demo).run(server))
    finally:
        server.stop()
        log.info("server.stopped")


class _Up:
    def __init__(self, store: StoreSettings, desk: DeskSettings, demo: DemoSettings) -> None:
        self._store = store
        self._desk = desk
        self._demo = demo
        self._sandbox = not demo.bot_token.get_secret_value()
        self._environment = {k: v for k, v in os.environ.items() if k != "BOT_TOKEN"}
        self._born = time.time()
        self._stop = asyncio.Event()

    def _parts(self) -> list[Part]:
        """The processes, first to be started first. Only the bot is given a token."""
        url, token = "", self._demo.bot_token.get_secret_value()
        sandbox: list[Part] = []
        if self._sandbox:
            url, token = f"http://127.0.0.1:{self._demo.sandbox_port}", SANDBOX_TOKEN
            sandbox = [Part("sandbox", ("-m", "bot.sandbox"))]
        own = {"BOT_TOKEN": token} | ({"BOT_API_URL": url} if url else {})
        return [
            *sandbox,
            Part("desk", ("-m", "handoff", "serve")),
            Part("workers", ("-m", "workers")),
            Part("bot", ("-m", "bot"), own),
        ]

    async def run(self, server: EmbeddedServer | None = None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        started = time.monotonic()
        keepers = [asyncio.ensure_future(self._keep(part)) for part in self._parts()]
        watch = [asyncio.ensure_future(self._watch(server))] if server else []
        welcome = asyncio.ensure_future(self._welcome(started))
        await self._stop.wait()
        log.info("up.stopping")
        welcome.cancel()
        for keeper in reversed(keepers):  # the bot first: it finishes what it has begun
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        for task in watch:
            task.cancel()
        await asyncio.gather(welcome, *watch, return_exceptions=True)

    async def _keep(self, part: Part) -> None:
        """Keep one process running until cancelled."""
        pause = FIRST_PAUSE_SECONDS
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
                await _ended(process)
                raise
            pause = (
                FIRST_PAUSE_SECONDS
                if time.monotonic() - started > STEADY_SECONDS
                else min(pause * 2, LAST_PAUSE_SECONDS)
            )
            log.error("process.ended", part=part.name, code=code, again_in_seconds=pause)
            await asyncio.sleep(pause)

    async def _watch(self, server: EmbeddedServer) -> None:
        """Start the embedded server again should it end."""
        while True:
            await asyncio.sleep(0.5)
            if not server.pid:
                log.error("server.ended")
                server.stop()
                server.start()

    async def _welcome(self, started: float) -> None:
        """Say where everything is as soon as the bot answers."""
        url = self._store.redis_url.get_secret_value()
        async with open_store(url or socket_url(self._store.data_dir), self._store.shop) as store:
            agents = await ensure_demo_agents(store, self._store.data_dir) if self._sandbox else []
            while time.monotonic() - started < READY_SECONDS:
                try:
                    if _bot_reports(await store.house.reports(), self._born):
                        break
                except StoreDown:
                    pass
                await asyncio.sleep(0.2)
        typer.echo(self._welcome_text(agents, time.monotonic() - started))

    def _welcome_text(self, agents: Sequence[tuple[str, str]], seconds: float) -> str:
        desk = self._desk.desk_url or f"http://{self._desk.desk_host}:{self._desk.desk_port}"
        lines = [
            "",
            f"Warmline is up ({seconds:.0f} s). Ctrl-C stops everything; nothing is lost.",
            "",
        ]
        if self._sandbox:
            lines.append(f"  Phone   http://127.0.0.1:{self._demo.sandbox_port}/")
        lines += [f"  Desk    {desk}/", f"  Ops     {desk}/ops", ""]
        if not self._sandbox:
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


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _check_ports(ports: dict[str, int]) -> None:
    """Say which port is taken before anything is started."""
    for setting, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise StartRefused(
                    f"Port {port} is taken. Stop what uses it, or set {setting}."
                ) from error
