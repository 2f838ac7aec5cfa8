"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`.

Any token of the right shape makes a bot. Faults that are switched on strike here, before a call
is carried out or after it.
"""

from __future__ import annotations

import re

import orjson
import structlog
from aiohttp import web
from aiohttp.web import BaseRequest

from bot.sandbox.bots import Bot
from bot.sandbox.errors import ApiError, Json
from bot.sandbox.exchange import Exchange
from bot.sandbox.faults import Fault
from bot.sandbox.files import DOWNLOAD_BYTES
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.receiving import get_updates
from bot.sandbox.methods.table import METHODS
from bot.sandbox.params import Params, read_params

NOT_FOUND = ApiError(404, "Not Found")
METHOD_NOT_FOUND = ApiError(404, "Not Found: method not found")
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body></body></html>"
_TOKEN = re.compile(r"([1-9][0-9]{0,15}):[A-Za-z0-9_-]{1,100}")
_JSON = {"Content-Type": "application/json"}

log = structlog.get_logger(__name__)


class BotApi:
    """Answers the calls of bots."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        exchange.webhooks.perform = self._perform

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one call, refusals included."""
        try:
            return await self._answer(request)
        except ApiError as refusal:
            return _refused(refusal)

    async def download(self, request: BaseRequest) -> web.StreamResponse:
        """Give out a file that `getFile` told the path of."""
        _, _, token, path = request.path.split("/", 3)
        self._bot(token)
        stored = self._exchange.files.at(path)
        if stored is None or stored.size > DOWNLOAD_BYTES:
            return _refused(NOT_FOUND)
        headers = {"Content-Type": "application/octet-stream"}
        return web.Response(body=self._exchange.files.read(stored), headers=headers)

    async def _answer(self, request: BaseRequest) -> web.StreamResponse:
        parts = request.path.split("/")
        if len(parts) != 3:
            raise NOT_FOUND
        bot = self._bot(parts[1])
        method = parts[2].lower()
        params = await read_params(request)
        bot.calls[method] += 1
        fault = self._fault(method, params)
        if fault is not None and fault.delay_ms:
            await self._exchange.clock.sleep(fault.delay_ms / 1000)
        if fault is not None and (refusal := fault.refusal()) is not None:
            return _refused(refusal)
        body = b'{"ok":true,"result":%s}' % await self._result(bot, method, params)
        if fault is not None:
            if fault.reply_delay_ms:
                await self._exchange.clock.sleep(fault.reply_delay_ms / 1000)
            return _spoilt(request, fault, body)
        return web.Response(body=body, headers=_JSON)

    async def _result(self, bot: Bot, method: str, params: Params) -> bytes:
        call = Call(self._exchange, bot, method, params)
        if method == "getupdates":
            return await get_updates(call)
        perform = METHODS.get(method)
        if perform is None:
            raise METHOD_NOT_FOUND
        result = orjson.dumps(perform(call))
        await self._exchange.journal.written()
        return result

    async def _perform(self, bot: Bot, wanted: Json) -> None:
        method = str(wanted.pop("method")).lower()
        bot.calls[method] += 1
        try:
            await self._result(bot, method, Params(wanted))
        except ApiError as refusal:
            # A method in a webhook's answer has nobody to tell; Telegram is silent as well.
            log.info("sandbox.webhook_answer_refused", method=method, code=refusal.code)

    def _bot(self, part: str) -> Bot:
        match = _TOKEN.fullmatch(part.removeprefix("bot"))
        if not part.startswith("bot") or match is None:
            raise NOT_FOUND
        return self._exchange.world.bot(int(match.group(1)))

    def _fault(self, method: str, params: Params) -> Fault | None:
        faults = self._exchange.faults
        if not faults.switched_on:
            return None
        chat_id = params.text("chat_id")
        known = int(chat_id) if chat_id.lstrip("-").isdigit() else None
        return faults.next_for(method, known)


def _refused(refusal: ApiError) -> web.Response:
    if refusal.code == 502:
        return web.Response(status=502, body=BAD_GATEWAY, headers={"Content-Type": "text/html"})
    headers = dict(_JSON)
    if refusal.code == 429 and refusal.parameters:
        headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return web.Response(status=refusal.code, body=orjson.dumps(refusal.reply()), headers=headers)


def _spoilt(request: BaseRequest, fault: Fault, body: bytes) -> web.StreamResponse:
    if fault.drop_reply and request.transport is not None:
        request.transport.abort()
    if fault.half_reply:
        body = body[: len(body) // 2]
    return web.Response(body=body, headers=_JSON)
