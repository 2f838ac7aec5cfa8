import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from handoff.errors import StartRefused
from handoff.instance import MOST, Instance

HOLD = """
import sys
from pathlib import Path
from handoff.instance import Instance
with Instance(Path(sys.argv[1]), "bot") as instance:
    print(instance.name, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_two_processes_never_share_a_name_and_a_killed_ones_is_free_at_once(
    other: subprocess.Popen[str], tmp_path: Path
) -> None:
    first = said(other)
    with Instance(tmp_path, "bot") as instance:
        second = instance.name
    other.send_signal(signal.SIGKILL)
    other.wait()

    with Instance(tmp_path, "bot") as instance:
        third = instance.name

    assert first.endswith("-1")
    assert second.endswith("-2")
    assert third == first


def test_kinds_do_not_disturb_each_other(tmp_path: Path) -> None:
    with Instance(tmp_path, "bot") as bot, Instance(tmp_path, "desk") as desk:
        assert (bot.name.split("-")[0], desk.name.split("-")[0]) == ("bot", "desk")
        assert bot.name.endswith("-1")
        assert desk.name.endswith("-1")


def test_too_many_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for _ in range(MOST):
            stack.enter_context(Instance(tmp_path, "bot"))

        with pytest.raises(StartRefused) as refused:
            stack.enter_context(Instance(tmp_path, "bot"))

    assert f"{MOST} processes called bot" in str(refused.value)


def test_two_machines_called_alike_have_different_names(tmp_path: Path) -> None:
    with Instance(tmp_path / "one", "bot") as one, Instance(tmp_path / "two", "bot") as two:
        assert one.name != two.name
        assert {one.name[-2:], two.name[-2:]} == {"-1"}
