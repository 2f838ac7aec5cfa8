"""The control API under `/sandbox/`: what the phone page, tests and measurements use.

It translates HTTP to acts of customers and to switches of the exchange; it decides nothing.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
import structlog
from aiohttp import web
from aiohttp.web import BaseRequest

from bot.sandbox.acting import Phone
from bot.sandbox.bots import Bot
from bot.sandbox.chats import Chat
from bot.sandbox.control_chats import ACTS, Asked
from bot.sandbox.control_switches import SWITCHES
from bot.sandbox.errors import ApiError, ControlError
from bot.sandbox.exchange import Exchange
from bot.sandbox.guard import FILE_HEADERS, check_reader, check_writer
from bot.sandbox.pictures import Pictures
from bot.sandbox.streams import events, reply
from bot.sandbox.views import history, state

_CHAT = re.compile(r"/sandbox/chats/(-?[0-9]{1,16})/([a-z-]+)")
log = structlog.get_logger(__name__)
_SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class Control:
    """Answers `/sandbox/…`."""

    def __init__(self, exchange: Exchange, pictures: Pictures) -> None:
        self._exchange = exchange
        self._pictures = pictures

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one request, refusals included."""
        try:
            if request.method == "GET":
                check_reader(request)
                return await self._read(request)
            if request.method == "POST":
                check_writer(request)
                return await self._write(request)
            raise ControlError(405, "Only GET and POST are known here.")
        except ControlError as refusal:
            return _json({"error": refusal.sentence}, refusal.status)
        except ApiError as refusal:
            return _json({"error": refusal.description}, 422)
        except (TypeError, ValueError) as error:  # letters for a number, a list for a name
            log.warning("sandbox.request_odd", error=type(error).__name__)
            return _json({"error": "A value is not of the kind that belongs there."}, 422)

    async def _read(self, request: BaseRequest) -> web.StreamResponse:
        path = request.path
        if path == "/sandbox/events":
            return await events(request, self._exchange)
        if path == "/sandbox/state":
            return _json(state(self._exchange, self._bot(request.query.get("bot"))))
        if path.startswith("/sandbox/files/"):
            return self._file(path.removeprefix("/sandbox/files/"))
        if path.removeprefix("/sandbox/") in SWITCHES:
            return _json(SWITCHES[path.removeprefix("/sandbox/")](self._exchange, None))
        found = _CHAT.fullmatch(path)
        if found is None:
            raise ControlError(404, "There is nothing here.")
        chat = self._chat(self._bot(request.query.get("bot")), int(found.group(1)))
        if found.group(2) == "history":
            return _json(history(self._exchange, chat, int(request.query.get("after", "0"))))
        if found.group(2) == "reply":
            return await reply(request, self._exchange, chat)
        raise ControlError(404, "There is nothing here.")

    async def _write(self, request: BaseRequest) -> web.StreamResponse:
        path = request.path
        if path == "/sandbox/files":
            return await self._upload(request)
        body = _object(await request.read())
        name = path.removeprefix("/sandbox/")
        found = _CHAT.fullmatch(path)
        if name in SWITCHES:
            answer = SWITCHES[name](self._exchange, body)
        elif found is not None and found.group(2) in ACTS:
            phone = self._phone(body, int(found.group(1)))
            answer = ACTS[found.group(2)](Asked(phone, self._pictures, body))
        else:
            raise ControlError(404, "There is nothing here.")
        await self._exchange.journal.written()
        return _json(answer)

    async def _upload(self, request: BaseRequest) -> web.Response:
        mime_type = request.query.get("type", "application/octet-stream")
        stored = self._exchange.files.keep(
            await request.read(),
            kind="photo" if mime_type.startswith("image/") else "document",
            name=request.query.get("name", ""),
            mime_type=mime_type,
        )
        await self._exchange.journal.written()
        return _json(stored.record())

    def _file(self, file_id: str) -> web.Response:
        stored = self._exchange.files.find(file_id)
        if stored is None:
            raise ControlError(404, "There is no such file.")
        inline = stored.mime_type in _SHOWN_INLINE
        headers = {
            **FILE_HEADERS,
            "Content-Type": stored.mime_type if inline else "application/octet-stream",
            "Content-Disposition": "inline" if inline else "attachment",
            "Cache-Control": "private, max-age=86400, immutable",
        }
        return web.Response(body=self._exchange.files.read(stored), headers=headers)

    def _bot(self, given: Any) -> Bot:
        if given is None:
            return self._exchange.world.current
        found = self._exchange.world.bots.get(int(given))
        if found is None:
            raise ControlError(404, "This bot has not connected.")
        return found

    def _chat(self, bot: Bot, chat_id: int) -> Chat:
        chat = self._exchange.world.chat(bot, chat_id)
        if chat is None:
            raise ControlError(404, "There is no such customer or group.")
        return chat

    def _phone(self, body: dict[str, Any], chat_id: int) -> Phone:
        bot = self._bot(body.get("bot"))
        chat = self._chat(bot, chat_id)
        sender = int(body.get("from", chat_id))
        customer = self._exchange.world.customers.get(sender)
        if customer is None:
            raise ControlError(422, "Say which customer writes: 'from' is their id.")
        return Phone(self._exchange, bot, chat, customer)


def _object(body: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise ControlError(400, "The body is not readable as JSON.") from None
    if not isinstance(parsed, dict):
        raise ControlError(400, "The body must be a JSON object.")
    return parsed


def _json(answer: Any, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=orjson.dumps(answer),
        headers={"Content-Type": "application/json", "Cache-Control": "no-store"},
    )
