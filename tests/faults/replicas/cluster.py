"""A primary, two replicas and three sentinels, and a network between them that can be cut. No
tests here.

Every server is known to the others by the port of a gate in front of it. Servers and sentinels come
from a loopback address of their own, so that a gate can keep them out and let clients in.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from handoff.store.server import die_with_parent
from handoff.store.server_binary import packaged_path
from tests.flows.processes import free_port

HERE, THEIRS = "127.0.0.1", "127.0.0.77"
SERVICE = "shop"
DOWN_AFTER_MS = 1_000


class Gate:
    """The address of a server for others: passes everything on, or nothing from other servers."""

    def __init__(self, inner_port: int) -> None:
        self.port = free_port()
        self.keeps_servers_out = False
        self._inner_port = inner_port
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, HERE, self.port)

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        assert link
        self._links.add(link)
        link.add_done_callback(self._links.discard)
        is_server = writer.get_extra_info("peername")[0] == THEIRS
        writers = [writer]
        with suppress(OSError, asyncio.CancelledError):
            inner_reader, inner_writer = await asyncio.open_connection(HERE, self._inner_port)
            writers.append(inner_writer)
            ways = (
                asyncio.ensure_future(self._carry(one, other, is_server=is_server))
                for one, other in ((reader, inner_writer), (inner_reader, writer))
            )
            await ended(ways)
        for one in writers:
            one.transport.abort()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_server: bool
    ) -> None:
        while piece := await reader.read(65536):
            if not (is_server and self.keeps_servers_out):
                writer.write(piece)
                await writer.drain()


async def ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Until the first of them ends; then all do."""
    tasks = list(tasks)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Node:
    """One server program and the gate in front of it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.inner_port = free_port()
        self.gate = Gate(self.inner_port)
        self._folder = folder / name
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, options: dict[str, Any], *, role: str = "") -> None:
        """Start it; options come last, so that they count."""
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "server.conf"
        if not config.exists():  # a sentinel writes into its own
            lines = [f"{name} {value}" for name, value in options.items()]
            config.write_text("\n".join(lines) + "\n")
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(packaged_path()), str(config), *([role] if role else [])],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                preexec_fn=die_with_parent(),
            )

    def signal(self, number: signal.Signals) -> None:
        assert self._process
        os.kill(self._process.pid, number)

    def stop(self) -> None:
        if self._process:
            with suppress(ProcessLookupError):
                self.signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
        self._process = None

    async def ask(self, *command: Any) -> Any:
        """One command, straight to it; None when it does not answer."""
        client = redis.asyncio.Redis(
            host=HERE,
            port=self.inner_port,
            socket_timeout=0.5,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        try:
            return await client.execute_command(*command)
        except (redis.RedisError, OSError):
            return None
        finally:
            await client.aclose()


class Cluster:
    """The six of them. `primary` is the one that began as such."""

    def __init__(self, folder: Path) -> None:
        self.nodes = [Node(folder, f"node-{n}") for n in range(3)]
        self.sentinels = [Node(folder, f"sentinel-{n}") for n in range(3)]

    @property
    def primary(self) -> Node:
        return self.nodes[0]

    @property
    def replicas(self) -> list[Node]:
        return self.nodes[1:]

    @property
    def url(self) -> str:
        """What a shop would write into REDIS_URL."""
        addresses = ",".join(f"{HERE}:{one.inner_port}" for one in self.sentinels)
        return f"redis+sentinel://{addresses}/{SERVICE}"

    async def start(self) -> None:
        for node in self.nodes:
            await node.gate.open()
        self._start_nodes()
        for node in self.replicas:
            await until(lambda node=node: self._is_following(node))
        for one in self.sentinels:
            one.start(self._sentinel_options(one), role="--sentinel")
        for one in self.sentinels:
            await until(lambda one=one: self._is_ready(one))

    async def stop(self) -> None:
        for node in (*self.sentinels, *self.nodes):
            node.stop()
        for node in self.nodes:
            await node.gate.close()

    def cut_off_primary(self) -> None:
        """The other servers and the sentinels do not hear it any more; clients do."""
        self.primary.gate.keeps_servers_out = True

    def heal(self) -> None:
        self.primary.gate.keeps_servers_out = False

    async def new_primary(self) -> Node | None:
        """Who is the primary now, by the word of most sentinels; None while it is the old one."""
        told = [
            await one.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE) for one in self.sentinels
        ]
        ports = [int(answer[1]) for answer in told if answer]
        for node in self.replicas:
            if ports.count(node.gate.port) >= 2:
                return node
        return None

    def _start_nodes(self) -> None:
        for node in self.nodes:
            follows = node is not self.primary
            node.start(
                {
                    "port": node.inner_port,
                    "bind": HERE,
                    "bind-source-addr": THEIRS,
                    "replica-announce-ip": HERE,
                    "replica-announce-port": node.gate.port,
                    "appendonly": "yes",
                    "appendfsync": "always",
                    "save": '""',
                    "repl-diskless-sync-delay": 0,
                    "repl-ping-replica-period": 1,
                    "enable-debug-command": "local",
                }
                | ({"replicaof": f"{HERE} {self.primary.gate.port}"} if follows else {})
            )

    def _sentinel_options(self, one: Node) -> dict[str, Any]:
        return {
            "port": one.inner_port,
            "bind": HERE,
            "bind-source-addr": THEIRS,
            "sentinel monitor": f"{SERVICE} {HERE} {self.primary.gate.port} 2",
            "sentinel down-after-milliseconds": f"{SERVICE} {DOWN_AFTER_MS}",
            "sentinel failover-timeout": f"{SERVICE} 6000",
            "sentinel parallel-syncs": f"{SERVICE} 2",
            "sentinel announce-ip": HERE,
            "sentinel announce-port": one.inner_port,
        }

    async def _is_following(self, node: Node) -> bool:
        role = await node.ask("ROLE")
        return bool(role) and role[0] == "slave" and role[3] == "connected"

    async def _is_ready(self, one: Node) -> bool:
        await one.ask("SENTINEL", "DEBUG", "info-period", 500, "publish-period", 300)
        told = await one.ask("SENTINEL MASTER", SERVICE)
        known = told and (told["num-slaves"], told["num-other-sentinels"])
        return known == (len(self.replicas), len(self.sentinels) - 1)


@asynccontextmanager
async def cluster_running(folder: Path) -> AsyncIterator[Cluster]:
    """A cluster that is whole, and gone afterwards."""
    cluster = Cluster(folder)
    try:
        await cluster.start()
        yield cluster
    finally:
        await cluster.stop()


async def until(holds: Callable[[], Awaitable[Any]], seconds: float = 20.0) -> float:
    """Look until it holds; how long that took."""
    started = time.monotonic()
    while not await holds():
        if time.monotonic() - started > seconds:
            raise TimeoutError("it never came to hold")
        await asyncio.sleep(0.05)
    return time.monotonic() - started
