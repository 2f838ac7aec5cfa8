"""How every process logs: once, in one place, to standard output.

Console lines for people, JSON for machines. Lines carry ids, outcomes and durations; never message
text, names, phone numbers or secrets. An error is told by its type and its places: its text may
quote a customer or an address with a token in it, its variables even more so.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any, Literal

import orjson
import structlog

_Line = MutableMapping[str, Any]
_SPEAKING = (OSError, AttributeError, TypeError, ImportError)
"""Errors whose text names what the program or the system did, and never what somebody wrote."""
_CAUSES_MOST = 5


def configure(log_format: Literal["console", "json"], process: str) -> None:
    """Send structlog and the libraries' own logging the same way, marked with the process's name;
    so goes what ends the process."""
    stamp = structlog.processors.TimeStamper(
        fmt="%H:%M:%S" if log_format == "console" else "iso", utc=log_format == "json"
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        stamp,
        _named(process),
        _told_errors,
    ]
    final = _renderer(log_format)
    structlog.configure(
        processors=[*shared, final],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_strip, final])
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    sys.excepthook = _broken


def _renderer(log_format: Literal["console", "json"]) -> Any:
    if log_format == "json":
        return structlog.processors.JSONRenderer(serializer=_dump)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(),
        pad_event_to=24,
        exception_formatter=structlog.dev.plain_traceback,
    )


def _dump(line: dict[str, Any], **_options: object) -> str:
    return orjson.dumps(line, default=str).decode()


def _named(process: str) -> Any:
    def add(_logger: Any, _method: str, line: _Line) -> _Line:
        line["process"] = process
        return line

    return add


def _strip(_logger: Any, _method: str, line: _Line) -> _Line:
    line.pop("_record", None)
    line.pop("_from_structlog", None)
    return line


def _told_errors(_logger: Any, _method: str, line: _Line) -> _Line:
    found = line.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    error = sys.exc_info()[1] if error is True else error
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_told(error))
    return line


def _told(error: BaseException) -> Iterator[str]:
    """Where an error comes from and of which type it is, its causes first."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < _CAUSES_MOST:
        chain.append(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    for one in reversed(chain):
        for frame in traceback.extract_tb(one.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        text = f": {one}" if isinstance(one, _SPEAKING) else ""
        yield f"{type(one).__module__}.{type(one).__qualname__}{text}"


def _broken(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger().critical("process.broken", exc_info=error)
