"""A language model's endpoint on this machine that does what a test says: well, slowly or badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Asked = dict[str, Any]
Answers = Callable[[Asked], Awaitable[web.Response]]


def completion(content: object) -> web.Response:
    return web.json_response({"choices": [{"message": {"content": content}}]})


def says(text: str, *citations: str, fence: bool = False) -> Answers:
    """One well-made reply; without citations it cites every source it was given."""

    async def answer(asked: Asked) -> web.Response:
        given = [source["id"] for source in data_of(asked).get("sources", [])]
        reply = json.dumps({"text": text, "citations": list(citations) or given})
        return completion(f"Sure!\n```json\n{reply}\n```" if fence else reply)

    return answer


def raw(content: object) -> Answers:
    async def answer(_asked: Asked) -> web.Response:
        return completion(content)

    return answer


def status(code: int, body: str = "{}") -> Answers:
    async def answer(_asked: Asked) -> web.Response:
        return web.Response(status=code, text=body, content_type="application/json")

    return answer


async def hangs(_asked: Asked) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


def data_of(asked: Asked) -> dict[str, Any]:
    """The data part of a request."""
    return json.loads(asked["messages"][1]["content"])


@dataclass
class Model:
    url: str
    answers: Answers
    asked: list[Asked] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def sent(self) -> str:
        """Everything that left the house, as one text."""
        return json.dumps(self.asked, ensure_ascii=False)


@asynccontextmanager
async def model_running() -> AsyncIterator[Model]:
    async def complete(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        model.asked.append(asked)
        model.headers.append(dict(request.headers))
        return await model.answers(asked)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.1)
    model = Model(f"http://127.0.0.1:{server.port}/v1", hangs)
    try:
        yield model
    finally:
        await server.close()
