"""What came back: read strictly, cleaned of markup, or refused with the cause.

Models wrap JSON in fences and prose; exactly one object is taken out, and nothing in it is ever run
or followed. Pure.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from handoff.text import clean_text


class Cause(StrEnum):
    """Why rule mode answers."""

    LATE = "late"
    """The turn had no time left for it."""
    BUSY = "busy"
    OPEN = "open"
    """The breaker is open."""
    SLOW = "slow"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    LIMITED = "limited"
    BROKEN = "broken"
    MALFORMED = "malformed"
    EMPTY = "empty"
    LONG = "long"
    LANGUAGE = "language"
    UNCITED = "uncited"
    WRONG = "wrong"
    STRAY = "stray"
    """A sentence is about something else than its sources."""
    RUDE = "rude"
    LEAKED = "leaked"
    FAILED = "failed"
    """Something nobody foresaw, in our own code."""


ENDPOINTS_FAULT = frozenset(
    {Cause.SLOW, Cause.UNREACHABLE, Cause.REFUSED, Cause.LIMITED, Cause.BROKEN, Cause.MALFORMED}
)
"""Causes that say something about the endpoint, not about one text: the breaker counts them."""


class NotWritten(Exception):
    """There are no words; `cause` says why."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(f"{cause} {detail}".strip())
        self.cause = cause
        self.detail = detail


class Reply(msgspec.Struct, frozen=True):
    """The one object a model may answer with."""

    text: str
    citations: tuple[str, ...] = ()


_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_STARS = re.compile(r"\*\*|__|^#{1,6} +|`", re.MULTILINE)
_READER = msgspec.json.Decoder(Reply)


def read_reply(content: str) -> Reply:
    """The reply in what a model wrote. Raises NotWritten."""
    found = _OBJECT.search(content)
    if found is None:
        raise NotWritten(Cause.MALFORMED if content.strip() else Cause.EMPTY)
    try:
        reply = _READER.decode(found.group())
    except msgspec.MsgspecError:
        raise NotWritten(Cause.MALFORMED) from None
    text = clean_text(_STARS.sub("", reply.text)).strip()
    if not text:
        raise NotWritten(Cause.EMPTY)
    return Reply(text, reply.citations)
