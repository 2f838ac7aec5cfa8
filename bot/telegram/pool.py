"""Keep-alive connections to the Bot API for what is sent most: JSON out, status and bytes in.

It is HTTP/1.1 without what a Bot API never asks for (redirects, cookies, compression), at a tenth
of a general client's processor time: httptools reads, the loop's own transport writes. Proxies,
uploads and downloads stay with aiohttp. It decides one thing: whether a call may have been heard.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from typing import Any
from urllib.parse import urlsplit

import httptools
from aiohappyeyeballs import start_connection

from bot.telegram.errors import NotWritten, OutcomeUnknown

CONNECT_SECONDS = 5.0
"""Waiting for a free or new connection: until it ends, nothing was written."""
IDLE_SECONDS = 15.0
"""A connection that rested longer may be closed on the other side by now."""
SECOND_ADDRESS_SECONDS = 0.25

Answer = tuple[int, bytes]


class Pool:
    """At most so many connections to one host, the freshest first."""

    def __init__(
        self, base_url: str, *, connections: int, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        parts = urlsplit(base_url)
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._tls else 80)
        self._path = parts.path
        self._authority = parts.netloc.rpartition("@")[2]
        self._context: ssl.SSLContext | None = None
        self._heads: dict[str, bytes] = {}
        self._free: deque[_Connection] = deque()
        self._busy: set[_Connection] = set()
        self._idle_seconds = idle_seconds
        self._room = asyncio.Semaphore(connections)

    async def post(self, path: str, body: bytes, timeout_seconds: float) -> Answer:
        """Post JSON and return status and body; raises NotWritten or OutcomeUnknown."""
        now = asyncio.get_running_loop().time()
        most = min(CONNECT_SECONDS, timeout_seconds / 2)
        if self._room.locked():
            await self._until_room(most)
        else:
            await self._room.acquire()
        connection = None
        try:
            connection = self._rested(now) or await self._opened(most)
            self._busy.add(connection)
            return await connection.ask(self._head(path), body, now + timeout_seconds)
        finally:
            self._room.release()
            if connection is not None:
                self._busy.discard(connection)
                self._keep(connection)

    async def close(self) -> None:
        """Close all connections; what is under way ends with its outcome unknown."""
        for connection in (*self._free, *self._busy):
            connection.abort()
        self._free.clear()
        await asyncio.sleep(0)

    async def _until_room(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._room.acquire(), seconds)
        except TimeoutError:
            raise NotWritten("no connection to the Bot API was free") from None

    def _rested(self, now: float) -> _Connection | None:
        """A connection that is still open and has not rested too long."""
        oldest = now - self._idle_seconds
        while self._free and (self._free[0].rests_since < oldest or self._free[0].closed):
            self._free.popleft().abort()
        while self._free:
            connection = self._free.pop()
            if not connection.closed:
                return connection
        return None

    def _keep(self, connection: _Connection) -> None:
        if connection.reusable and not connection.closed:
            self._free.append(connection)
        else:
            connection.abort()

    async def _opened(self, seconds: float) -> _Connection:
        try:
            async with asyncio.timeout(seconds):
                return await self._connect()
        # `from None`, here and below: what a library says may quote the address.
        except (OSError, TimeoutError):
            raise NotWritten("no connection to the Bot API") from None

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        plain = await start_connection(found, happy_eyeballs_delay=SECOND_ADDRESS_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls and self._context is None:
            self._context = ssl.create_default_context()
        name = self._host if self._tls else None
        _, connection = await loop.create_connection(
            _Connection, sock=plain, ssl=self._context, server_hostname=name
        )
        return connection

    def _head(self, path: str) -> bytes:
        head = self._heads.get(path)
        if head is None:
            lines = (
                f"POST {self._path}{path} HTTP/1.1",
                f"Host: {self._authority}",
                "User-Agent: warmline",
                "Content-Type: application/json",
                "Content-Length: ",
            )
            head = self._heads[path] = "\r\n".join(lines).encode()
        return head


class _Connection(asyncio.Protocol):
    """One connection, with at most one question on it."""

    def __init__(self) -> None:
        self.rests_since = 0.0
        self.reusable = False
        self.closed = False
        self._transport: Any = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._begun = False
        self._parts: list[bytes] = []

    async def ask(self, head: bytes, body: bytes, until: float) -> Answer:
        """Write a question and wait for its answer; raises OutcomeUnknown."""
        loop = asyncio.get_running_loop()
        self.reusable = self._begun = False
        answer = self._answer = loop.create_future()
        giving_up = loop.call_at(until, self._lost)
        self._transport.write(b"%b%d\r\n\r\n%b" % (head, len(body), body))
        try:
            found: Answer = await answer
        finally:
            giving_up.cancel()
            self._answer = None
        self.rests_since = loop.time()
        return found

    def abort(self) -> None:
        """Close without waiting for anything."""
        self._lost()
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.abort()  # nobody asked
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.abort()

    def eof_received(self) -> None:
        self.closed = True
        # An answer without a length ends with the connection.
        if self._begun:
            self._finish(reusable=False)

    def connection_lost(self, _error: Exception | None) -> None:
        self.closed = True
        self._lost()

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self._begun, self._parts = True, []

    def on_body(self, part: bytes) -> None:
        """Called by the parser."""
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """Called by the parser; a 1xx only comes before the answer."""
        if self._parser.get_status_code() >= 200:
            self._finish(reusable=self._parser.should_keep_alive())

    def _finish(self, *, reusable: bool) -> None:
        if self._answer is None or self._answer.done():
            self.reusable = False  # a second answer to one question
            return
        self.reusable = reusable
        self._answer.set_result((self._parser.get_status_code(), b"".join(self._parts)))

    def _lost(self) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(OutcomeUnknown("no answer from the Bot API"))
