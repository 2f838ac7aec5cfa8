"""The order of a reply: what is felt is met first, then the matter, then the next step.

It decides order and restraint only; the words are the phrasebook's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import regex

from bot.state import State
from bot.understanding.reading import Emotion, Reading
from bot.voice import Voice
from handoff.words import Body, Button

CALM = frozenset({Emotion.NEUTRAL, Emotion.POSITIVE})
UPSET = frozenset({Emotion.ANGRY, Emotion.ANXIOUS, Emotion.SAD})
_EMOJI = regex.compile(r"[ \t]*[\p{Extended_Pictographic}--[0-9#*©®™]]\ufe0f?", regex.V1)
_ROW_WIDTH = 22
_ROW_BUTTONS = 2


def upset(reading: Reading | None) -> bool:
    """Whether the customer is angry, worried or hurt."""
    return reading is not None and reading.emotion in UPSET


def empathy(voice: Voice, state: State, reading: Reading | None) -> tuple[str, State]:
    """The line that meets the feeling, one not said before in this conversation, or nothing."""
    if reading is None or reading.emotion is Emotion.NEUTRAL:
        return "", state
    name, line = voice.book.fresh(f"empathy.{reading.emotion}", voice.language, state.empathy)
    if not name:
        return "", state
    return line, state.with_empathy(name)


def calm(text: str) -> str:
    """The text without emoji, for somebody who is upset."""
    return _EMOJI.sub("", text)


@dataclass(slots=True)
class Layout:
    """The parts of one reply, in the order they are said."""

    opener: str = ""
    parts: list[str] = field(default_factory=list)
    closers: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    ask_contact: str = ""
    folded: str = ""
    """The one part that is shown under "more"."""

    def body(self, *, quiet: bool) -> Body:
        """The reply as it is shown; `quiet` leaves emoji out."""
        text = "\n\n".join(part for part in (self.opener, *self.parts, *self.closers) if part)
        return Body(
            text=calm(text) if quiet else text,
            buttons=() if self.ask_contact else rows_of(self.buttons),
            ask_contact=self.ask_contact,
        )


UNFOLDED = (0, 0)


def folded(text: str, part: str) -> tuple[str, tuple[int, int]]:
    """The text, and where in it the part under "more" stands; a quote has room around it, so no
    blank line is left before it. A part that was mended or calmed stays open.
    """
    start = text.rfind(part) if part else -1
    if start < 0:
        return text, UNFOLDED
    before = text[:start].rstrip("\n")
    start = len(before) + bool(before)
    return "\n".join(filter(None, (before, text[text.rfind(part) :]))), (start, start + len(part))


def numbered(parts: Sequence[str]) -> list[str]:
    """Several answers in one reply, each with its number."""
    if len(parts) < 2:
        return list(parts)
    return [f"{number}. {part}" for number, part in enumerate(parts, 1)]


def rows_of(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Buttons in rows, each once: short labels share a row."""
    rows: list[list[Button]] = []
    for button in dict.fromkeys(buttons):
        last = rows[-1] if rows else []
        width = sum(_width(other.text) for other in last) + _width(button.text)
        if last and len(last) < _ROW_BUTTONS and width <= _ROW_WIDTH * _ROW_BUTTONS // 2 + 8:
            last.append(button)
        else:
            rows.append([button])
    return tuple(tuple(row) for row in rows)


def _width(label: str) -> int:
    if label.isascii():
        return len(label)
    return sum(2 if char > "\u2e7f" else 1 for char in label)
