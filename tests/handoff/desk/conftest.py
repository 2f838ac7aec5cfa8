"""The desk under test: over the memory store, or over both where a module asks for it."""

from collections.abc import AsyncIterator

import pytest

from handoff.desk.passwords import hash_now
from handoff.ports import Store
from handoff.store.memory import open_memory_store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.handoff.desk.scenes import PASSWORD, Customers, DeskUnderTest, desk_running


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
async def desk(store: Store, clock: FakeClock, password_hash: str) -> AsyncIterator[DeskUnderTest]:
    async with desk_running(store, password_hash, now_ms=clock) as running:
        yield running
