"""A sandbox in a process of its own, killed without warning, and started again."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.client import SandboxClient
from bot.sandbox.journal import JournalTaken, SqliteJournal

LIN = 10001
ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def sandbox_process(data: Path) -> AsyncIterator[tuple[str, SandboxClient]]:
    environment = os.environ | {"DATA_DIR": str(data), "SEEDS_DIR": str(ROOT / "seeds")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.sandbox",
        "--port",
        "0",
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        [url] = re.findall(r"http://127\.0\.0\.1:[0-9]+", line)
        async with SandboxClient(url) as phone:
            yield url, phone
    finally:
        process.kill()
        await process.wait()


async def call(url: str, method: str, **params: object) -> dict[str, object]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/bot4242:x/{method}", json=params) as response,
    ):
        return dict(await response.json())


async def test_a_kill_forgets_nothing_that_was_answered(tmp_path: Path) -> None:
    async with sandbox_process(tmp_path) as (url, phone):
        await phone.say(LIN, "confirmed")
        await phone.say(LIN, "waiting")
        first, second = (await call(url, "getUpdates"))["result"]  # type: ignore[misc]
        await call(url, "getUpdates", offset=second["update_id"])
        sent = await call(url, "sendMessage", chat_id=LIN, text="an answer")
        [new] = await phone.new_customers(first_name="Ada")
        photo = await phone.photo(LIN)

    async with sandbox_process(tmp_path) as (url, phone):
        chat = await phone.history(LIN)
        updates = (await call(url, "getUpdates"))["result"]
        said = await phone.say(LIN, "after the kill")
        more = (await call(url, "getUpdates"))["result"]
        await phone.say(new, "still here")
        file_id = chat[-1].message["photo"][0]["file_id"]
        found = await call(url, "getFile", file_id=file_id)

    assert [bubble.text for bubble in chat] == ["confirmed", "waiting", "an answer", ""]
    assert sent["result"]["message_id"] == 3  # type: ignore[index]
    assert [one["update_id"] for one in updates] == [  # type: ignore[attr-defined]
        second["update_id"],
        photo.update_id,
    ]
    assert said.message_id == 5
    assert more[-1]["update_id"] == photo.update_id + 1  # type: ignore[index]
    assert found["ok"] is True
    assert first["update_id"] + 1 == second["update_id"]


async def test_two_sandboxes_do_not_share_a_journal(tmp_path: Path) -> None:
    first = SqliteJournal(tmp_path / "journal.sqlite3")

    with pytest.raises(JournalTaken):
        SqliteJournal(tmp_path / "journal.sqlite3", wait_seconds=0.0)

    await first.close()
    await SqliteJournal(tmp_path / "journal.sqlite3").close()


class Note:
    def __init__(self, text: str) -> None:
        self.text = text

    def record(self) -> dict[str, str]:
        return {"text": self.text}


async def test_written_means_on_disk_and_the_last_state_counts(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = SqliteJournal(path)
    notes = [Note(f"{n}") for n in range(300)]
    for place, note in enumerate(notes):
        journal.put(f"note/{place % 100}", note)
        if place % 7 == 0:
            await journal.written()
    journal.drop("note/5")
    await journal.close()

    kept = SqliteJournal(path)
    loaded = kept.load()
    await kept.close()

    assert len(loaded) == 99
    assert loaded["note/99"] == {"text": "299"}
    assert "note/5" not in loaded
