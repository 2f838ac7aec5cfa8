"""Ask an OpenAI-compatible endpoint for one completion.

One connection pool, no redirects, no retries: who asks has three seconds and another answer. It
logs nothing of what is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import aiohttp
import msgspec

from handoff.llm.replies import Cause, NotWritten
from handoff.llm.settings import LlmSettings

BODY_BYTES_MOST = 64 * 1024
TEMPERATURE = 0.2


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


_READER = msgspec.json.Decoder(_Completion)


class Endpoint:
    """The model behind LLM_URL."""

    def __init__(self, settings: LlmSettings) -> None:
        self._address = f"{settings.url.rstrip('/')}/chat/completions"
        self._model = settings.model
        self._headers = {"Accept-Encoding": "identity"}
        if key := settings.key.get_secret_value():
            self._headers["Authorization"] = f"Bearer {key}"
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._headers)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def complete(self, messages: Sequence[Mapping[str, str]], most_tokens: int) -> str:
        """What the model writes. Raises NotWritten; the deadline is the caller's."""
        assert self._session is not None, "an endpoint is opened before it is asked"
        asked = {
            "model": self._model,
            "messages": list(messages),
            "temperature": TEMPERATURE,
            "max_tokens": most_tokens,
        }
        try:
            async with self._session.post(
                self._address, json=asked, allow_redirects=False
            ) as response:
                _judge(response.status)
                body = await _read(response.content)
        except (aiohttp.ClientError, OSError) as error:
            raise NotWritten(Cause.UNREACHABLE, type(error).__name__) from None
        try:
            choices = _READER.decode(body).choices
        except msgspec.MsgspecError:
            raise NotWritten(Cause.MALFORMED) from None
        return (choices[0].message.content or "") if choices else ""


def _judge(status: int) -> None:
    if status == 200:
        return
    if status == 429:
        raise NotWritten(Cause.LIMITED, "429")
    raise NotWritten(Cause.BROKEN if status >= 500 else Cause.REFUSED, str(status))


async def _read(content: aiohttp.StreamReader) -> bytes:
    body = b""
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > BODY_BYTES_MOST:
            raise NotWritten(Cause.MALFORMED, "too long")
    return body
