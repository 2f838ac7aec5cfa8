"""Read text with `parse_mode` HTML: plain text and its entities, or the refusal Telegram gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import ApiError, Json, bad_request

_TOKEN = re.compile(r"<(/?)([A-Za-z][\w-]*)([^<>]*)>|<|&(?:#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
_ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "span": "spoiler",
}


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int
    byte: int


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities of `source`; raise ApiError where Telegram would."""
    text: list[str] = []
    units = 0
    stack: list[_Open] = []
    entities: list[Json] = []
    place = 0
    for token in _TOKEN.finditer(source):
        plain = source[place : token.start()]
        place = token.end()
        if token.group().startswith("&"):
            plain += unescape(token.group())
        text.append(plain)
        units += utf16_length(plain)
        if token.group().startswith("<"):
            byte = len(source[: token.start()].encode())
            if token.group(1):
                entities += _close(stack, token.group(2).lower(), units, byte)
            else:
                stack.append(_opened(token, units, byte))
    text.append(source[place:])
    if stack:
        raise _parse_error(f'can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return "".join(text), sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def _opened(token: re.Match[str], units: int, byte: int) -> _Open:
    tag = (token.group(2) or "").lower()
    if tag not in _SIMPLE:
        raise _parse_error(f'unsupported start tag "{tag}" at byte offset {byte}')
    attributes = {
        name.lower(): unescape(double or single or bare)
        for name, double, single, bare in _ATTRIBUTE.findall(token.group(3))
    }
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _parse_error(f'tag "span" must have class "tg-spoiler" at byte offset {byte}')
    return _Open(tag, attributes, units, byte)


def _close(stack: list[_Open], tag: str, units: int, byte: int) -> list[Json]:
    if not stack:
        raise _parse_error(f"unexpected end tag at byte offset {byte}")
    start = stack.pop()
    if tag != start.tag:
        raise _parse_error(
            f'unmatched end tag at byte offset {byte}, expected "</{start.tag}>", found "</{tag}>"'
        )
    length = units - start.offset
    if length == 0:
        return []
    entity: Json = {"type": _SIMPLE[tag], "offset": start.offset, "length": length}
    language = start.attributes.get("class", "").removeprefix("language-")
    if tag == "a":
        if not start.attributes.get("href"):
            return []
        entity["url"] = start.attributes["href"]
    elif tag == "code" and stack and stack[-1].tag == "pre" and language:
        stack[-1].attributes["language"] = language
        return []
    elif tag == "pre" and "language" in start.attributes:
        entity["language"] = start.attributes["language"]
    elif tag == "blockquote" and "expandable" in start.attributes:
        entity["type"] = "expandable_blockquote"
    elif tag == "tg-emoji":
        entity["custom_emoji_id"] = start.attributes.get("emoji-id", "")
    return [entity]


def _parse_error(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason[0].upper()}{reason[1:]}")
