import asyncio
from collections.abc import AsyncIterator

import pytest

from handoff.agents import AgentId
from handoff.errors import StoreDown, StoreTrouble
from handoff.ports import Store
from handoff.store.redis import open_store

LINES = {
    b"LOADING the dataset": StoreTrouble.LOADING,
    b"MISCONF errors writing to the AOF file": StoreTrouble.DISK,
    b"OOM command not allowed": StoreTrouble.FULL,
    b"BUSY running a script": StoreTrouble.BUSY,
    b"READONLY you can't write against a replica": StoreTrouble.NOT_PRIMARY,
    b"MASTERDOWN link is down": StoreTrouble.NOT_PRIMARY,
    b"NOREPLICAS not enough good replicas": StoreTrouble.NO_REPLICAS,
}


class Answering:
    """A server that greets properly and answers everything else with one line, or with nothing."""

    def __init__(self) -> None:
        self.line = b""
        self.garbled = 0
        self.asked = 0
        self.port = 0
        self._writers = set[asyncio.StreamWriter]()

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def close(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        while line := await reader.readline():
            if line.startswith(b"HELLO"):
                writer.write(b"%1\r\n$5\r\nproto\r\n:3\r\n")
            elif line.startswith(b"ROLE"):
                writer.write(b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n")
            elif line.startswith(b"CLIENT"):
                writer.write(b"+OK\r\n")
            elif line.startswith(b"ZADD"):
                self.asked += 1
                if self.garbled:
                    self.garbled -= 1
                    writer.write(b"\x7fOK\r\n")
                elif self.line:
                    writer.write(b"-" + self.line + b"\r\n")


@pytest.fixture
async def server() -> AsyncIterator[Answering]:
    answering = Answering()
    listening = await answering.start()
    yield answering
    answering.close()
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def store(server: Answering) -> AsyncIterator[Store]:
    async with open_store(f"redis://127.0.0.1:{server.port}", "test") as opened:
        yield opened


async def trouble(store: Store) -> StoreTrouble:
    with pytest.raises(StoreDown) as down:
        await store.presence.seen(AgentId("mei"))
    return down.value.trouble


@pytest.mark.parametrize(("line", "name"), LINES.items(), ids=lambda value: str(value)[:12])
async def test_reply_of_a_server_in_trouble_has_a_name(
    server: Answering, store: Store, line: bytes, name: StoreTrouble
) -> None:
    server.line = line

    assert await trouble(store) is name


async def test_mistake_of_ours_is_no_trouble_of_the_server(server: Answering, store: Store) -> None:
    server.line = b"ERR wrong number of arguments"

    with pytest.raises(Exception, match="wrong number"):
        await store.presence.seen(AgentId("mei"))


async def test_garbled_reply_is_asked_for_again_on_a_new_line(
    server: Answering, store: Store
) -> None:
    server.garbled = 1
    server.line = b"OOM command not allowed"

    assert await trouble(store) is StoreTrouble.FULL
    assert server.asked == 2


async def test_line_that_garbles_everything_counts_as_down(server: Answering, store: Store) -> None:
    server.garbled = 100

    assert await trouble(store) is StoreTrouble.UNREACHABLE


async def test_silent_server_costs_seconds_and_is_then_left_alone(
    server: Answering, store: Store
) -> None:
    clock = asyncio.get_running_loop().time
    started = clock()
    first = await asyncio.gather(*(trouble(store) for _ in range(3)))
    silent_seconds = clock() - started
    asked = server.asked
    then = [await trouble(store) for _ in range(10)]  # long before anybody may try again

    assert set(first) == {StoreTrouble.UNREACHABLE}
    # Three seconds of silence, and what a busy machine adds; asking again would cost twice that.
    assert silent_seconds <= 5.0
    assert set(then) == {StoreTrouble.LEFT_ALONE}
    assert server.asked == asked


async def test_server_that_answers_again_is_used_again(server: Answering, store: Store) -> None:
    await asyncio.gather(*(trouble(store) for _ in range(3)))
    server.line = b"LOADING the dataset"

    async with asyncio.timeout(5):
        while await trouble(store) is StoreTrouble.LEFT_ALONE:
            pass
    assert [await trouble(store) for _ in range(3)] == [StoreTrouble.LOADING] * 3
