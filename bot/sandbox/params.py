"""Read what a bot sends: JSON, forms, multipart with files, or the query of a GET."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp.web import BaseRequest
from aiohttp.web_request import FileField

from bot.sandbox.errors import ApiError, Json, bad_request
from bot.sandbox.files import UPLOAD_BYTES

_FALSE = ("", "false", "0", "no", "none", "null")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    mime_type: str
    content: bytes


@dataclass(slots=True)
class Params:
    """The parameters of one call; forms carry everything as text, JSON does not."""

    values: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the caller gave it."""
        return self.values.get(name) is not None or name in self.uploads

    def text(self, name: str) -> str:
        """A text, empty when not given."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def number(self, name: str) -> float:
        """A number with decimals."""
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """Yes or no."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else str(value or "").lower() not in _FALSE

    def json(self, name: str) -> Any:
        """A nested object or list, which forms carry as JSON text; None when not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad_request(f"can't parse {name} JSON object") from None


async def read_params(request: BaseRequest) -> Params:
    """The parameters of a call, the body's over the query's."""
    params = Params(dict(parse_qsl(request.query_string, keep_blank_values=True)))
    if request.method != "POST" or not request.body_exists:
        return params
    kind = request.content_type
    if kind == "multipart/form-data":
        await _read_multipart(request, params)
    elif kind == "application/json":
        params.values.update(_object(await request.read()))
    elif kind == "application/x-www-form-urlencoded":
        body = await request.read()
        try:
            params.values.update(parse_qsl(body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
    return params


def _object(body: bytes) -> Json:
    if not body:
        return {}
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(parsed, dict):
        raise bad_request("object expected as parameters")
    return parsed


async def _read_multipart(request: BaseRequest, params: Params) -> None:
    for name, value in (await request.post()).items():
        if isinstance(value, FileField):
            content = value.file.read(UPLOAD_BYTES + 1)
            value.file.close()
            if len(content) > UPLOAD_BYTES:
                raise ApiError(413, "Request Entity Too Large")
            params.uploads[name] = Upload(value.filename, value.content_type, content)
        else:
            params.values[name] = value if isinstance(value, str) else bytes(value).decode()
