"""How every process logs: once, in one place, to standard output.

Console lines for people, JSON for machines. Lines carry ids, outcomes and durations; never message
text, names, phone numbers or secrets.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import orjson
import structlog


def _dump(line: dict[str, Any], **_options: object) -> str:
    return orjson.dumps(line, default=str).decode()


def configure(log_format: Literal["console", "json"], process: str) -> None:
    """Send structlog and the libraries' own logging the same way, marked with the process's
    name."""
    stamp = structlog.processors.TimeStamper(
        fmt="%H:%M:%S" if log_format == "console" else "iso", utc=log_format == "json"
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        stamp,
        _named(process),
    ]
    if log_format == "json":
        final: list[Any] = [
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(serializer=_dump),
        ]
    else:
        final = [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), pad_event_to=24)]
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_strip, *final])
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _named(process: str) -> Any:
    def add(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["process"] = process
        return line

    return add


def _strip(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line.pop("_record", None)
    line.pop("_from_structlog", None)
    return line
