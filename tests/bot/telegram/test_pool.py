from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.telegram.errors import NotWritten, OutcomeUnknown
from bot.telegram.pool import Pool

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
Say = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Host:
    """Notes what it is asked, and on how many connections."""

    def __init__(self, say: Say) -> None:
        self.asked: list[bytes] = []
        self.connections = 0
        self._say = say

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.asked.append(head + await reader.readexactly(size))
                await self._say(self.asked[-1], writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def host(
    say: Say, *, connections: int = 4, idle_seconds: float = 15
) -> AsyncIterator[tuple[Host, Pool]]:
    found = Host(say)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    base = f"http://127.0.0.1:{port}/api"
    pool = Pool(base, connections=connections, idle_seconds=idle_seconds)
    try:
        yield found, pool
    finally:
        await pool.close()
        server.close()


def in_pieces(*pieces: bytes, close: bool = False) -> Say:
    async def say(_question: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if close:
            writer.close()

    return say


async def test_a_question_leaves_whole_and_its_answer_comes_back() -> None:
    async with host(in_pieces(WHOLE)) as (asked, pool):
        answer = await pool.post("/bot1/sendMessage", b'{"a":1}', 5)

    assert answer == (200, b"hello")
    [question] = asked.asked
    assert question.startswith(b"POST /api/bot1/sendMessage HTTP/1.1\r\nHost: 127.0.0.1:")
    assert question.endswith(b'Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}')


@pytest.mark.parametrize(
    "say",
    [
        in_pieces(WHOLE[:9], WHOLE[9:30], WHOLE[30:40], WHOLE[40:]),
        in_pieces(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
        ),
        in_pieces(b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE),
        in_pieces(b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo", close=True),
        in_pieces(WHOLE.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n"), close=True),
    ],
    ids=["in pieces", "in chunks", "after a 100", "without a length", "as the last one"],
)
async def test_an_answer_is_read_however_it_comes(say: Say) -> None:
    async with host(say) as (_asked, pool):
        assert await pool.post("/x", b"{}", 5) == (200, b"hello")
        assert await pool.post("/x", b"{}", 5) == (200, b"hello")


async def test_one_after_the_other_share_a_connection() -> None:
    async with host(in_pieces(WHOLE)) as (asked, pool):
        for _ in range(3):
            await pool.post("/x", b"{}", 5)
        await asyncio.gather(*(pool.post("/x", b"{}", 5) for _ in range(9)))

    assert len(asked.asked) == 12
    assert asked.connections <= 4


async def test_a_connection_that_rested_too_long_is_not_used_again() -> None:
    async with host(in_pieces(WHOLE), idle_seconds=-1) as (asked, pool):
        await pool.post("/x", b"{}", 5)
        await pool.post("/x", b"{}", 5)

    assert asked.connections == 2


async def test_what_nobody_asked_for_is_never_taken_for_an_answer() -> None:
    late = b"HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n"
    async with host(in_pieces(WHOLE + late)) as (asked, pool):
        answers = [await pool.post("/x", b"{}", 5) for _ in range(2)]

    assert answers == [(200, b"hello")] * 2
    assert asked.connections == 2


@pytest.mark.parametrize(
    "say",
    [
        in_pieces(close=True),
        in_pieces(WHOLE[:9], close=True),
        in_pieces(b"no http at all\r\n\r\n"),
        in_pieces(),
    ],
    ids=["closed", "closed in the middle", "nonsense", "silent"],
)
async def test_a_question_without_an_answer_has_an_unknown_outcome(say: Say) -> None:
    async with host(say) as (_asked, pool):
        with pytest.raises(OutcomeUnknown):
            await pool.post("/x", b"{}", 0.2)


async def test_who_gives_up_waiting_leaves_no_answer_to_the_next() -> None:
    asked, late = asyncio.Event(), asyncio.Event()

    async def say(question: bytes, writer: asyncio.StreamWriter) -> None:
        if b"first" in question:
            asked.set()
            await late.wait()
        writer.write(WHOLE.replace(b"hello", question[-5:]))

    async with host(say, connections=1) as (_asked, pool):
        first = asyncio.create_task(pool.post("/x", b"first", 5))
        await asked.wait()
        with pytest.raises(NotWritten):
            await pool.post("/x", b"other", 0.02)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        late.set()

        assert await pool.post("/x", b"again", 5) == (200, b"again")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "made.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject]
    command = [openssl, *new, "-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


@asynccontextmanager
async def secure_host(certificate: tuple[Path, Path]) -> AsyncIterator[Pool]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    server = await asyncio.start_server(
        Host(in_pieces(WHOLE)).serve, "localhost", 0, ssl=context, family=socket.AF_INET
    )
    pool = Pool(f"https://localhost:{server.sockets[0].getsockname()[1]}/api", connections=2)
    try:
        yield pool
    finally:
        await pool.close()
        server.close()


async def test_secure_host_is_asked_over_tls(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    async with secure_host(certificate) as pool:
        first = await pool.post("/a", b"{}", 5)
        second = await pool.post("/a", b"{}", 5)

    assert first == second == (200, b"hello")


async def test_host_nobody_vouches_for_hears_nothing(certificate: tuple[Path, Path]) -> None:
    async with secure_host(certificate) as pool:
        with pytest.raises(NotWritten):
            await pool.post("/a", b"{}", 5)
