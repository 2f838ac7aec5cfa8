"""Read messages from a stream and write what they mean, one JSON object a line.

The same code path as a live turn, without a store and without Telegram. A line that cannot be read
gives an error object with its number, and reading goes on.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import msgspec

from bot.understanding.reader import Reader
from bot.understanding.reading import Reading, Role, Utterance
from bot.understanding.signals import signals_of
from handoff.escalation import Rules, decide, load_rules

SEEDS_DIR = Path("seeds")


class _BadLine(Exception):
    """A line that is no message."""


def main(
    stdin: TextIO, stdout: TextIO, seeds_dir: Path = SEEDS_DIR, *, semantic: bool = False
) -> None:
    """Writes a prediction for every message line of `stdin`, as each is read."""
    reader = Reader.from_seeds(seeds_dir, semantic=semantic)
    rules = load_rules(seeds_dir / "escalation.yaml")
    for number, line in enumerate(stdin, start=1):
        if line.strip():
            stdout.write(_written(_predicted(line, number, reader, rules)))
            stdout.flush()


def _written(prediction: Mapping[str, object]) -> str:
    return msgspec.json.encode(prediction).decode() + "\n"


def _predicted(line: str, number: int, reader: Reader, rules: Rules) -> Mapping[str, object]:
    try:
        message = _message(line)
    except _BadLine as problem:
        return {"line": number, "error": str(problem)}
    reading = reader.read(str(message["text"]), _context(message.get("context")))
    return {"id": message.get("id", number), **prediction(reading, rules)}


def prediction(reading: Reading, rules: Rules) -> Mapping[str, object]:
    """Returns a reading and its escalation under the labels of the guide."""
    escalation = decide(signals_of(reading), rules)
    evidence = [f"{sign.label}: {sign.words}" for sign in reading.evidence]
    return {
        "intent": reading.intent,
        "intents": reading.intents,
        "entities": reading.entities.as_lists(),
        "emotion": reading.emotion,
        "handoff": escalation is not None,
        "handoff_reason": escalation.reason if escalation else None,
        "handoff_reasons": escalation.reasons if escalation else (),
        "priority": escalation.priority if escalation else "normal",
        "evidence": [escalation.evidence, *evidence] if escalation else evidence,
    }


def _message(line: str) -> Mapping[str, object]:
    try:
        message = msgspec.json.decode(line)
    except msgspec.DecodeError:
        raise _BadLine("this is not JSON") from None
    if not isinstance(message, dict):
        raise _BadLine("a message is an object")
    if not isinstance(message.get("text"), str):
        raise _BadLine("a message needs a text")
    return message


def _context(raw: object) -> list[Utterance]:
    turns = raw if isinstance(raw, list) else []
    return [
        Utterance(Role(turn["role"]), str(turn.get("text", "")))
        for turn in turns
        if isinstance(turn, dict) and turn.get("role") in set(Role)
    ]
