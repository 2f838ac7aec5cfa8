"""Read text with `parse_mode` MarkdownV2, or the older Markdown, as Telegram does."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import ApiError, Json, bad_request

_RESERVED = "_*[]()~`>#+-=|{}.!"
_MARKS = {
    "**>": "",
    "__": "underline",
    "||": "spoiler",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
}
_OLD_MARKS = {"*": "bold", "_": "italic"}


@dataclass(slots=True)
class _Reader:
    """One pass over the source: what stands behind us, and which marks are open."""

    source: str
    old: bool
    place: int = 0
    units: int = 0
    text: list[str] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)
    open: list[tuple[str, int, int]] = field(default_factory=list)

    def put(self, plain: str) -> None:
        self.text.append(plain)
        self.units += utf16_length(plain)

    def byte(self) -> int:
        return len(self.source[: self.place].encode())


def parse_markdown(source: str, *, old: bool = False) -> tuple[str, list[Json]]:
    """Plain text and entities of `source`; raise ApiError where Telegram would."""
    reader = _Reader(source, old)
    quote: int | None = None
    at_line_start = True
    while reader.place < len(source):
        character = source[reader.place]
        if at_line_start and not old:
            quote = _quote_border(reader, quote)
            if reader.place >= len(source):
                break
            character = source[reader.place]
        _step(reader, character)
        at_line_start = source[reader.place - 1 : reader.place] == "\n"
    if quote is not None:
        _add(reader, "blockquote", quote)
    if reader.open:
        kind, _, byte = reader.open[-1]
        raise _parse_error(f"can't find end of {_title(kind)} entity at byte offset {byte}")
    return "".join(reader.text), sorted(reader.entities, key=lambda e: (e["offset"], -e["length"]))


def _quote_border(reader: _Reader, quote: int | None) -> int | None:
    if reader.source.startswith(">", reader.place):
        reader.place += 1
        return reader.units if quote is None else quote
    if quote is not None:
        _add(reader, "blockquote", quote)
    return None


def _step(reader: _Reader, character: str) -> None:
    if character == "\\" and reader.place + 1 < len(reader.source):
        escaped = reader.source[reader.place + 1]
        if ord(escaped) < 127 and not escaped.isalnum():
            reader.put(escaped)
            reader.place += 2
            return
    if character == "`":
        _code(reader)
    elif character == "[" or reader.source.startswith("![", reader.place):
        _open_link(reader)
    elif character == "]" and any(kind == "link" for kind, _, _ in reader.open):
        _close_link(reader)
    elif not _mark(reader):
        if not reader.old and character in _RESERVED:
            raise _parse_error(
                f"character '{character}' is reserved and must be escaped with the preceding '\\'"
            )
        reader.put(character)
        reader.place += 1


def _mark(reader: _Reader) -> bool:
    marks = _OLD_MARKS if reader.old else _MARKS
    for mark, kind in marks.items():
        if kind and reader.source.startswith(mark, reader.place):
            if reader.open and reader.open[-1][0] == kind:
                _, offset, _ = reader.open.pop()
                _add(reader, kind, offset)
            else:
                reader.open.append((kind, reader.units, reader.byte()))
            reader.place += len(mark)
            return True
    return False


def _code(reader: _Reader) -> None:
    fence = "```" if reader.source.startswith("```", reader.place) else "`"
    end = reader.source.find(fence, reader.place + len(fence))
    if end < 0:
        kind = "PreCode" if fence == "```" else "Code"
        raise _parse_error(f"can't find end of {kind} entity at byte offset {reader.byte()}")
    inner = reader.source[reader.place + len(fence) : end]
    entity: Json = {"type": "code" if fence == "`" else "pre"}
    first, newline, rest = inner.partition("\n")
    if fence == "```" and newline:
        inner = rest
        if first:
            entity["language"] = first
    inner = inner.replace("\\`", "`").replace("\\\\", "\\")
    offset = reader.units
    reader.put(inner)
    if inner:
        reader.entities.append({**entity, "offset": offset, "length": reader.units - offset})
    reader.place = end + len(fence)


def _open_link(reader: _Reader) -> None:
    reader.open.append(("link", reader.units, reader.byte()))
    reader.place += 2 if reader.source[reader.place] == "!" else 1


def _close_link(reader: _Reader) -> None:
    kind, offset, byte = reader.open.pop()
    if kind != "link":
        raise _parse_error(f"can't find end of {_title(kind)} entity at byte offset {byte}")
    reader.place += 1
    if not reader.source.startswith("(", reader.place):
        if not reader.old:
            raise _parse_error(f"can't find end of a URL at byte offset {reader.byte()}")
        return
    end = reader.source.find(")", reader.place)
    if end < 0:
        raise _parse_error(f"can't find end of a URL at byte offset {reader.byte()}")
    url = reader.source[reader.place + 1 : end].replace("\\", "")
    reader.place = end + 1
    if reader.units > offset and url:
        length = reader.units - offset
        reader.entities.append(
            {"type": "text_link", "offset": offset, "length": length, "url": url}
        )


def _add(reader: _Reader, kind: str, offset: int) -> None:
    if reader.units > offset:
        length = reader.units - offset
        reader.entities.append({"type": kind, "offset": offset, "length": length})


def _title(kind: str) -> str:
    return "TextUrl" if kind == "link" else kind.capitalize()


def _parse_error(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason[0].upper()}{reason[1:]}")
