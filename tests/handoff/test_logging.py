import io
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator

import orjson
import pytest
import structlog

from handoff.logging import configure

CANARIES = ("我的电话是13800138000", "4242:secret-token")
Spoken = Callable[[], str]


@pytest.fixture(params=["console", "json"])
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spoken]:
    """What a process that logs in this format has said."""
    out, root, hook = io.StringIO(), logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stdout", out)
    configure(request.param, "bot")
    yield out.getvalue
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()


def fails(text: str) -> None:
    token = CANARIES[1]
    try:
        int(f"{text} {token}")
    except ValueError as error:
        raise KeyError(text) from error


def test_line_carries_its_process_its_event_and_what_was_bound(spoken: Spoken) -> None:
    with structlog.contextvars.bound_contextvars(conversation="tg-1-100"):
        structlog.get_logger().info("turn.done", ms=3.5)

    for told in ("bot", "turn.done", "tg-1-100", "3.5", "info"):
        assert told in spoken()


def test_library_is_heard_from_warnings_on_in_the_same_shape(spoken: Spoken) -> None:
    logging.getLogger("aiohttp").info("quiet")
    logging.getLogger("aiohttp").warning("slow %s", "handshake")

    assert "quiet" not in spoken()
    for told in ("slow handshake", "bot", "warning"):
        assert told in spoken()


@pytest.mark.parametrize("by", ["ours", "a library"])
def test_error_is_told_by_type_and_place_and_quotes_nobody(spoken: Spoken, by: str) -> None:
    try:
        fails(CANARIES[0])
    except KeyError as error:
        if by == "ours":
            structlog.get_logger().error("turn.failed", exc_info=error)
        else:
            logging.getLogger("asyncio").error("never retrieved", exc_info=error)

    for told in ("builtins.ValueError", "builtins.KeyError", "test_logging.py", "in fails"):
        assert told in spoken()
    for canary in CANARIES:
        assert canary not in spoken()


def test_what_ends_the_process_is_a_line_of_the_log(spoken: Spoken) -> None:
    try:
        fails(CANARIES[0])
    except KeyError:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]

    assert "process.broken" in spoken()
    assert "builtins.KeyError" in spoken()
    assert CANARIES[0] not in spoken()


def test_trouble_of_the_system_is_told_with_its_reason(spoken: Spoken) -> None:
    structlog.get_logger().error("up.failed", exc_info=OSError(28, "No space left on device"))

    assert "No space left on device" in spoken()


def test_json_lines_are_json() -> None:
    probe = "from handoff.logging import configure; import structlog; configure('json', 'bot');"
    probe += "structlog.get_logger().info('bot.started', roles='intake')"
    said = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True).stdout

    line = orjson.loads(said)
    assert (line["event"], line["process"], line["level"]) == ("bot.started", "bot", "info")
    assert line["timestamp"].endswith("Z")
