"""Calls of the Bot API, as lean as they can be: JSON out, and of the answer only what decides the
next step.

No aiogram type is built here: sends cost a third of aiogram's. The token stays in one attribute
and never reaches a log, a repr or an error.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, NoReturn, Self
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import orjson
from pydantic import SecretStr
from yarl import URL

from bot.telegram.errors import (
    ChannelDown,
    ChannelRefused,
    NotWritten,
    OutcomeUnknown,
    PollConflict,
    TokenRevoked,
)
from bot.telegram.pool import CONNECT_SECONDS, Pool
from handoff.errors import ChannelBusy, CustomerUnreachable

TELEGRAM_URL = "https://api.telegram.org"
_DOWNLOAD_SECONDS = 30.0
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes along with a call, in the field called `field`."""

    field: str
    name: str
    mime: str
    data: bytes


class BotApi:
    """One bot's calls over one pool of connections."""

    def __init__(
        self,
        token: SecretStr,
        base_url: str = "",
        *,
        connections: int = 100,
        trust_env: bool = True,
    ) -> None:
        self._token = token
        self._base = base_url.rstrip("/") or TELEGRAM_URL
        self._connections = connections
        # Asked once: aiohttp's own look at the environment costs every call some 30 us.
        self._proxy = _proxy_for(self._base) if trust_env else None
        self._pool = None if self._proxy else Pool(self._base, connections=connections)
        self._urls: dict[str, URL] = {}
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"BotApi({self._base})"

    @property
    def bot_id(self) -> int:
        """The number in front of the token; 0 when there is none."""
        head = self._token.get_secret_value().partition(":")[0]
        return int(head) if head.isascii() and head.isdigit() else 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            await self._pool.close()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(
        self, method: str, payload: Mapping[str, object], timeout_seconds: float = 10
    ) -> Any:
        """Call `method` and return its result.

        Raises ChannelBusy, CustomerUnreachable, ChannelRefused, ChannelDown, NotWritten,
        OutcomeUnknown, TokenRevoked or PollConflict.
        """
        return _result(await self.raw(method, payload, timeout_seconds))

    async def raw(
        self, method: str, payload: Mapping[str, object], timeout_seconds: float = 10
    ) -> bytes:
        """Call `method` and return the answer undecoded when its status is 200; raises as `call`
        does.
        """
        return await self._post(method, orjson.dumps(payload), timeout_seconds)

    async def upload(
        self,
        method: str,
        payload: Mapping[str, object],
        file: Upload,
        *,
        timeout_seconds: float = 10,
    ) -> Any:
        """Call `method` with a file; the rest as `call`."""
        # Quoted, a Chinese name would reach the customer as percent signs.
        form = aiohttp.FormData(quote_fields=False)
        for name, value in payload.items():
            text = value if isinstance(value, str) else orjson.dumps(value).decode()
            form.add_field(name, text)
        content = io.BytesIO(file.data)
        form.add_field(file.field, content, filename=file.name, content_type=file.mime)
        return _result(await self._post(method, form, timeout_seconds))

    async def download(self, path: str, most_bytes: int) -> bytes:
        """What lies at a `file_path` that `getFile` told, from the Bot API's own host and nowhere
        else; raises as `call`, and ChannelRefused 404 when it is gone, 413 when it is larger than
        `most_bytes`.
        """
        if path.startswith("/") or not {".", ".."}.isdisjoint(path.split("/")):
            raise ChannelRefused(400, "refused")
        token = self._token.get_secret_value()
        url = URL(f"{self._base}/file/bot{token}/{quote(path)}", encoded=True)
        try:
            async with self._opened().get(
                url, timeout=_timeout(_DOWNLOAD_SECONDS), allow_redirects=False
            ) as response:
                data = await _bounded(response, most_bytes)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotWritten("no connection to the Bot API") from None
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise OutcomeUnknown("no answer from the Bot API") from None
        if response.status == 404:
            raise ChannelRefused(404, "gone")
        if response.status != 200:
            _refuse(response.status, data)
        return data

    async def _post(
        self, method: str, body: bytes | aiohttp.FormData, timeout_seconds: float
    ) -> bytes:
        if self._pool is not None and isinstance(body, bytes):
            path = f"/bot{self._token.get_secret_value()}/{method}"
            status, answer = await self._pool.post(path, body, timeout_seconds)
        else:
            status, answer = await self._post_widely(method, body, timeout_seconds)
        if status != 200:
            _refuse(status, answer)
        return answer

    async def _post_widely(
        self, method: str, body: bytes | aiohttp.FormData, timeout_seconds: float
    ) -> tuple[int, bytes]:
        """Through aiohttp: files, and whatever goes through a proxy."""
        timeout = _timeout(timeout_seconds)
        headers = _JSON if isinstance(body, bytes) else None
        session = self._opened()
        try:
            async with session.post(
                self._url(method),
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                answer = await response.read()
                status = response.status
        # `from None` everywhere: the library's errors quote the address, and with it the token.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotWritten("no connection to the Bot API") from None
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise OutcomeUnknown("no answer from the Bot API") from None
        return status, answer

    def _url(self, method: str) -> URL:
        url = self._urls.get(method)
        if url is None:
            token = self._token.get_secret_value()
            url = self._urls[method] = URL(f"{self._base}/bot{token}/{method}", encoded=True)
        return url

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=self._proxy,
            )
        return self._session


async def _bounded(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """The body, given up as soon as it is too large."""
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > most_bytes:
            raise ChannelRefused(413, "too_big")
    return bytes(data)


def _proxy_for(base_url: str) -> str | None:
    """The proxy that the environment names for this address."""
    parts = urlsplit(base_url)
    if proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)


@lru_cache(maxsize=64)
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, connect=min(CONNECT_SECONDS, seconds / 2))


def _result(answer: bytes) -> Any:
    try:
        reply = orjson.loads(answer)
    except orjson.JSONDecodeError:
        raise OutcomeUnknown("half an answer from the Bot API") from None
    if not isinstance(reply, dict) or reply.get("ok") is not True:
        _refuse(200, answer)
    return reply.get("result")


def _refuse(status: int, answer: bytes) -> NoReturn:
    """Raise what an answer that is not ok means; its text is never read."""
    try:
        reply = orjson.loads(answer)
    except orjson.JSONDecodeError:
        reply = None
    reply = reply if isinstance(reply, dict) else {}
    code = reply.get("error_code")
    code = code if isinstance(code, int) else status
    parameters = reply.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if code == 429:
        raise ChannelBusy(_number(parameters.get("retry_after")) or 1)
    if code in (401, 404):
        raise TokenRevoked
    if code == 403:
        raise CustomerUnreachable("the customer cannot be reached")
    if code == 409:
        raise PollConflict("another poller or a webhook holds this token")
    if code >= 500:
        raise ChannelDown(f"the Bot API answered {code}")
    migrated_to = int(_number(parameters.get("migrate_to_chat_id")))
    raise ChannelRefused(code, "migrated" if migrated_to else "refused", migrated_to=migrated_to)


def _number(value: object) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
