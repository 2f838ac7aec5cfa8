"""Bots written by somebody else, in processes of their own, that know nothing of the sandbox."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.client import SandboxClient
from bot.sandbox.server import sandbox_running

STRANGERS = Path(__file__).parent / "strangers"
LIN, EMMA = 10001, 10002
SLOW_IMPORT_SECONDS = 45


@asynccontextmanager
async def stranger(script: str) -> AsyncIterator[SandboxClient]:
    async with sandbox_running() as (url, phone):
        path = str(STRANGERS / script)
        process = await asyncio.create_subprocess_exec(
            sys.executable, path, url, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            yield phone
        finally:
            process.terminate()
            await process.wait()


async def test_an_aiogram_bot_runs_unchanged() -> None:
    async with stranger("aiogram_echo.py") as phone:
        said_text = "a < b & 你好 👩‍👩‍👧"
        said = await phone.say(LIN, said_text)
        echoed = await phone.wait_for_reply(LIN, after=said, timeout=SLOW_IMPORT_SECONDS)
        cursor = await phone.cursor()
        pressed = await phone.press(LIN, echoed.id, text="Press")
        answer = await phone.wait_for_answer(pressed["callback_id"], cursor=cursor)
        chat = await phone.wait_until(LIN, lambda bubbles: bubbles[-1].edited)

        started = await phone.start(EMMA, "link-42")
        welcome = await phone.wait_for_reply(EMMA, after=started)
        shared = await phone.press_key(EMMA, "My number")
        contact = await phone.wait_for_reply(EMMA, after=shared)
        sent = await phone.photo(EMMA)
        album = await phone.wait_until(
            EMMA, lambda bubbles: bubbles[-1].id >= sent.message_id + 2, timeout=10
        )

    assert echoed.text == said_text
    assert echoed.message["reply_to_message"]["message_id"] == said.message_id
    assert answer["text"] == "noted"
    assert chat[-1].text == "pressed p:1"
    assert welcome.text == "welcome"
    assert contact.text == "contact 12025550102 own=True"
    assert [bubble.message["photo"][0]["width"] for bubble in album[-2:]] == [1280, 1280]
    assert album[-2].text == "back"


async def test_a_python_telegram_bot_runs_unchanged() -> None:
    async with stranger("ptb_echo.py") as phone:
        started = await phone.start(EMMA, "link-42")
        welcome = await phone.wait_for_reply(EMMA, after=started, timeout=SLOW_IMPORT_SECONDS)
        said = await phone.say(EMMA, "hello there")
        echoed = await phone.wait_for_reply(EMMA, after=said)
        cursor = await phone.cursor()
        pressed = await phone.press(EMMA, echoed.id, data="p:1")
        answer = await phone.wait_for_answer(pressed["callback_id"], cursor=cursor)
        await phone.wait_until(EMMA, lambda bubbles: bubbles[-1].text == "pressed p:1")
        upload = await phone.upload("收据".encode(), name="receipt.txt")
        sent = await phone.send(EMMA, "document", file_id=upload["file_id"])
        copy = await phone.wait_for_reply(EMMA, after=sent)

    assert welcome.text == "welcome link-42"
    assert echoed.text == "hello there"
    assert (answer["text"], answer["show_alert"]) == ("noted", True)
    assert copy.text == "收据"
    assert copy.message["document"]["file_name"] == "copy.txt"
