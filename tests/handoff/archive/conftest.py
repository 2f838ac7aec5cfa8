import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from handoff.archive.sql import Archive, archive_url, open_archive
from handoff.ports import Store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import Story


def postgres_binary(name: str) -> Path | None:
    """Where Debian keeps PostgreSQL, or anybody has it on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    other = shutil.which(name)
    return found[-1] if found else Path(other) if other else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    initdb, control = postgres_binary("initdb"), postgres_binary("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("there is no PostgreSQL on this machine")
    with tempfile.TemporaryDirectory(prefix="warmline-pg-") as name:
        yield from _serving(Path(name), initdb, control)


def _serving(folder: Path, initdb: Path, control: Path) -> Iterator[Path]:
    as_nobody: dict[str, object] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "nobody")
        as_nobody = {"user": "nobody"}
    data = folder / "data"
    subprocess.run(
        [initdb, "-D", data, "-U", "archive", "--auth=trust", "--no-sync", "-E", "UTF8"],
        check=True,
        capture_output=True,
        **as_nobody,
    )
    command = [control, "-D", data, "-w", "-s", "-l", data / "log"]
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    subprocess.run([*command, "-o", options, "start"], check=True, **as_nobody)
    yield folder
    subprocess.run([*command, "-m", "fast", "stop"], check=True, **as_nobody)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    folder, name = request.getfixturevalue("postgres"), f"test_{secrets.token_hex(6)}"
    createdb = postgres_binary("createdb")
    assert createdb is not None
    subprocess.run([createdb, "-h", folder, "-U", "archive", name], check=True)
    return f"postgresql://archive@/{name}?host={folder}"


@pytest.fixture
async def archive(database_url: str, tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(archive_url(database_url, tmp_path)) as opened:
        await opened.migrate()
        yield opened


@pytest.fixture
async def store(server_url: str, shop: str, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(server_url, shop, now=clock) as opened:
        yield opened


@pytest.fixture
def story(store: Store, clock: FakeClock) -> Story:
    return Story(store, clock)
