"""Which edits of read messages are answered again: those that change what a message means.

It remembers what was read, and reads again; what is said about it is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.hearing import Act, ActKind, Taken
from bot.state import LINE_CHARS, Read
from bot.understanding.reading import Reading
from handoff.agenda import Turn
from handoff.conversation import Holder, Message
from handoff.text import clean_text

TEXT_CHARS_MAX = 4_000
"""So much of a turn's text is read for its meaning; the transcript keeps all of it."""
READ_LINES = 4


def changed_edits(turn: Turn, taken: Taken, read: Callable[[str], Reading]) -> list[Message]:
    """Edits that mean something else than what was answered, while the bot holds."""
    if turn.holder is not Holder.BOT:
        return []
    changed = []
    for message in taken.edits:
        texts = [one.text for one in taken.state.read if one.message_id == message.revises]
        edited = clean_text(message.text)[:TEXT_CHARS_MAX]
        if not texts or _meaning(read, texts[0]) != _meaning(read, edited):
            changed.append(message)
    if changed:
        taken.acts.append(Act(ActKind.EDITED))
    return changed


def note_texts(taken: Taken) -> None:
    """Remember what was read, for edits to come."""
    messages = [*taken.edits, *taken.texts][-READ_LINES:]
    fresh = {message.revises or message.message_id: message.text for message in messages}
    kept = [read for read in taken.state.read if read.message_id not in fresh]
    added = [Read(number, clean_text(text)[:LINE_CHARS]) for number, text in fresh.items()]
    taken.state = taken.state.changed(read=(*kept, *added)[-READ_LINES:])


def _meaning(read: Callable[[str], Reading], text: str) -> tuple[object, ...]:
    """What an edit must change to be answered again: intents and entities."""
    reading = read(text)
    return (reading.intents, reading.entities)
