"""A sandbox on a clock that stands still, and a bot's bare hands on its wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.client import SandboxClient
from bot.sandbox.clock import Clock
from bot.sandbox.customers import read_customers
from bot.sandbox.exchange import Exchange
from bot.sandbox.server import sandbox_running

SEEDS = Path(__file__).parents[3] / "seeds"
LIN = 10001
EMMA = 10002


class StillClock:
    """Time that moves only when told; who sleeps on it is noted and goes on at once."""

    def __init__(self) -> None:
        self.seconds = 1_795_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    def clock(self) -> Clock:
        return Clock(now=self.now, sleep=self.sleep)


class Wire:
    """Calls methods as a bot does; the status and the whole JSON body come back."""

    def __init__(
        self, url: str, session: aiohttp.ClientSession, token: str = "4242:secret"
    ) -> None:
        self.base = f"{url}/bot{token}"
        self.files = f"{url}/file/bot{token}"
        self.session = session

    async def ask(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"{self.base}/{method}", json=params) as response:
            return response.status, await response.json()

    async def get(self, method: str, **params: Any) -> Any:
        status, body = await self.ask(method, **params)
        assert status == 200, body
        return body["result"]

    async def refused(self, method: str, **params: Any) -> dict[str, Any]:
        status, body = await self.ask(method, **params)
        assert body["ok"] is False
        assert body["error_code"] == status
        return body

    async def texts(self, **params: Any) -> list[str]:
        updates = await self.get("getUpdates", **params)
        return [update["message"]["text"] for update in updates]


@pytest.fixture
def still() -> StillClock:
    return StillClock()


@pytest.fixture
def exchange(still: StillClock) -> Exchange:
    customers = read_customers(SEEDS / "demo" / "customers.yaml")
    return Exchange(customers=customers, clock=still.clock())


@pytest.fixture
async def sandbox(exchange: Exchange) -> AsyncIterator[tuple[str, SandboxClient]]:
    async with sandbox_running(exchange) as running:
        yield running


@pytest.fixture
def phone(sandbox: tuple[str, SandboxClient]) -> SandboxClient:
    return sandbox[1]


@pytest.fixture
async def wire(sandbox: tuple[str, SandboxClient]) -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession() as session:
        yield Wire(sandbox[0], session)
