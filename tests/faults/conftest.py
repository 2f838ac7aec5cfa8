"""One nursery for a whole session: everything is imported once, every process is a fork."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.nursery import Nursery, nursery_running
from tests.faults.world import Plan, World, world_running

OpenWorld = Callable[[Plan], AbstractAsyncContextManager[World]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def nursery(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Nursery]:
    of_run = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else None
    with tempfile.TemporaryDirectory(prefix="wl-nursery-") as folder:
        async with nursery_running(Path(folder), of_run) as running:
            yield running


@pytest.fixture
def open_world(nursery: Nursery, tmp_path: Path) -> OpenWorld:
    return lambda plan: world_running(nursery, plan, tmp_path)


@pytest.fixture
def in_ci() -> bool:
    return bool(os.environ.get("CI"))
