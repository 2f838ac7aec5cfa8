"""Write and read the weights of the model as one text file: a line of JSON, then for each block its
features, a line each, and their packed weights in one line.

The same weights give the same bytes. It trains nothing.
"""

import binascii
import json
from array import array
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from bot.understanding.meaning import Meaning
from bot.understanding.model import Block, Weights
from bot.understanding.opinion import Opinion
from handoff.errors import SeedError, SeedErrors

WEIGHTS = "weights.txt"
MEANING = "meaning.json"
"""What the semantic extra has learnt, beside the weights."""
VERSION = 3
_BLOCKS = ("words", "pieces", "symbols")
_FIELD_BYTES = 4


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
        "opinion": msgspec.structs.asdict(weights.opinion),
        "blocks": {
            name: [len(block.rows), block.step, block.length_step] for name, block in blocks.items()
        },
    }
    size = _FIELD_BYTES * (len(weights.heads) + 1)
    lines = [json.dumps(head).encode()]
    for block in blocks.values():
        lines += [feature.encode() for feature in block.rows]
        fields = array("I", b"".join(row.to_bytes(size, "little") for row in block.rows.values()))
        # A weight fills half of its field; the other half is for the sum.
        lines.append(binascii.b2a_base64(array("H", fields).tobytes(), newline=False))
    path.write_bytes(b"\n".join(lines) + b"\n")


def read_weights(path: Path) -> Weights:
    """Reads the weights; raises SeedErrors when the file is not such a file."""
    try:
        # Line by line: buffers as large as the file leave holes that stay with the process.
        with path.open(encoding="utf-8", newline="\n") as lines:
            return _read(lines)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SeedErrors([SeedError(str(path), "file", f"cannot be read: {problem}")]) from None


def write_meaning(meaning: Meaning, path: Path) -> None:
    """Writes what was learnt about meanings as one line of JSON."""
    path.write_bytes(msgspec.json.encode(meaning) + b"\n")


def read_meaning(path: Path, heads: tuple[str, ...]) -> Meaning:
    """Reads it; raises SeedErrors when it is not such a file, or not of these heads."""
    try:
        meaning = msgspec.json.decode(path.read_bytes(), type=Meaning)
    except (OSError, msgspec.MsgspecError) as problem:
        raise SeedErrors([SeedError(str(path), "file", f"cannot be read: {problem}")]) from None
    if meaning.heads != heads:
        remedy = "not ours: run python -m bot train --semantic"
        raise SeedErrors([SeedError(str(path), "heads", remedy)])
    return meaning


def _read(lines: Iterator[str]) -> Weights:
    head = json.loads(next(lines, ""))
    if head["version"] != VERSION:
        raise ValueError(f"version {head['version']}, not {VERSION}")
    return Weights(
        heads=tuple(head["heads"]),
        bias=tuple(head["bias"]),
        slopes=tuple((slope, shift) for slope, shift in head["slopes"]),
        trained_on=str(head["trained_on"]),
        messages=int(head["messages"]),
        opinion=msgspec.convert(head["opinion"], Opinion),
        **{name: _read_block(head, name, lines) for name in _BLOCKS},
    )


def _read_block(head: Mapping[str, Any], name: str, lines: Iterator[str]) -> Block:
    count, step, length_step = head["blocks"][name]
    features = [line[:-1] for line in islice(lines, count)]
    halves = array("H", binascii.a2b_base64(next(lines, "")))
    size = len(head["heads"]) + 1
    if len(halves) != size * count:
        raise ValueError(f"not {count} {name}")
    rows = {}
    for place, feature in enumerate(features):
        fields = array("I", halves[size * place : size * (place + 1)])
        rows[feature] = int.from_bytes(fields.tobytes(), "little")
    return Block(rows, step, length_step)
