"""Every contract is played twice: on a dictionary and on the real server."""

from collections.abc import AsyncIterator

import pytest

from handoff.ports import Store
from handoff.store.memory import open_memory_store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import Story


@pytest.fixture(params=["memory", "redis"])
async def store(
    request: pytest.FixtureRequest, shop: str, clock: FakeClock
) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield open_memory_store(clock)
        return
    async with open_store(request.getfixturevalue("server_url"), shop, now=clock) as opened:
        yield opened


@pytest.fixture
def story(store: Store, clock: FakeClock) -> Story:
    return Story(store, clock)
