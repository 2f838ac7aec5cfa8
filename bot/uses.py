"""Count how the articles of scenarios do: told, and then helped, missed or handed over.

It notes the first thing that tells; the counting itself is a chore, and leads to no conversation.
"""

from __future__ import annotations

from bot.cues import Cue
from bot.hearing import ActKind
from bot.talk import Talk
from bot.understanding.reading import Emotion, Intent, Signal
from handoff.agenda import Chore
from handoff.gaps import UseKind
from handoff.jobs import Job


def note_uses(talk: Talk, *, handed: bool) -> tuple[Chore, ...]:
    """The chores of this turn: what became of the article told before, and what is told now."""
    before = talk.plan.before.scenario
    if not (before or talk.cited):
        return ()
    came = _came_of_it(talk, handed=handed) if before else None
    told = "" if handed else _told(talk)
    if told or came:
        talk.state = talk.state.changed(scenario=told)
    found = [(before, came)] if came else []
    found += [(told, UseKind.TOLD)] if told else []
    return tuple(_chore(talk, article, kind) for article, kind in found)


def _told(talk: Talk) -> str:
    """The last article of this reply that has a scenario."""
    articles = talk.seeds.knowledge.articles
    cited = (articles.get(one.id) for one in reversed(talk.cited))
    return next((str(one.id) for one in cited if one is not None and one.zh.scenario), "")


def _came_of_it(talk: Talk, *, handed: bool) -> UseKind | None:
    """What a turn says about the article before it; None while it says nothing."""
    if handed:
        return UseKind.HANDED
    reading = talk.reading
    again = any(one.id == talk.plan.before.scenario for one in talk.cited)
    if again or talk.missed or (reading is not None and Signal.BOT_MISREAD in reading.signals):
        return UseKind.MISSED
    if reading is None:
        return UseKind.HELPED if talk.plan.value(ActKind.HELPED) == "yes" else None
    small = reading.intent is Intent.GREETING_THANKS
    glad = reading.emotion is Emotion.POSITIVE or talk.cue(Cue.THANKS)
    return UseKind.HELPED if small and glad else None


def _chore(talk: Talk, article: str, kind: UseKind) -> Chore:
    token = talk.plan.turn.token
    at_ms = int(talk.voice.now.timestamp() * 1000)
    args = (article, str(kind), token, str(at_ms))
    return Chore(op=f"use:{token}:{kind}", job=Job.NOTE_USE, args=args)
