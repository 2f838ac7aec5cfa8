"""Put the sandbox together and let it listen on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web import BaseRequest
from aiohttp.web_protocol import RequestHandler

from bot.sandbox.botapi import BotApi
from bot.sandbox.client import SandboxClient
from bot.sandbox.control import Control
from bot.sandbox.customers import read_customers
from bot.sandbox.exchange import Exchange
from bot.sandbox.files import UPLOAD_BYTES
from bot.sandbox.journal import NoJournal, SqliteJournal
from bot.sandbox.limits import Limits
from bot.sandbox.page import Page
from bot.sandbox.pictures import Pictures

HOST = "127.0.0.1"
BODY_BYTES = UPLOAD_BYTES + 2 * 1024 * 1024
DEFAULT_SEEDS = Path(__file__).parents[2] / "seeds"

log = structlog.get_logger(__name__)


class SandboxServer:
    """The HTTP side of one exchange. `url` is known after `start`."""

    def __init__(self, exchange: Exchange, pictures: Pictures) -> None:
        self.exchange = exchange
        self.url = ""
        self._bot_api = BotApi(exchange)
        self._control = Control(exchange, pictures)
        self._page = Page()
        self._runner: web.ServerRunner | None = None

    async def start(self, port: int) -> None:
        """Listen on this machine only; port 0 takes a free one."""
        server = web.Server(
            self._handle, request_factory=_make_request, handler_cancellation=True, access_log=None
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, port)
        await site.start()
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        self.exchange.start()

    async def stop(self) -> None:
        """Close the door, then write what is left."""
        if self._runner is not None:
            await self._runner.cleanup()
        await self.exchange.stop()

    async def _handle(self, request: BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            return await self._bot_api.handle(request)
        if path.startswith("/sandbox/"):
            return await self._control.handle(request)
        if path.startswith("/file/bot"):
            return await self._bot_api.download(request)
        return await self._page.handle(request)


def open_exchange(data_dir: Path, seeds_dir: Path) -> Exchange:
    """An exchange whose chats, files and pending updates are kept under `data_dir`/sandbox."""
    folder = data_dir / "sandbox"
    return Exchange(
        customers=read_customers(seeds_dir / "demo" / "customers.yaml"),
        journal=SqliteJournal(folder / "journal.sqlite3"),
        files_dir=folder / "files",
    )


def open_ephemeral_exchange(seeds_dir: Path, limits: Limits | None = None) -> Exchange:
    """An exchange that forgets everything when it ends."""
    customers = read_customers(seeds_dir / "demo" / "customers.yaml")
    return Exchange(customers=customers, journal=NoJournal(), limits=limits)


@asynccontextmanager
async def sandbox_running(
    exchange: Exchange | None = None, *, port: int = 0, seeds_dir: Path = DEFAULT_SEEDS
) -> AsyncIterator[tuple[str, SandboxClient]]:
    """A sandbox in this process on a free port: its address, and a client for its customers."""
    exchange = exchange or open_ephemeral_exchange(seeds_dir)
    server = SandboxServer(exchange, Pictures(seeds_dir / "demo" / "pictures"))
    await server.start(port)
    try:
        async with SandboxClient(server.url) as client:
            yield server.url, client
    finally:
        await server.stop()


def _make_request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> BaseRequest:
    loop = asyncio.get_running_loop()
    return BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=BODY_BYTES)
