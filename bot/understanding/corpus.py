"""The labelled messages in `seeds/utterances`: their schema, and how they are read.

Only training, evaluation and the checks of the seeds read them; no live turn does.
"""

import hashlib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.understanding.reading import Emotion, Intent, Role, Utterance
from handoff.errors import SeedError, SeedErrors
from handoff.escalation import Priority, Reason
from handoff.text import Language, language_of

BLIND = "blind"
"""The folder of messages that are only reported on: nothing is trained or tuned on them."""


class Kind(StrEnum):
    """The kinds of values a message may state."""

    ORDER_NO = "order_no"
    TRACKING_NO = "tracking_no"
    CARRIER = "carrier"
    PAYMENT_CODE = "payment_code"
    AMOUNT = "amount"


class Turn(BaseModel):
    """An earlier turn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    text: str


class Labelled(BaseModel):
    """A message with its labels; what is left out is the everyday case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = ""
    lang: str = ""
    text: str = Field(min_length=1)
    intent: Intent
    intents: tuple[Intent, ...] = ()
    intent_ok: tuple[Intent, ...] = ()
    entities: dict[Kind, tuple[str, ...]] = {}
    context: tuple[Turn, ...] = ()
    context_entities: dict[Kind, tuple[str, ...]] = {}
    emotion: Emotion = Emotion.NEUTRAL
    handoff: bool = False
    handoff_reason: Reason | None = None
    handoff_reasons: tuple[Reason, ...] = ()
    priority: Priority = Priority.NORMAL
    borderline: bool = False
    tags: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, data: Any) -> Any:
        """Fills in what follows from the other labels."""
        if not isinstance(data, dict):
            return data
        reason = data.get("handoff_reason")
        reason = None if reason in (None, "none", "") else reason
        filled = {"handoff_reasons": [reason] if reason else [], **data}
        filled["handoff_reasons"] = [each for each in filled["handoff_reasons"] if each != "none"]
        filled["handoff_reason"] = reason
        filled.setdefault("handoff", reason is not None)
        filled["intents"] = data.get("intents") or [data.get("intent")]
        return filled

    @model_validator(mode="after")
    def _agree(self) -> "Labelled":
        if self.intents[0] is not self.intent:
            raise ValueError("intents must begin with intent")
        if self.handoff != bool(self.handoff_reasons):
            raise ValueError("handoff and handoff_reasons disagree")
        if self.handoff_reason is not None and self.handoff_reason not in self.handoff_reasons:
            raise ValueError("handoff_reason is not among handoff_reasons")
        if not self.handoff and self.priority is not Priority.NORMAL:
            raise ValueError("a priority needs a handoff")
        return self

    @property
    def accepted(self) -> frozenset[Intent]:
        """Returns the intents a grader accepts as the main one."""
        return frozenset({self.intent, *self.intent_ok})

    @property
    def turns(self) -> list[Utterance]:
        """Returns the turns before the message."""
        return [Utterance(turn.role, turn.text) for turn in self.context]

    @property
    def language(self) -> str:
        """Returns zh, en or mixed, worked out from the text unless it is said."""
        return self.lang or _language(self.text)


def _language(text: str) -> str:
    if language_of(text) is Language.EN:
        return "en"
    words = [word for word in text.split() if word.isascii() and word.isalpha()]
    return "mixed" if len(words) > 1 else "zh"


def read_messages(path: Path) -> list[Labelled]:
    """Reads one file of labelled messages; raises SeedErrors with every mistake in it."""
    errors: list[SeedError] = []
    found = []
    for number, line in _lines(path):
        try:
            message = Labelled.model_validate_json(line)
        except ValidationError as problem:
            errors += [SeedError(str(path), f"line {number}", text) for text in _told(problem)]
        else:
            name = message.id or f"{path.stem}:{number}"
            found.append(message.model_copy(update={"id": name}))
    if errors:
        raise SeedErrors(errors)
    return found


def read_corpus(folder: Path) -> list[Labelled]:
    """Reads every file of the folder, the blind set apart; raises SeedErrors with all mistakes."""
    errors: list[SeedError] = []
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        try:
            found += read_messages(path)
        except SeedErrors as problem:
            errors += problem.errors
    if errors:
        raise SeedErrors(errors)
    return found


def fingerprint(messages: Sequence[Labelled]) -> str:
    """Returns a hash of messages and labels, wherever they stand."""
    lines = sorted(message.model_dump_json(exclude={"id"}) for message in messages)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            yield number, line


def _told(problem: ValidationError) -> list[str]:
    return [
        f"{'.'.join(map(str, fault['loc'])) or 'message'}: {fault['msg']}"
        for fault in problem.errors(include_url=False, include_context=False)
    ]
