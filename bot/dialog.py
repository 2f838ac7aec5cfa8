"""Read what a turn heard: fill slots, keep the language, and say which facts are wanted.

Pure: state, mail and a reader in, a plan out. What is said comes later (`bot/answering.py`);
nothing is asked of a store or a shop here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.facts import Wanted
from bot.heard import Heard
from bot.state import State
from bot.understanding.reading import Reading, Utterance
from handoff.agenda import Turn
from handoff.conversation import Message
from handoff.text import Language

TEXT_CHARS_MAX = 4_000
"""So much of a turn's text is read for its meaning; the transcript keeps all of it."""


class Reads(Protocol):
    """What the dialogue needs of `bot.understanding`."""

    def read(self, text: str, context: Sequence[Utterance] = ()) -> Reading:
        """What the text means in the light of earlier turns."""


class ActKind(StrEnum):
    """What in a turn calls for an answer."""

    TEXT = "text"
    START = "start"
    HELP = "help"
    HUMAN = "human"
    LANGUAGE = "language"
    PRIVACY = "privacy"
    UNKNOWN_COMMAND = "unknown_command"
    MENU = "menu"
    PHONE = "phone"
    FOREIGN_PHONE = "foreign_phone"
    STICKER = "sticker"
    VOICE = "voice"
    FILE = "file"
    OTHER = "other"
    EMPTY = "empty"
    EXPIRED = "expired"
    RESOLVED = "resolved"
    PROMISE = "promise"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to respond to; `value` is a language, an order number or a kind of file."""

    kind: ActKind
    value: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a turn heard and needs to know."""

    turn: Turn
    state: State
    language: Language
    rows: tuple[Message, ...]
    acts: tuple[Act, ...]
    reading: Reading | None
    wanted: Wanted


def plan_turn(
    state: State,
    turn: Turn,
    heard: Sequence[Heard],
    reader: Reads,
    now: datetime,
    *,
    read_order_link: Callable[[str], str | None] = lambda _payload: None,
) -> Plan:
    """Read a turn's mail and say which facts its answer needs."""
    raise NotImplementedError
