"""Finish a reply: the feeling first, a time for the worried, and the way to a person last.

What is said of the matter stands already (`bot/replying.py`); nothing is answered here.
"""

from __future__ import annotations

from bot.hearing import ActKind
from bot.state import State
from bot.talk import Talk
from bot.tone import empathy
from bot.understanding.reading import Emotion, Intent


def close_reply(talk: Talk) -> None:
    """Put the feeling first, a time for the worried, and the way to a person last."""
    line, state = empathy(talk.voice, talk.state, talk.reading)
    bright = talk.reading is not None and talk.reading.emotion is Emotion.POSITIVE
    if not talk.said_nothing and (not bright or _small_talk(talk)):
        talk.layout.opener, talk.state = line, state
    for kind, key in ((ActKind.EDITED, "edit.seen"), (ActKind.EXPIRED, "expired.sorry")):
        if talk.plan.has(kind) and talk.layout.parts:
            talk.layout.opener = talk.voice.say(key)
    anxious = talk.reading is not None and talk.reading.emotion is Emotion.ANXIOUS
    if anxious and not talk.timed:
        name_a_time(talk)
    if talk.layout.parts and not talk.layout.ask_contact:
        talk.offer("human")
    talk.keep_said()
    talk.state = _counted(talk)


def _small_talk(talk: Talk) -> bool:
    """Whether thanks, praise or a greeting is all there is: gladness opens nothing else."""
    return talk.light and talk.reading is not None and talk.reading.intent is Intent.GREETING_THANKS


def name_a_time(talk: Talk) -> None:
    """Worry wants a time, and so does what is not known: when a person would answer."""
    hours, now = talk.seeds.hours, talk.voice.now
    opening = hours.next_opening(now)
    talk.offered = True
    if hours.open_at(now) or opening is None:
        minutes = hours.first_response_minutes
        talk.layout.closers.insert(0, talk.voice.say("tone.promise_open", minutes=minutes))
        return
    when, zone = talk.voice.when(opening), talk.voice.both(hours.zone_name)
    talk.layout.closers.insert(0, talk.voice.say("tone.promise_closed", when=when, zone=zone))


def _counted(talk: Talk) -> State:
    """Misses count up until something is answered."""
    if talk.missed:
        return talk.state.changed(misses=talk.state.misses + 1)
    return talk.state.changed(misses=0) if talk.answered else talk.state
