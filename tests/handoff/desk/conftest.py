"""The desk under test: over the memory store, or over both where a module asks for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from handoff.desk.app import make_app
from handoff.desk.context import DESK
from handoff.desk.passwords import hash_now
from handoff.desk.texts import Texts, load_texts
from handoff.ports import Store
from handoff.settings import DeskSettings
from handoff.store.memory import open_memory_store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.handoff.desk.scenes import PASSWORD, Browser, Customers, DeskUnderTest

SEEDS = Path(__file__).parents[3] / "seeds"
StartDesk = Callable[..., Awaitable[DeskUnderTest]]


@pytest.fixture(scope="session")
def texts() -> Texts:
    return load_texts(SEEDS)


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_now(PASSWORD)


@pytest.fixture
def store_kind() -> str:
    return "memory"


@pytest.fixture
async def store(
    request: pytest.FixtureRequest, store_kind: str, shop: str, clock: FakeClock
) -> AsyncIterator[Store]:
    if store_kind == "memory":
        yield open_memory_store(clock)
        return
    async with open_store(request.getfixturevalue("server_url"), shop, now=clock) as opened:
        yield opened


@pytest.fixture
def customers(store: Store) -> Customers:
    return Customers(store)


@pytest.fixture
async def start_desk(
    store: Store, clock: FakeClock, texts: Texts, password_hash: str
) -> AsyncIterator[StartDesk]:
    servers: list[TestServer] = []
    sessions: list[ClientSession] = []

    async def start(**settings: Any) -> DeskUnderTest:
        made = DeskSettings(_env_file=None, **settings)  # type: ignore[call-arg]
        app = make_app(
            store, made, texts=texts, now=lambda: datetime.fromtimestamp(clock.ms / 1000, UTC)
        )
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        servers.append(server)
        base = str(server.make_url("")).rstrip("/")

        def open_browser() -> Browser:
            session = ClientSession(cookie_jar=CookieJar(unsafe=True))
            sessions.append(session)
            return Browser(session, base)

        return DeskUnderTest(base, app[DESK], open_browser, password_hash)

    yield start
    await asyncio.gather(*(session.close() for session in sessions))
    await asyncio.gather(*(server.close() for server in servers))


@pytest.fixture
async def desk(start_desk: StartDesk) -> DeskUnderTest:
    return await start_desk()
