import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import redis

from handoff.agenda import Mail, MailKind
from handoff.agents import AgentId
from handoff.conversation import ConversationId
from handoff.errors import StoreDown
from handoff.ports import Accepted, Store
from handoff.store.redis import open_store
from handoff.store.server import EmbeddedServer
from handoff.store.server_binary import ServerBinary, packaged_path

ANNA = ConversationId("tg-1-100")
ONE = Mail(1, ANNA, MailKind.MESSAGE, b"hello")

Ask = Callable[[Store], Awaitable[object]]

WRITES: dict[str, Ask] = {
    "a script": lambda store: store.turns.accept("bot", [ONE], owner="b", room=1),
    "a plain command": lambda store: store.presence.seen(AgentId("mei")),
    "a transaction": lambda store: store.house.alert("name", "detail"),
    "a session": lambda store: store.accounts.open_session("h", AgentId("mei"), life_seconds=9),
}
READS: dict[str, Ask] = {
    "the queue": lambda store: store.cases.waiting(),
    "a conversation": lambda store: store.conversations.conversation(ANNA),
    "the next event": lambda store: store.events.after("0-0", wait_ms=5_000),
    "a knock": lambda store: store.house.wait_for("turns", 5),
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    path = packaged_path()
    assert path
    server = EmbeddedServer(tmp_path / "data", ServerBinary("test", path, (9, 0, 0)))
    yield server
    server.stop()


async def outcomes(store: Store, asks: dict[str, Ask]) -> dict[str, str]:
    found = {}
    for name, ask in asks.items():
        try:
            await ask(store)
            found[name] = "answered"
        except Exception as error:
            found[name] = type(error).__name__
    return found


async def as_soon_as_it_answers(ask: Callable[[], Awaitable[Accepted]]) -> Accepted:
    async with asyncio.timeout(5):
        while True:
            try:
                return await ask()
            except StoreDown:
                await asyncio.sleep(0)


async def test_every_port_says_that_the_server_is_gone_and_works_again_when_it_is_back(
    server: EmbeddedServer,
) -> None:
    async with open_store(server.start(), "test") as store:
        await store.turns.accept("bot", [ONE], owner="b", room=0)
        server.stop()
        gone = await outcomes(store, WRITES | READS)
        server.start()

        again = await as_soon_as_it_answers(
            lambda: store.turns.accept("bot", [ONE], owner="b", room=1)
        )

    assert gone == dict.fromkeys(WRITES | READS, StoreDown.__name__)
    assert again.new == 0


@pytest.mark.parametrize(
    "command",
    [("CONFIG", "SET", "maxmemory", "1"), ("REPLICAOF", "127.0.0.1", "1")],
    ids=["memory is full", "demoted to a replica"],
)
async def test_server_that_takes_no_writes_counts_as_down(
    server: EmbeddedServer, command: tuple[str, ...]
) -> None:
    url = server.start()
    async with open_store(url, "test") as store:
        with redis.Redis.from_url(url) as client:
            client.execute_command(*command)

        refused = await outcomes(store, WRITES)

    assert refused == dict.fromkeys(WRITES, StoreDown.__name__)


async def test_busy_server_counts_as_down(server: EmbeddedServer) -> None:
    url = server.start()
    async with open_store(url, "test") as store:
        with redis.Redis.from_url(url) as client, redis.Redis.from_url(url) as other:
            client.config_set("busy-reply-threshold", 1)
            endless = client.connection_pool.get_connection()
            endless.send_command("EVAL", "while true do end", 0)
            while not _is_busy(other):
                pass

            refused = await outcomes(store, WRITES)

            other.execute_command("SCRIPT", "KILL")
            client.connection_pool.disconnect()

    assert refused == dict.fromkeys(WRITES, StoreDown.__name__)


def _is_busy(client: redis.Redis) -> bool:
    try:
        client.ping()
    except redis.exceptions.ResponseError:
        return True
    return False
