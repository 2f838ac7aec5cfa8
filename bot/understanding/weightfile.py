"""Write and read the weights of the model as one text file: a line of JSON, then one line a
feature.

The same weights give the same bytes. It trains nothing.
"""

import binascii
import json
import struct
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.understanding.model import Block, Weights
from handoff.errors import SeedError, SeedErrors

WEIGHTS = "weights.txt"
VERSION = 1
_BLOCKS = ("words", "pieces", "symbols")


def write_weights(weights: Weights, path: Path) -> None:
    """Writes the weights; features stand in the order of their blocks."""
    blocks = {name: getattr(weights, name) for name in _BLOCKS}
    head = {
        "version": VERSION,
        "trained_on": weights.trained_on,
        "messages": weights.messages,
        "heads": weights.heads,
        "bias": weights.bias,
        "slopes": weights.slopes,
        "blocks": {
            name: [len(block.rows), block.step, block.length_step] for name, block in blocks.items()
        },
    }
    fields = len(weights.heads) + 1
    lines = [json.dumps(head)]
    for block in blocks.values():
        lines += [f"{_text_of(row, fields)}{feature}" for feature, row in block.rows.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def read_weights(path: Path) -> Weights:
    """Reads the weights; raises SeedErrors when the file is not such a file."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        head = json.loads(lines[0])
        if head["version"] != VERSION:
            raise ValueError(f"version {head['version']}, not {VERSION}")
        blocks = _read_blocks(head, lines)
        return Weights(
            heads=tuple(head["heads"]),
            bias=tuple(head["bias"]),
            slopes=tuple((slope, shift) for slope, shift in head["slopes"]),
            trained_on=str(head["trained_on"]),
            messages=int(head["messages"]),
            **blocks,
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SeedErrors([SeedError(str(path), "file", f"cannot be read: {problem}")]) from None


def _read_blocks(head: Mapping[str, object], lines: list[str]) -> dict[str, Block]:
    fields = len(list(head["heads"])) + 1  # type: ignore[call-overload]
    digits = 4 * -(-2 * fields // 3)
    sizes: Mapping[str, tuple[int, float, float]] = head["blocks"]  # type: ignore[assignment]
    blocks, first = {}, 1
    for name in _BLOCKS:
        count, step, length_step = sizes[name]
        rows = dict(_rows(lines[first : first + count], digits))
        if len(rows) != count:
            raise ValueError(f"{len(rows)} of {count} {name}")
        blocks[name] = Block(rows, step, length_step)
        first += count
    return blocks


def _rows(lines: list[str], digits: int) -> Iterator[tuple[str, int]]:
    for line in lines:
        halves = array("H", binascii.a2b_base64(line[:digits]))
        yield line[digits:], int.from_bytes(array("I", halves).tobytes(), "little")


def _text_of(row: int, fields: int) -> str:
    halves = struct.unpack(f"<{fields}I", row.to_bytes(4 * fields, "little"))
    packed = binascii.b2a_base64(struct.pack(f"<{fields}H", *halves), newline=False)
    return packed.decode("ascii")
