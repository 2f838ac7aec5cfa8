import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import typer
from typer.testing import CliRunner, Result

from handoff.ops.doctor import add_doctor_commands
from handoff.ops.repair import add_repair_commands
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


@pytest.fixture
def run(server_url: str, shop: str, clock: FakeClock) -> Callable[..., Result]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Store]:
        async with open_store(server_url, shop, now=clock) as store:
            yield store

    app = typer.Typer()
    add_doctor_commands(app, opened)
    add_repair_commands(app, opened)
    return lambda *words: CliRunner().invoke(app, words)
