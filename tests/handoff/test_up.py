import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr

from handoff.errors import StartRefused
from handoff.settings import DemoSettings, DeskSettings, StoreSettings
from handoff.store.server import EmbeddedServer
from handoff.store.server_binary import PACKAGED_NAME, good_binary, packaged_path
from handoff.up import FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS, next_pause, run_up

ROOT = Path(__file__).parents[2]


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[str]:
    """A server of somebody's own, which the test may spoil."""
    path = packaged_path()
    assert path
    server = EmbeddedServer(tmp_path / "own", good_binary(PACKAGED_NAME, path))
    yield server.start()
    server.stop()


def starts(tmp_path: Path, *, url: str = "", desk_port: int = 0, sandbox_port: int = 0) -> None:
    run_up(
        StoreSettings(_env_file=None, redis_url=SecretStr(url), data_dir=tmp_path / "data"),
        DeskSettings(_env_file=None, desk_port=desk_port),
        demo=DemoSettings(_env_file=None, sandbox_port=sandbox_port),
        port_seconds=0.0,
    )


def test_first_crash_costs_little_and_each_further_one_more() -> None:
    pauses = [0.0]
    for _ in range(8):
        pauses.append(next_pause(pauses[-1], 1.0))

    assert pauses[1:4] == [FIRST_PAUSE_SECONDS * n for n in (1, 2, 4)]
    assert pauses[-1] == LAST_PAUSE_SECONDS
    assert next_pause(LAST_PAUSE_SECONDS, 31.0) == FIRST_PAUSE_SECONDS


@pytest.mark.parametrize("setting", ["HANDOFF_DESK_PORT", "SANDBOX_PORT"])
def test_taken_port_is_named_before_anything_is_started(tmp_path: Path, setting: str) -> None:
    with taken_port() as port:
        ports = {"desk_port" if "DESK" in setting else "sandbox_port": port}
        with pytest.raises(StartRefused) as refused:
            starts(tmp_path, **ports)

    assert str(port) in str(refused.value)
    assert setting in str(refused.value)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "value"), [("maxmemory-policy", "allkeys-lru"), ("appendonly", "no")]
)
def test_own_server_that_forgets_is_refused_before_anything_is_started(
    own_server: str, tmp_path: Path, name: str, value: str
) -> None:
    with redis.Redis.from_url(own_server) as client:
        client.config_set(name, value)

    with pytest.raises(StartRefused) as refused:
        starts(tmp_path, url=own_server)

    assert name in str(refused.value)


@pytest.mark.parametrize("command", [["handoff", "up"], ["handoff", "serve"], ["workers"]])
def test_command_says_in_a_sentence_why_it_does_not_start(
    tmp_path: Path, command: list[str]
) -> None:
    ports = {"SANDBOX_PORT": "0", "HANDOFF_DESK_PORT": "0"}

    done = ran(command, REDIS_URL=f"unix://{tmp_path}/nobody.sock", DATA_DIR=tmp_path, **ports)

    assert done.returncode == 1
    assert "REDIS_URL does not answer" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize("command", [["handoff", "queue"], ["workers"], ["bot.sandbox"]])
def test_command_names_the_setting_it_cannot_read_and_not_what_stands_in_it(
    tmp_path: Path, command: list[str]
) -> None:
    done = ran(command, LOG_FORMAT="hunter2", DATA_DIR=tmp_path)

    assert done.returncode == 1
    assert "LOG_FORMAT" in done.stderr
    assert ".env.example" in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def ran(command: list[str], **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | {name: str(value) for name, value in settings.items()},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
