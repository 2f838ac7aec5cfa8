"""A TCP proxy that does harm on demand: for Redis, for the Bot API, for a webhook. No tests here.

What it does is what a network does: late, cut, silent, in crumbs, or with the answer lost after the
question was carried out. It reads nothing of what passes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

CHUNK = 65536
CRUMBS = 2_000
"""Chopped bytes of one piece, at most; the rest follows whole."""
ACCEPTED_TURNS = 4
"""Of the loop, until a call that was taken has its streams; closed before that, it leaks."""
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[], Awaitable[Streams]]


@dataclass(slots=True)
class Weather:
    """What the line is like now. `lost_replies` is how many more answers vanish after the question
    arrived, `resets` how many more pieces cut their connection.
    """

    latency_ms: float = 0
    jitter_ms: float = 0
    silent: bool = False
    chopped: bool = False
    lost_replies: int = 0
    resets: int = 0
    corrupt: int = 0

    def delay_seconds(self) -> float:
        """How late the next piece is."""
        return max(0.0, self.latency_ms + random.uniform(-1, 1) * self.jitter_ms) / 1000


class Proxy:
    """One listening port in front of one or several servers, the first that takes the call."""

    def __init__(self, *upstreams: Dial) -> None:
        self.port = 0
        self.weather = Weather()
        self.carried = 0
        """Pieces so far, both ways."""
        self.upstreams = list(upstreams)
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._fair = asyncio.Event()
        self._fair.set()

    @property
    def links(self) -> int:
        """Connections that are open now."""
        return len(self._links)

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut every line: the port is dead."""
        if self._server is not None:
            for listening in self._server.sockets:
                asyncio.get_running_loop().remove_reader(listening.fileno())
            for _ in range(ACCEPTED_TURNS):
                await asyncio.sleep(0)
            self._server.close()
            self._server = None
        self.reset_all()

    def reset_all(self) -> None:
        """Cut every open line in the middle of whatever it carries."""
        for link in tuple(self._links):
            link.cut()

    def hush(self) -> None:
        """A black hole: everything is taken, nothing is passed on."""
        self.weather.silent = True
        self._fair.clear()

    def clear(self) -> None:
        """Fair weather; what a black hole held back goes on."""
        self.weather = Weather()
        self._fair.set()

    async def wait_if_silent(self) -> None:
        """Held back as long as the line is silent."""
        await self._fair.wait()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.wait_if_silent()
        for dial in self.upstreams:
            try:
                upstream = await dial()
            except OSError:
                continue
            link = _Link(self, (reader, writer), upstream)
            self._links.add(link)
            try:
                await link.carry()
            finally:
                self._links.discard(link)
            return
        writer.transport.abort()


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, near: Streams, far: Streams) -> None:
        self._proxy = proxy
        self._near, self._far = near, far

    def cut(self) -> None:
        """Reset both sides."""
        for _, writer in (self._near, self._far):
            writer.transport.abort()

    async def carry(self) -> None:
        """Pass on both ways until either side is done."""
        ways = [
            asyncio.ensure_future(self._pass(self._near[0], self._far[1], reply=False)),
            asyncio.ensure_future(self._pass(self._far[0], self._near[1], reply=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.cut()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, reply: bool
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(CHUNK):
                weather = self._proxy.weather
                self._proxy.carried += 1
                if weather.silent:
                    await self._proxy.wait_if_silent()
                if weather.latency_ms:
                    await asyncio.sleep(weather.delay_seconds())
                if reply and weather.lost_replies > 0:
                    weather.lost_replies -= 1
                    return
                if weather.resets > 0:
                    weather.resets -= 1
                    writer.write(piece[: len(piece) // 2])
                    await asyncio.sleep(0)
                    return
                if reply and weather.corrupt > 0:
                    weather.corrupt -= 1
                    piece = _spoilt(piece)
                await _written(writer, piece, weather)


async def _written(writer: asyncio.StreamWriter, piece: bytes, weather: Weather) -> None:
    if weather.chopped:
        for at in range(min(len(piece), CRUMBS)):
            writer.write(piece[at : at + 1])
            await asyncio.sleep(0)
        piece = piece[CRUMBS:]
    if piece:
        writer.write(piece)
        await writer.drain()


def _spoilt(piece: bytes) -> bytes:
    """The same piece with its first byte wrong: the kind of a reply, or the H of HTTP."""
    return bytes([piece[0] ^ 0x55]) + piece[1:]


@asynccontextmanager
async def proxy_running(*upstreams: Dial) -> AsyncIterator[Proxy]:
    """A proxy on a free port until the block ends."""
    proxy = Proxy(*upstreams)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()


def to_socket(path: str) -> Dial:
    """Calls the server behind a Unix socket."""
    return lambda: asyncio.open_unix_connection(path)


def to_port(port: int) -> Dial:
    """Calls a server on this machine."""
    return lambda: asyncio.open_connection("127.0.0.1", port)
