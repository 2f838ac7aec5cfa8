"""A customer who writes faster than anybody could answer: everything is kept, and answered once.

While it lasts nothing is thought about; one notice says so, and a timer brings back the last words
when it is quiet. An album counts as one. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.heard import Heard, HeardKind
from bot.hearing import take_apart
from bot.state import LINE_CHARS, State
from bot.voice import Voice
from handoff.agenda import CUSTOMER_KINDS, Outcome, Turn
from handoff.conversation import Author, Holder
from handoff.text import clean_text
from handoff.words import NOTICE_LIFE_MS, Body, Word, WordKind

FLOOD_TIMER = "flood"
MESSAGES_MOST, MESSAGES_MS = 20, 10_000
MEDIA_MOST, MEDIA_MS = 5, 60_000
QUIET_MS = 5_000
"""So long nobody may have written before the flood is answered."""
NOTICE_EVERY_MS = 60_000
UNANSWERED_CHARS = 600


def is_flood(state: State, turn: Turn, heard: Sequence[Heard]) -> bool:
    """Whether this turn is not to be thought about now. What was pressed or commanded always is,
    and under an agent nothing is thought anyway.
    """
    if turn.holder is Holder.AGENT or not all(one.kind is HeardKind.MESSAGE for one in heard):
        return False
    times = [mail.at_ms for mail in turn.mail if mail.kind in CUSTOMER_KINDS]
    if not times:
        return False
    if times[-1] < state.flood_until_ms or _too_many(times, MESSAGES_MOST, MESSAGES_MS):
        return True
    media = _media_at(state, heard)
    return _too_many(media, MEDIA_MOST + 1, MEDIA_MS)


def _too_many(times: Sequence[int], most: int, within_ms: int) -> bool:
    firsts = times[: len(times) - most + 1] if len(times) >= most else ()
    return any(times[i + most - 1] - first < within_ms for i, first in enumerate(firsts))


def _media_at(state: State, heard: Sequence[Heard]) -> tuple[int, ...]:
    """When pictures and files came, the last few of them; an album is heard as one."""
    fresh = [to_ms(one) for one in heard if one.message and one.message.attachments]
    return (*state.media_at, *fresh)[-MEDIA_MOST - 1 :]


def to_ms(one: Heard) -> int:
    """When it came, ms since the epoch."""
    return int(one.at.timestamp() * 1000)


def note_media(state: State, heard: Sequence[Heard]) -> State:
    """Remember when pictures and files came."""
    media = _media_at(state, heard)
    return state if media == state.media_at else state.changed(media_at=media)


def keep_all(state: State, turn: Turn, heard: Sequence[Heard], voice: Voice) -> Outcome:
    """Write everything down, say so once, and be back when it is quiet."""
    now_ms = int(voice.now.timestamp() * 1000)
    taken = take_apart(state, heard)
    texts = [state.unanswered, *(clean_text(message.text) for message in taken.texts)]
    until_ms = now_ms + QUIET_MS
    fresh = note_media(taken.state, heard).changed(
        unanswered="\n".join(filter(None, texts))[-UNANSWERED_CHARS:],
        flooded=True,
        flood_until_ms=until_ms,
        flood_told_ms=state.flood_told_ms,
    )
    words: tuple[Word, ...] = ()
    if now_ms - state.flood_told_ms >= NOTICE_EVERY_MS:
        body = Body(voice.say("flood.notice"))
        words = (Word(WordKind.NOTICE, Author.BOT, body, life_ms=NOTICE_LIFE_MS),)
        fresh = fresh.changed(flood_told_ms=now_ms)
    if texts[-1]:
        fresh = fresh.heard_line(texts[-1][:LINE_CHARS])
    return Outcome(
        state=fresh.encode(),
        rows=tuple(taken.rows),
        words=words,
        timers={FLOOD_TIMER: until_ms},
    )
