import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.replay import (
    NO_REPLY,
    REPLIED,
    Item,
    Pace,
    Replayed,
    ReplayFileError,
    read_items,
    replay,
    table_of,
)

QUICK = Pace(parallel=4, reply_seconds=0.4, quiet_seconds=0.05)


@pytest.fixture
async def echo(wire: Any, phone: Any) -> AsyncIterator[None]:
    """A bot that says everything twice, and nothing to silence."""

    async def run() -> None:
        offset = 0
        while True:
            for update in await wire.get("getUpdates", offset=offset, timeout=30):
                offset = update["update_id"] + 1
                message = update["message"]
                if message["text"] != "silence":
                    for text in (message["text"], f"again {message['text']}"):
                        await wire.get("sendMessage", chat_id=message["chat"]["id"], text=text)

    await phone.limits(enabled=False)
    task = asyncio.create_task(run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_each_item_is_a_conversation_of_its_own_with_its_earlier_turns(
    phone: Any, echo: None
) -> None:
    items = [
        Item("A", "third", "en", before=("first", "second")),
        Item("B", "你好", "zh"),
        Item("C", "silence", "en"),
    ]

    results = {one.id: one async for one in replay(phone, items, pace=QUICK)}
    chat = await phone.history(results["A"].chat_id)

    assert [bubble.text for bubble in chat if not bubble.from_bot] == ["first", "second", "third"]
    assert results["A"].replies == ["third", "again third"]
    assert results["B"].outcome == REPLIED
    assert results["C"].outcome == NO_REPLY
    assert results["C"].first_seconds is None
    assert len({one.chat_id for one in results.values()}) == 3


async def test_outcomes_come_from_whoever_can_tell(phone: Any, echo: None) -> None:
    async def told(chat_id: int) -> str:
        return "handed over"

    results = [one async for one in replay(phone, [Item("A", "x")], pace=QUICK, outcome_of=told)]

    assert [one.outcome for one in results] == ["handed over"]


def test_the_table_counts_outcomes_and_seconds_by_language() -> None:
    results = [
        Replayed("1", "zh", "", 1, outcome="answered", first_seconds=1.0),
        Replayed("2", "zh", "", 2, outcome="handed over", first_seconds=3.0),
        Replayed("3", "en", "", 3),
    ]

    table = [line.split() for line in table_of(results)]

    assert table[0][:2] == ["lang", "items"]
    assert table[1] == ["en", "1", "0", "0", "1", "-", "-", "-"]
    assert table[2] == ["zh", "2", "1", "1", "0", "3.00", "3.00", "3.00"]
    assert table[3][:5] == ["all", "3", "1", "1", "1"]


def test_every_bad_line_of_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text('{"id": "A", "text": "x"}\nnot json\n\n{"id": "B"}\n[]\n', encoding="utf-8")

    with pytest.raises(ReplayFileError) as caught:
        read_items(path)

    assert [line.rsplit("jsonl:", 1)[1][0] for line in str(caught.value).splitlines()] == [
        "2",
        "4",
        "5",
    ]
