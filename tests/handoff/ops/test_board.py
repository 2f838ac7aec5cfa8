import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from handoff.case import QueueFigures
from handoff.ops.board import Snapshot, add_board_commands, render, spell, take_snapshot
from handoff.ports import Store
from handoff.store.memory import open_memory_store
from tests.clock import FakeClock
from tests.contracts.story import BEN, K1, K2, MEI, Story


def printed(snapshot: Snapshot, width: int = 160) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(render(snapshot))
    return out.getvalue()


async def test_board_shows_who_waits_why_and_what_is_wrong(story: Story) -> None:
    await story.opens(K1, priority="urgent")
    await story.opens(K2, BEN)
    await story.claims(K2)
    await story.store.presence.seen(MEI)
    await story.store.house.alert("track_stuck:chores", "a job has waited for 40 s")
    await story.store.house.report("bot-a-1", {})

    shown = printed(await take_snapshot(story.store))

    assert K1 in shown
    assert K2 not in shown
    for told in ("upset", "urgent", "mei", "in hand 1", "bot-a-1", "python -m workers"):
        assert told in shown


async def test_brackets_in_what_is_shown_are_no_markup(story: Story) -> None:
    await story.store.house.alert("seeds_broken", "articles/[/b]points.yaml: [red]line 1")

    assert "articles/[/b]points.yaml: [red]line 1" in printed(await take_snapshot(story.store))


async def test_empty_queue_says_so(story: Story) -> None:
    shown = printed(await take_snapshot(story.store), width=80)

    assert "nobody waits" in shown
    assert "clears in 0 min" in shown


async def test_time_to_clear_is_unknown_while_nobody_takes_cases(
    story: Story, clock: FakeClock
) -> None:
    await story.opens(K1)
    idle = await take_snapshot(story.store)
    await story.claims(K1)
    await story.opens(K2, BEN)
    busy = await take_snapshot(story.store)
    clock.advance(16 * 60_000)
    later = await take_snapshot(story.store)

    assert [s.minutes_to_clear for s in (idle, busy, later)] == [None, 15.0, None]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (89, "89 s"),
        (90, "2 min"),
        (5399, "90 min"),
        (5400, "1 h 30"),
        (90000, "25 h 00"),
    ],
)
def test_seconds_are_spelled_as_people_say_them(seconds: float, words: str) -> None:
    assert spell(seconds) == words


class OneWaits:
    """A store in which somebody has waited for 100 s."""

    def __init__(self) -> None:
        self._store = open_memory_store(FakeClock())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @property
    def cases(self) -> Any:
        return self

    async def figures(self) -> tuple[QueueFigures, ...]:
        return (QueueFigures("high", "zh", 1, 100.0),)

    async def waiting(self, most: int = 200) -> tuple[()]:
        return ()

    async def assigned(self) -> tuple[()]:
        return ()


@pytest.fixture
def board() -> typer.Typer:
    @asynccontextmanager
    async def open_store() -> AsyncIterator[Store]:
        yield OneWaits()  # type: ignore[misc]

    app = typer.Typer()
    add_board_commands(app, open_store)
    return app


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--max-wait", "100"], 0),
        (["--max-wait", "99"], 2),
        (["--max-wait", "0"], 2),
        (["--max-depth", "1"], 0),
        (["--max-depth", "0"], 2),
        (["--max-depth", "9", "--max-wait", "60"], 2),
    ],
)
def test_queue_leaves_with_2_when_it_is_too_long(
    board: typer.Typer, options: list[str], code: int
) -> None:
    assert CliRunner().invoke(board, ["queue", *options]).exit_code == code


def test_queue_is_told_for_people_and_for_machines(board: typer.Typer) -> None:
    text = CliRunner().invoke(board, ["queue"]).output
    told = orjson.loads(CliRunner().invoke(board, ["queue", "--json"]).output)

    assert text.splitlines()[-1].split() == ["all", "1", "2", "min"]
    assert told["depth"] == 1
    assert told["oldest_wait_seconds"] == 100
    assert told["classes"][0] == {
        "priority": "high",
        "skill": "zh",
        "depth": 1,
        "oldest_wait_seconds": 100.0,
    }


def test_top_prints_once_without_a_terminal(board: typer.Typer) -> None:
    result = CliRunner().invoke(board, ["top", "--once"])

    assert result.exit_code == 0
    assert "waiting 1" in result.output
