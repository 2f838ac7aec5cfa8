from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from typing import Any

import orjson
import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from bot.settings import BotSettings
from bot.telegram import webhook as module
from bot.telegram.api import BotApi
from bot.telegram.mail import ALLOWED_UPDATES
from bot.telegram.webhook import Webhook
from handoff.errors import StartRefused
from handoff.ports import Store
from tests.bot.telegram.intake_hall import Hall, text
from tests.bot.telegram.scripted import TOKEN, ScriptedApi, refusal

SECRET = "a-shared_Secret-9"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
URL = "https://shop.example/telegram/in"


def settings(**changed: Any) -> BotSettings:
    values: dict[str, Any] = {
        "token": SecretStr(TOKEN),
        "webhook_url": URL,
        "webhook_secret": SecretStr(SECRET),
        "webhook_port": 0,
        **changed,
    }
    return BotSettings(**values, _env_file=None)


@pytest.fixture
def hall(api: BotApi, store: Store) -> Hall:
    return Hall(api, store)


@pytest.fixture
def hook(hall: Hall, api: BotApi, store: Store) -> Webhook:
    return Webhook(api, hall.intake, house=store.house, settings=settings())


@pytest.fixture
async def telegram(hook: Webhook) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(hook.app())) as client:
        yield client


async def test_200_comes_after_the_write(telegram: TestClient[Any, Any], hall: Hall) -> None:
    response = await telegram.post("/telegram/in", json=text(5), headers={HEADER: SECRET})

    assert response.status == 200
    assert hall.heard == [5]


@pytest.mark.parametrize(
    "header",
    [None, "", "wrong", SECRET[:-1], SECRET + "x", "é中"],
    ids=["none", "empty", "wrong", "shorter", "longer", "not ascii"],
)
async def test_who_does_not_know_the_secret_learns_nothing(
    telegram: TestClient[Any, Any], hall: Hall, header: str | None
) -> None:
    headers = {} if header is None else {HEADER: header}

    refusals = [
        await telegram.post("/telegram/in", data=BytesIO(body), headers=headers)
        for body in (orjson.dumps(text(1)), b"{", b"x" * (module.BODY_LIMIT + 1))
    ]

    assert {(r.status, await r.read()) for r in refusals} == {(401, b"")}
    assert hall.heard == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="empty"),
        pytest.param(b"{", 400, id="half"),
        pytest.param(b"[]", 400, id="no update"),
        pytest.param(b"x" * (1024 * 1024 + 1), 413, id="too large"),
        pytest.param(b'{"update_id":3,"message":' + b"[" * 90_000, 200, id="too deep"),
        pytest.param(b'{"update_id":3,"unheard_of":{}}', 200, id="unknown kind"),
    ],
)
async def test_bodies_are_refused_only_when_telegram_must_not_repeat_them_for_ever(
    telegram: TestClient[Any, Any], store: Store, body: bytes, status: int
) -> None:
    response = await telegram.post("/telegram/in", data=BytesIO(body), headers={HEADER: SECRET})

    assert (response.status, await response.read()) == (status, b"")
    assert await store.house.dead_letter_count() == (status == 200)


async def test_a_body_that_grows_on_the_way_is_refused(telegram: TestClient[Any, Any]) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 65_536

    response = await telegram.post("/telegram/in", data=endless(), headers={HEADER: SECRET})

    assert response.status == 413


async def test_other_methods_and_paths_are_refused_in_the_same_shape(
    telegram: TestClient[Any, Any],
) -> None:
    wrong_method = await telegram.get("/telegram/in")
    wrong_path = await telegram.post(f"/bot{TOKEN}")

    assert (wrong_method.status, await wrong_method.read()) == (405, b"")
    assert (wrong_path.status, await wrong_path.read()) == (404, b"")
    assert (await telegram.get("/healthz")).status == 200


async def test_a_store_that_is_away_is_told_with_a_time_to_come_back(
    telegram: TestClient[Any, Any], hall: Hall
) -> None:
    hall.uncertain.refusals = 1

    first = await telegram.post("/telegram/in", json=text(5), headers={HEADER: SECRET})
    again = await telegram.post("/telegram/in", json=text(5), headers={HEADER: SECRET})

    assert (first.status, first.headers["Retry-After"]) == (503, "2")
    assert again.status == 200
    assert hall.heard == [5]


async def test_a_slow_write_is_not_confirmed_but_not_broken_off_either(
    telegram: TestClient[Any, Any],
    hook: Webhook,
    hall: Hall,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goes_on = asyncio.Event()
    accept = hall.uncertain.accept

    async def slow(*args: Any, **kwargs: Any) -> Any:
        await goes_on.wait()
        return await accept(*args, **kwargs)

    monkeypatch.setattr(hall.uncertain, "accept", slow)
    monkeypatch.setattr(module, "WRITE_SECONDS", 0.02)

    response = await telegram.post("/telegram/in", json=text(5), headers={HEADER: SECRET})
    goes_on.set()
    await asyncio.gather(*hook._writing)

    assert response.status == 503
    assert hall.heard == [5]


async def test_telegram_is_told_address_secret_and_kinds(
    hook: Webhook, script: ScriptedApi
) -> None:
    await hook.start()
    await script.until_asked("setWebhook", 1)
    await hook.stop()

    [call] = script.said("setWebhook")
    assert (call["url"], call["secret_token"]) == (URL, SECRET)
    assert call["allowed_updates"] == list(ALLOWED_UPDATES)
    assert call["drop_pending_updates"] is False


async def test_a_refused_address_raises_an_alert_and_is_tried_again(
    hook: Webhook, script: ScriptedApi, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RETRY_SECONDS", (0.01,))
    script.script("setWebhook", refusal(400), refusal(502))

    await hook.start()
    await script.until_asked("setWebhook", 3)
    alerts = await store.house.alerts()
    await hook.stop()

    assert "telegram_webhook" in alerts


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"webhook_secret": SecretStr("")}, id="no secret"),
        pytest.param({"webhook_secret": SecretStr("with space")}, id="secret telegram refuses"),
        pytest.param({"webhook_url": ""}, id="no address"),
        pytest.param({"webhook_url": f"https://shop.example/{TOKEN}"}, id="token in the path"),
    ],
)
def test_it_refuses_to_start_rather_than_trust_everybody(
    hall: Hall, api: BotApi, store: Store, changed: dict[str, Any]
) -> None:
    make: Callable[[], Webhook] = lambda: Webhook(
        api, hall.intake, house=store.house, settings=settings(**changed)
    )

    with pytest.raises(StartRefused):
        make()
