"""Follow what happens: server-sent events for a page, long polls for a program."""

from __future__ import annotations

import asyncio

import orjson
from aiohttp import web
from aiohttp.web import BaseRequest

from bot.sandbox.chats import Chat
from bot.sandbox.exchange import Exchange
from bot.sandbox.feed import Event

HEARTBEAT_SECONDS = 4.0
LONGEST_WAIT_SECONDS = 60.0


async def events(request: BaseRequest, exchange: Exchange) -> web.StreamResponse:
    """The events after the reader's cursor: as a stream, or once for a program that polls."""
    if "text/event-stream" in request.headers.get("Accept", ""):
        return await _stream(request, exchange)
    cursor = request.query.get("cursor") or exchange.feed.cursor()
    await exchange.feed.wait(cursor, _timeout(request))
    found = exchange.feed.since(cursor)
    answer = {
        "cursor": exchange.feed.cursor(),
        "reset": found is None,
        "events": [event.view() for event in found or [] if _wanted(request, event)],
    }
    return web.Response(body=orjson.dumps(answer), headers={"Content-Type": "application/json"})


async def reply(request: BaseRequest, exchange: Exchange, chat: Chat) -> web.StreamResponse:
    """The bot's messages after `after`, waiting for the first one."""
    after = int(request.query.get("after", "0"))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _timeout(request)
    while True:
        cursor = exchange.feed.cursor()
        found = [b.view() for b in chat.bubbles.values() if b.from_bot and b.id > after]
        left = deadline - loop.time()
        if found or left <= 0:
            break
        await exchange.feed.wait(cursor, left)
    answer = {"bubbles": found, "at": exchange.clock.now()}
    return web.Response(body=orjson.dumps(answer), headers={"Content-Type": "application/json"})


async def _stream(request: BaseRequest, exchange: Exchange) -> web.StreamResponse:
    feed = exchange.feed
    cursor = request.headers.get("Last-Event-ID") or request.query.get("cursor") or feed.cursor()
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    await response.write(b"retry: 1000\n\n")
    while True:
        found = feed.since(cursor)
        if found is None:
            cursor = feed.cursor()
            await response.write(_block("reset", cursor, b"{}"))
        for event in found or []:
            if _wanted(request, event):
                body = orjson.dumps(event.view())
                await response.write(_block(event.kind, feed.cursor_of(event), body))
            cursor = feed.cursor_of(event)
        if not found:
            bot = exchange.world.current
            beat = {"connected": bot.connected(exchange.clock.now()), "bot_id": bot.id}
            await response.write(_block("beat", cursor, orjson.dumps(beat)))
        await feed.wait(cursor, HEARTBEAT_SECONDS)


def _wanted(request: BaseRequest, event: Event) -> bool:
    chat = request.query.get("chat")
    return chat is None or event.chat_id in {0, int(chat)}


def _block(kind: str, cursor: str, body: bytes) -> bytes:
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (cursor.encode(), kind.encode(), body)


def _timeout(request: BaseRequest) -> float:
    return min(float(request.query.get("timeout", "0")), LONGEST_WAIT_SECONDS)
