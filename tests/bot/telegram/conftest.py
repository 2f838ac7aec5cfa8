from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.telegram.api import BotApi
from handoff.ports import Store
from handoff.store.memory import open_memory_store
from tests.bot.telegram.scripted import ScriptedApi, Tally, scripted_api


@pytest.fixture
async def scripted() -> AsyncIterator[tuple[ScriptedApi, BotApi]]:
    async with scripted_api() as both:
        yield both


@pytest.fixture
def script(scripted: tuple[ScriptedApi, BotApi]) -> ScriptedApi:
    return scripted[0]


@pytest.fixture
def api(scripted: tuple[ScriptedApi, BotApi]) -> BotApi:
    return scripted[1]


@pytest.fixture
def store() -> Store:
    return open_memory_store()


@pytest.fixture
def tally() -> Tally:
    return Tally()
