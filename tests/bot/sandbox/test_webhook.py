"""A bot's own web server at the other end, which answers as each test tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

LIN, EMMA = 10001, 10002


class Receiver:
    def __init__(self) -> None:
        self.url = ""
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[web.Response] = []
        self.answer_for: Callable[[dict[str, Any]], web.Response | None] = lambda update: None
        self._news = asyncio.Condition()

    async def handle(self, request: web.Request) -> web.Response:
        update = await request.json()
        async with self._news:
            secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
            self.heard.append((secret, update))
            self._news.notify_all()
        answer = self.answer_for(update)
        if answer is not None:
            return answer
        return self.answers.pop(0) if self.answers else web.Response()

    async def texts(self, count: int) -> list[str]:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.heard) >= count), 5)
        return [update["message"]["text"] for _, update in self.heard]

    async def hears(self, text: str) -> None:
        def heard() -> bool:
            return any(update["message"]["text"] == text for _, update in self.heard)

        async with self._news:
            await asyncio.wait_for(self._news.wait_for(heard), 5)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_what_waited_is_delivered_with_the_secret(
    wire: Any, phone: Any, receiver: Receiver
) -> None:
    await phone.say(LIN, "before")
    await wire.get("setWebhook", url=receiver.url, secret_token="s3cret_")
    await phone.say(LIN, "after")

    assert await receiver.texts(2) == ["before", "after"]
    assert {secret for secret, _ in receiver.heard} == {"s3cret_"}


async def test_a_failure_holds_up_its_own_chat_only_and_is_repeated_in_order(
    wire: Any, phone: Any, receiver: Receiver, still: Any
) -> None:
    failures = [500, 302, 503]

    def answer(update: dict[str, Any]) -> web.Response | None:
        if update["message"]["text"] == "first" and failures:
            return web.Response(status=failures.pop(0))
        return None

    receiver.answer_for = answer
    await wire.get("setWebhook", url=receiver.url)

    await phone.say(LIN, "first")
    await phone.say(LIN, "second")
    await phone.say(EMMA, "meanwhile")
    texts = await receiver.texts(6)

    assert [text for text in texts if text != "meanwhile"] == ["first"] * 4 + ["second"]
    assert still.slept == [0.0, 2.0, 4.0]
    info = await wire.get("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 503"


async def test_the_pause_the_bot_asks_for_is_kept(
    wire: Any, phone: Any, receiver: Receiver, still: Any
) -> None:
    receiver.answers = [web.Response(status=503, headers={"Retry-After": "7"})]
    await wire.get("setWebhook", url=receiver.url)

    await phone.say(LIN, "hi")

    assert await receiver.texts(2) == ["hi", "hi"]
    assert still.slept == [7.0]


async def test_an_update_is_given_up_when_it_is_too_old(
    wire: Any, phone: Any, receiver: Receiver, still: Any
) -> None:
    def answer(update: dict[str, Any]) -> web.Response | None:
        old = update["message"]["text"] == "never taken"
        return web.Response(status=500) if old else None

    receiver.answer_for = answer
    await wire.get("setWebhook", url=receiver.url)
    await phone.say(LIN, "never taken")
    await receiver.texts(3)

    still.seconds += 24 * 3600
    await phone.say(LIN, "fresh")

    await receiver.hears("fresh")
    assert (await wire.get("getWebhookInfo"))["pending_update_count"] == 0


async def test_an_unreachable_webhook_keeps_what_waits_for_the_poll(wire: Any, phone: Any) -> None:
    await wire.get("setWebhook", url="http://127.0.0.1:9/closed", allowed_updates=["message"])
    await phone.say(LIN, "kept")
    info = await wire.get("getWebhookInfo")

    await wire.get("deleteWebhook")

    assert info["pending_update_count"] == 1
    assert info["allowed_updates"] == ["message"]
    assert await wire.texts() == ["kept"]


async def test_drop_pending_updates_drops_them(wire: Any, phone: Any) -> None:
    await phone.say(LIN, "dropped")

    await wire.get("deleteWebhook", drop_pending_updates=True)

    assert await wire.get("getUpdates") == []


async def test_a_method_in_the_answer_is_carried_out(
    wire: Any, phone: Any, receiver: Receiver
) -> None:
    answer = {"method": "sendMessage", "chat_id": LIN, "text": "from the answer"}
    receiver.answers = [web.json_response(answer)]
    await wire.get("setWebhook", url=receiver.url)

    said = await phone.say(LIN, "hi")

    assert (await phone.wait_for_reply(LIN, after=said)).text == "from the answer"


@pytest.mark.parametrize("params", [{"secret_token": "with space"}, {"url": "nonsense"}])
async def test_a_webhook_that_cannot_be_is_refused(wire: Any, params: dict[str, str]) -> None:
    wanted = {"url": "http://127.0.0.1:9/hook", **params}

    assert (await wire.refused("setWebhook", **wanted))["error_code"] == 400
