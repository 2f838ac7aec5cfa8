"""A Bot API over real HTTP that answers what it is told, and notes what it was asked."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from pydantic import SecretStr

from bot.telegram.api import BotApi

TOKEN = "4242:a-secret-nobody-may-see"
HANG = "hang"
DROP = "drop"


def refusal(code: int, **parameters: int) -> dict[str, Any]:
    reply = {"ok": False, "error_code": code, "description": "private words of a customer"}
    return {**reply, "parameters": parameters} if parameters else reply


class ScriptedApi:
    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, deque[Any]] = defaultdict(deque)
        self.asked = asyncio.Condition()
        self.over = asyncio.Event()

    def script(self, method: str, *answers: Any) -> None:
        self.answers[method].extend(answers)

    def said(self, method: str) -> list[dict[str, Any]]:
        return [payload for name, payload in self.calls if name == method]

    async def until_asked(self, method: str, times: int) -> None:
        async with asyncio.timeout(5), self.asked:
            await self.asked.wait_for(lambda: len(self.said(method)) >= times)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        body = await request.read()
        payload = orjson.loads(body) if request.content_type == "application/json" else {}
        self.calls.append((method, payload))
        async with self.asked:
            self.asked.notify_all()
        script = self.answers[method]
        reply = script.popleft() if script else await self.usual(method)
        if reply == HANG:
            await self.over.wait()
        if reply in (DROP, HANG):
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if isinstance(reply, bytes):
            return web.Response(body=reply, content_type="application/json")
        return web.json_response(reply, status=reply.get("error_code", 200))

    async def usual(self, method: str) -> Any:
        if method == "getUpdates":
            return HANG
        return {"ok": True, "result": {"message_id": 1000 + len(self.calls)}}


@asynccontextmanager
async def scripted_api() -> AsyncIterator[tuple[ScriptedApi, BotApi]]:
    script = ScriptedApi()
    async with RawTestServer(script.answer) as server:
        async with BotApi(SecretStr(TOKEN), str(server.make_url("/")), trust_env=False) as api:
            yield script, api
        script.over.set()


class Tally:
    """Counters that can be read."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = defaultdict(int)

    def count(self, name: str, n: int = 1) -> None:
        self.counts[name] += n

    def observe(self, name: str, seconds: float) -> None:
        self.counts[name] += 1
