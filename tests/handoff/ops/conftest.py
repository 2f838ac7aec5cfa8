import time
from collections.abc import AsyncIterator

import pytest

from handoff.ports import Store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import Story


@pytest.fixture
def clock() -> FakeClock:
    """Moved by hand like any other, from the server's own time on: the doctor asks the server."""
    clock = FakeClock()
    clock.ms = time.time_ns() // 1_000_000
    return clock


@pytest.fixture
async def store(server_url: str, shop: str, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(server_url, shop, now=clock) as opened:
        yield opened


@pytest.fixture
def story(store: Store, clock: FakeClock) -> Story:
    return Story(store, clock)
