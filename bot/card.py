"""The queue card: the message that told a customer's place, kept true in place while they wait.

It only moves forward: a better place is edited in quietly, under the time that was named. That a
time cannot be kept is no quiet matter; a new message says so (`bot/handing.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from bot.handing import current, to_ms
from bot.talk import Talk
from handoff.conversation import Author
from handoff.spots import Spot
from handoff.words import Body, Word, WordKind

CARD_TIMER = "card"
EVERY_MS, NEAR_EVERY_MS, NEAR = 45_000, 10_000, 3
"""How often a place is looked at; oftener for the first few."""
LIFE_MS = 60_000


def card_timer(talk: Talk) -> dict[str, int]:
    """When to look at the place again; never when none was told."""
    case = talk.state.case
    place = talk.place or (case.place if case else 0)
    if not place:
        return {}
    return {CARD_TIMER: to_ms(talk.voice.now) + (NEAR_EVERY_MS if place <= NEAR else EVERY_MS)}


def carded(talk: Talk, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words, the one that tells a place being the card from now on, and remembered as such."""
    case = talk.state.case
    if case is None or not talk.standing or len(words) != 1:
        return words
    body = words[0].body
    if talk.standing not in body.text:  # mended: what changes cannot be found in it
        return words
    talk.state = talk.state.changed(
        case=replace(case, place=talk.place, card=body.text, standing=talk.standing)
    )
    return (replace(words[0], body=replace(body, holds=Spot.QUEUE)),)


def moved_card(talk: Talk) -> Body | None:
    """The card with a better place; None while there is none, or its time is not to be kept."""
    case, ahead = talk.state.case, current(talk)
    if case is None or not case.card or ahead.nobody_until is not None:
        return None
    due = datetime.fromtimestamp(case.promise_ms / 1000, UTC)
    if not 0 < ahead.position < case.place or due <= talk.voice.now:
        return None
    key = "queue.moved_next" if ahead.position == 1 else "queue.moved"
    told = talk.voice.say(key, position=ahead.position, when=talk.voice.when(due))
    text = case.card.replace(case.standing, told)
    talk.state = talk.state.changed(
        case=replace(case, place=ahead.position, card=text, standing=told)
    )
    return Body(text, replaces=Spot.QUEUE, holds=Spot.QUEUE)


def card_word(body: Body) -> Word:
    """A changed card is a notice that is soon too old to matter."""
    return Word(WordKind.NOTICE, Author.BOT, body, life_ms=LIFE_MS)
