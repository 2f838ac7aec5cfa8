"""Lengths and entities of a text, counted as Telegram counts: in UTF-16 units.

It finds what Telegram marks by itself: commands, mentions, hashtags, links, e-mail addresses.
"""

from __future__ import annotations

import re

from bot.sandbox.errors import Json

_HINT = re.compile(r"[/@#.]")
_AUTOMATIC = re.compile(
    r"(?P<url>https?://[^\s<>\"，。！？、；）】》]+|(?<![\w@.])(?:[a-z0-9-]+\.)+"
    r"(?:com|org|net|cn|io|dev|example|hk|tw|uk|shop)\b(?:/[^\s<>\"，。！？、；）】》]*)?)"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<mention>(?<![\w@])@[A-Za-z]\w{3,31}\b)"
    r"|(?P<hashtag>(?<![\w#])#\w*[^\W\d]\w*)"
    r"|(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/]))",
    re.IGNORECASE,
)


def utf16_length(text: str) -> int:
    """How long Telegram takes a text to be."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def automatic_entities(text: str) -> list[Json]:
    """The entities nobody wrote markup for, in order."""
    if not _HINT.search(text):
        return []
    found: list[Json] = []
    for match in _AUTOMATIC.finditer(text):
        part = match.group()
        trimmed = part.rstrip(".,;:!?)'") if match.lastgroup == "url" else part
        found.append(
            {
                "type": match.lastgroup,
                "offset": utf16_length(text[: match.start()]),
                "length": utf16_length(trimmed),
            }
        )
    return found


def with_automatic(text: str, written: list[Json]) -> list[Json]:
    """The written entities together with the automatic ones that touch none of them."""
    free = [
        entity
        for entity in automatic_entities(text)
        if not any(_overlap(entity, other) for other in written)
    ]
    return sorted(written + free, key=lambda entity: (entity["offset"], -entity["length"]))


def _overlap(one: Json, other: Json) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"]
        and other["offset"] < one["offset"] + one["length"]
    )
