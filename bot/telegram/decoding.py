"""From bytes to updates, one by one: what cannot be read never holds up what comes behind it.

The fast way reads the whole answer. When that fails (nested too deep, half a surrogate, NaN) the
answer is cut at the borders of its updates without reading them, and each is tried alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import orjson

from bot.telegram.errors import UnreadableUpdate

UPDATE_LIMIT = 512 * 1024
NO_NUMBER = -1
_LIST = re.compile(rb'"result"\s*:\s*\[')
_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})')
_BORDER = re.compile(rb'["{}\[\]]')
_STRING_END = re.compile(rb'(?:[^"\\]|\\.)*"', re.DOTALL)
_OPEN, _CLOSE = b"{[", b"}]"


class Update(msgspec.Struct, frozen=True):
    """One update: its number, its content, and its bytes as they are kept. `content` is None when
    unreadable.
    """

    update_id: int
    content: dict[str, Any] | None
    raw: bytes
    reason: str = ""


def updates_of(answer: bytes) -> list[Update]:
    """The updates in an answer to getUpdates; raises UnreadableUpdate when not even their borders
    can be seen.
    """
    try:
        reply = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return [update_of(part) for part in _cut(answer)]
    result = reply.get("result") if isinstance(reply, dict) else None
    if not isinstance(result, list):
        raise UnreadableUpdate("answer")
    return [_known(content) for content in result]


def next_offset(updates: Sequence[Update]) -> int:
    """What to ask for next; raises UnreadableUpdate when not one of `updates` shows its number."""
    last = max((update.update_id for update in updates), default=NO_NUMBER)
    if last == NO_NUMBER:
        raise UnreadableUpdate("no number")
    return last + 1


def update_of(raw: bytes) -> Update:
    """One update out of its bytes."""
    try:
        return _known(_read(raw))
    except (ValueError, RecursionError):
        found = _ID.search(raw)
        number = int(found.group(1)) if found else NO_NUMBER
        return Update(number, None, raw[:UPDATE_LIMIT], "json")


def _known(content: Any) -> Update:
    number = content.get("update_id") if isinstance(content, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        return Update(NO_NUMBER, None, _written(content)[:UPDATE_LIMIT], "no number")
    raw = _written(content)
    if not raw or len(raw) > UPDATE_LIMIT:
        return Update(number, None, raw[:UPDATE_LIMIT], "size" if raw else "depth")
    return Update(number, content, raw)


def _written(content: Any) -> bytes:
    try:
        return orjson.dumps(content)
    except orjson.JSONEncodeError:
        return b""  # it reads deeper than it writes


def _read(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    # The standard reader takes half surrogates and NaN; both are mended, else the message is lost.
    lenient = json.loads(raw, parse_constant=lambda _: None)
    text = json.dumps(lenient, ensure_ascii=False)
    return orjson.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def _cut(answer: bytes) -> Iterator[bytes]:
    """The elements of the result list, found by counting brackets outside strings."""
    found = _LIST.search(answer)
    if found is None:
        raise UnreadableUpdate("answer")
    position = start = found.end()
    depth = 0
    while True:
        border = _BORDER.search(answer, position)
        if border is None:
            raise UnreadableUpdate("answer")
        sign, position = border.group(), border.end()
        if sign == b'"':
            position = _after_string(answer, position)
        elif sign in _OPEN:
            start = border.start() if depth == 0 else start
            depth += 1
        elif depth == 0:
            return
        else:
            depth -= 1
            if depth == 0:
                yield answer[start:position]


def _after_string(answer: bytes, position: int) -> int:
    end = _STRING_END.match(answer, position)
    if end is None:
        raise UnreadableUpdate("answer")
    return end.end()
