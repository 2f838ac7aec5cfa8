import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import typer
from typer.testing import CliRunner

from handoff.ops.alerting import add_alert_commands
from handoff.ports import Store
from handoff.store.memory import open_memory_store


def run(store: Store, *arguments: str) -> str:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Store]:
        yield store

    app = typer.Typer()
    add_alert_commands(app, opened)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    return result.output


@pytest.fixture
def runner_store() -> Store:
    store = open_memory_store()
    for name in ("nobody_there", "seeds_broken"):
        asyncio.run(store.house.alert(name, "detail"))
    return store


def test_open_alert_is_told_with_its_remedy(runner_store: Store) -> None:
    told = run(runner_store)

    assert "nobody_there" in told
    assert "Call a colleague." in told


def test_closed_alert_is_gone_and_the_others_stay(runner_store: Store) -> None:
    assert "closed nobody_there" in run(runner_store, "--clear", "nobody_there")

    told = run(runner_store)

    assert "nobody_there" not in told
    assert "seeds_broken" in told


def test_closing_what_is_not_open_says_so(runner_store: Store) -> None:
    assert "no open alert is called other" in run(runner_store, "--clear", "other")
