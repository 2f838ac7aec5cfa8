"""Crash points: before and after every method of every port of the store, and every call of the Bot
API that the bot makes.

The list is read from the code, so a new port method is a crash point by itself. A *gauge* is a
small shared file in which a harness arms points and a process counts the points it passes; at the
first armed one it ends as `kill -9` would end it. No tests here.
"""

from __future__ import annotations

import ast
import functools
import inspect
import mmap
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol, get_type_hints

from bot.sandbox.methods.table import METHODS
from handoff.ports import Store

ROOT = Path(__file__).parents[2]
CRASH_CODE = 137
_LIVE, _DIED, _POINTS = 0, 1, 2
"""Where in a gauge what is kept, in numbers of 4 bytes; from `_POINTS` on two for each point: how
often it was passed, and whether it is armed."""

Method = Callable[..., Awaitable[Any]]


def port_methods() -> Iterator[tuple[str, str]]:
    """Every method of every port of the store: (port, method)."""
    hints = get_type_hints(Store)
    for port in fields(Store):
        for name, value in vars(hints[port.name]).items():
            if inspect.iscoroutinefunction(value) and not name.startswith("_"):
                yield port.name, name


def api_methods() -> tuple[str, ...]:
    """Every method of the Bot API that `bot/telegram` names, and the download of a file."""
    known = {*METHODS, "getupdates"}
    called = {
        node.value
        for path in sorted((ROOT / "bot" / "telegram").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.lower() in known
    }
    return (*sorted(called), "download")


@functools.cache
def places() -> tuple[str, ...]:
    """Where a process may be cut, `turns.accept` or `api.sendMessage`: always in the same order."""
    ports = [f"{port}.{method}" for port, method in port_methods()]
    return (*ports, *(f"api.{method}" for method in api_methods()))


@functools.cache
def crash_points() -> tuple[str, ...]:
    """Every place, `…:before` the call and `…:after` it."""
    return tuple(f"{place}:{side}" for place in places() for side in ("before", "after"))


class Gauge:
    """Which point is armed, which was the end of a process, and how often each was passed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        size = 4 * (_POINTS + 2 * len(crash_points()))
        with path.open("ab") as file:
            file.truncate(size)
        with path.open("r+b") as file:
            self._cells = memoryview(mmap.mmap(file.fileno(), size)).cast("i")

    def arm(self, *points: str) -> None:
        """The process that passes one of these next ends there, and nothing is armed any more."""
        armed = {crash_points().index(point) for point in points}
        self._cells[_LIVE] = 0
        for number in range(len(crash_points())):
            self._cells[_POINTS + 2 * number + 1] = number in armed
        self._cells[_DIED] = 0
        self._cells[_LIVE] = 1

    def disarm(self) -> None:
        """Nobody ends any more."""
        self._cells[_LIVE] = 0

    @property
    def ended_at(self) -> str:
        """The point at which a process ended since the last `arm`; empty when none did."""
        number = self._cells[_DIED]
        return crash_points()[number - 1] if number else ""

    def passed(self) -> dict[str, int]:
        """How often each point was passed, those never passed left out."""
        counts = self._cells[_POINTS::2]
        return {point: n for point, n in zip(crash_points(), counts, strict=True) if n}

    def visit(self, number: int) -> None:
        """Count a passed point; the end of this process when it is armed."""
        cells, place = self._cells, _POINTS + 2 * number
        cells[place] += 1
        if cells[_LIVE] and cells[place + 1]:
            cells[_LIVE], cells[_DIED] = 0, number + 1
            os._exit(CRASH_CODE)


class Api(Protocol):
    """The two ways of the bot to its Bot API."""

    _post: Method
    download: Method


def wrap(gauge: Gauge, stores: dict[str, type], api: type[Api] | None) -> None:
    """Let every method of these classes pass its two points."""
    for port, name in port_methods():
        number = 2 * places().index(f"{port}.{name}")
        setattr(stores[port], name, _passing(getattr(stores[port], name), gauge, number))
    if api is None:
        return
    numbers = {name: 2 * places().index(f"api.{name}") for name in api_methods()}
    api.download = _passing(api.download, gauge, numbers["download"])
    api._post = _passing_by_name(api._post, gauge, numbers)


def _passing(method: Method, gauge: Gauge, number: int) -> Method:
    @functools.wraps(method)
    async def call(self: object, *args: object, **named: object) -> object:
        gauge.visit(number)
        result = await method(self, *args, **named)
        gauge.visit(number + 1)
        return result

    return call


def _passing_by_name(post: Method, gauge: Gauge, numbers: dict[str, int]) -> Method:
    @functools.wraps(post)
    async def call(self: object, name: str, *args: object, **named: object) -> object:
        gauge.visit(numbers[name])
        result = await post(self, name, *args, **named)
        gauge.visit(numbers[name] + 1)
        return result

    return call
