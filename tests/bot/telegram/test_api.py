from __future__ import annotations

import asyncio
import socket
import traceback

import pytest
from pydantic import SecretStr

from bot.telegram.api import BotApi, Upload
from bot.telegram.errors import (
    ChannelDown,
    ChannelRefused,
    NotWritten,
    OutcomeUnknown,
    PollConflict,
    TokenRevoked,
)
from handoff.errors import ChannelBusy, ChannelError, CustomerUnreachable
from tests.bot.telegram.scripted import DROP, HANG, TOKEN, ScriptedApi, refusal

HELLO = {"chat_id": 1, "text": "您好"}


async def test_a_call_returns_what_telegram_returned(script: ScriptedApi, api: BotApi) -> None:
    script.script("sendMessage", {"ok": True, "result": {"message_id": 9}})

    assert await api.call("sendMessage", HELLO) == {"message_id": 9}
    assert script.calls == [("sendMessage", HELLO)]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refusal(400), ChannelRefused),
        (refusal(401), TokenRevoked),
        (refusal(403), CustomerUnreachable),
        (refusal(404), TokenRevoked),
        (refusal(409), PollConflict),
        (refusal(413), ChannelRefused),
        (refusal(429, retry_after=7), ChannelBusy),
        (refusal(500), ChannelDown),
        (refusal(502), ChannelDown),
        (b"<html>half an answ", OutcomeUnknown),
        (b'{"ok":false}', ChannelRefused),
        (b"[]", ChannelRefused),
        (DROP, OutcomeUnknown),
    ],
)
async def test_the_type_of_the_error_says_what_may_be_done_next(
    script: ScriptedApi, api: BotApi, reply: object, error: type[ChannelError]
) -> None:
    script.script("sendMessage", reply)

    with pytest.raises(error) as caught:
        await api.call("sendMessage", HELLO)

    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "secret" not in told
    assert "private words" not in told


async def test_telegram_says_how_long_to_wait_and_where_a_group_went(
    script: ScriptedApi, api: BotApi
) -> None:
    script.script(
        "sendMessage", refusal(429, retry_after=7), refusal(400, migrate_to_chat_id=-1009)
    )

    with pytest.raises(ChannelBusy) as busy:
        await api.call("sendMessage", HELLO)
    with pytest.raises(ChannelRefused) as moved:
        await api.call("sendMessage", HELLO)

    assert busy.value.retry_after_seconds == 7
    assert moved.value.migrated_to == -1009


async def test_no_answer_in_time_leaves_the_outcome_open(script: ScriptedApi, api: BotApi) -> None:
    script.script("sendMessage", {"ok": True, "result": True}, HANG)
    await api.call("sendMessage", HELLO)  # the line is there, so what is waited for is the answer

    with pytest.raises(OutcomeUnknown):
        await api.call("sendMessage", HELLO, timeout_seconds=0.05)

    assert len(script.calls) == 2


async def test_nothing_was_written_when_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with BotApi(SecretStr(TOKEN), f"http://127.0.0.1:{port}", trust_env=False) as api:
        with pytest.raises(NotWritten) as caught:
            await api.call("sendMessage", HELLO)

    assert "secret" not in "".join(traceback.format_exception(caught.value))


async def test_waiting_for_a_connection_writes_nothing(script: ScriptedApi, api: BotApi) -> None:
    single = BotApi(SecretStr(TOKEN), api._base, connections=1, trust_env=False)
    script.script("getUpdates", HANG)
    async with single:
        holding = asyncio.create_task(single.call("getUpdates", {}, 5))
        await script.until_asked("getUpdates", 1)

        with pytest.raises(NotWritten):
            await single.call("sendMessage", HELLO, timeout_seconds=0.05)

        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
    assert script.said("sendMessage") == []


async def test_a_file_leaves_as_a_form(script: ScriptedApi, api: BotApi) -> None:
    script.script("sendDocument", {"ok": True, "result": {"message_id": 3}})
    file = Upload("document", "发票.pdf", "application/pdf", b"%PDF")

    sent = await api.upload("sendDocument", {"chat_id": 1, "reply_markup": {"a": 1}}, file)

    assert sent == {"message_id": 3}


def test_the_token_shows_nowhere_but_its_number() -> None:
    api = BotApi(SecretStr(TOKEN), "https://bot.example")

    assert "secret" not in repr(api)
    assert api.bot_id == 4242
    assert BotApi(SecretStr("")).bot_id == 0


async def test_a_proxy_of_the_environment_is_used_but_not_for_neighbours(
    script: ScriptedApi, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", api._base)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    async with BotApi(SecretStr(TOKEN), "http://telegram.invalid") as far:
        await far.call("getMe", {})
    async with BotApi(SecretStr(TOKEN), "http://127.0.0.1:9") as near:
        with pytest.raises(NotWritten):
            await near.call("getMe", {})

    assert [method for method, _ in script.calls] == ["getMe"]
