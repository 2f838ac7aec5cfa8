"""What a page may send: one model for each action, and nothing that is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from handoff.case import Resolution
from handoff.desk.passwords import MAX_LENGTH

MAX_BODY_BYTES = 64 * 1024
_OP = r"^[A-Za-z0-9_-]{8,64}$"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16_000)]
Op = Annotated[str, StringConstraints(pattern=_OP)]
Count = Annotated[int, Field(ge=0, le=2**53)]
"""Larger ones are not told from their neighbours by a browser, and no JSON writer of ours has them.
"""


class BodyRefused(Exception):
    """A body that does not fit: the fields that are wrong, never what stood in them."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Body = TypeVar("Body", bound=_Body)


class LoginBody(_Body):
    id: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=MAX_LENGTH)


class EmptyBody(_Body):
    pass


class ClaimBody(_Body):
    op: Op
    packet_version: Count = 0


class SayBody(_Body):
    op: Op
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=16_000)] = ""
    attachment: str = Field(default="", pattern=r"^([0-9a-f]{32})?$")
    """Id of a file that was uploaded for this conversation; without one there must be a text."""
    seen: Count = 0
    """The last transcript line the agent had before them; 0 asks for no check."""


class NoteBody(_Body):
    op: Op
    text: Text


class WordBody(_Body):
    number: Count


class AcknowledgeBody(_Body):
    version: Count


class ResolveBody(_Body):
    op: Op
    resolution: Resolution
    last_words: str = Field(default="", max_length=4_000)
    seen: Count = 0
    """The last transcript line the agent had before them; 0 asks for no check."""


class RequeueBody(_Body):
    op: Op
    note: str = Field(default="", max_length=4_000)


class PresenceBody(_Body):
    idle_seconds: Count


class DraftBody(_Body):
    text: str = Field(default="", max_length=16_000)


async def read_body(request: web.Request, model: type[Body]) -> Body:
    """Read a form or JSON body as `model`; raises BodyRefused for anything else."""
    values = await _values(request)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fields = {".".join(map(str, problem["loc"])) for problem in error.errors()}
        raise BodyRefused(tuple(sorted(fields))) from None


async def _values(request: web.Request) -> Mapping[str, Any]:
    if request.content_type == "application/json":
        try:
            values = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            raise BodyRefused(("body",)) from None
        if not isinstance(values, dict):
            raise BodyRefused(("body",))
        return values
    if request.content_type != "application/x-www-form-urlencoded":
        if await request.read():
            raise BodyRefused(("body",))
        return {}
    try:
        form = await request.post()
    except (LookupError, UnicodeDecodeError):  # an alphabet nobody knows, or not what it says
        raise BodyRefused(("body",)) from None
    if len(set(form)) != len(form):
        raise BodyRefused(("body",))
    return dict(form)
