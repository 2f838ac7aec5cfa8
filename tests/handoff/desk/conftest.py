"""The desk under test: over the memory store, or over both where a module asks for it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from argon2 import PasswordHasher

from handoff.ports import Store
from handoff.store.memory import open_memory_store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.handoff.desk.scenes import PASSWORD, Customers, DeskUnderTest, desk_running


@pytest.fixture(scope="session")
def password_hash() -> str:
    # As weak as the library allows: what is slow about it is proved elsewhere.
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


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
async def desk(store: Store, clock: FakeClock, password_hash: str) -> AsyncIterator[DeskUnderTest]:
    async with desk_running(store, password_hash, now_ms=clock) as running:
        yield running


@pytest.fixture
def desk_app(desk: DeskUnderTest) -> web.Application:
    return desk.app
