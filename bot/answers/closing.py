"""The end of a matter that a person has worked on: ask whether it helped, and go on when not."""

from __future__ import annotations

from bot.answers.following import follow_on, follow_unheard
from bot.forms import NO, YES
from bot.hearing import ActKind
from bot.questions import ends_as_question
from bot.reasons import CaseReason
from bot.talk import Talk
from bot.understanding.reading import Emotion, Intent, Reading
from handoff.case import Resolution

_GLAD = f"empathy.{Emotion.POSITIVE}."
_BARE_CHARS = 4
"""Hardly more than a yes or a no."""


_WORDLESS = frozenset({Resolution.UNREACHABLE, Resolution.MERGED})
"""Ends of a case after which nobody is there to hear that the bot is back."""


def come_back(talk: Talk) -> None:
    """A person has finished: start afresh, with what they did in mind."""
    told_now = talk.state.matter != talk.plan.before.matter
    talk.state = talk.state.changed(
        resolution=talk.plan.value(ActKind.RESOLVED) or "",
        case=None,
        suggested=False,
        packet=None,
        misses=0,
        tried=(),
        matter=talk.state.matter if told_now else "",
        recent=(),
        flooded=False,
    )
    if talk.state.resolution in _WORDLESS:
        follow_unheard(talk)
        return
    talk.tell("return.once")
    ask_whether_it_helped(talk)
    talk.offer("menu")
    follow_on(talk)


def ask_whether_it_helped(talk: Talk) -> None:
    """Nothing that was called solved ends without the customer's word."""
    if talk.state.resolution == Resolution.SOLVED and talk.reading is None:
        talk.state = talk.state.changed(asks_helped=True)
        talk.tell("helped.ask")
        talk.offer(f"helped:{YES}", "helped.yes")
        talk.offer(f"helped:{NO}", "helped.no")


def hear_in_words(talk: Talk, reading: Reading) -> bool:
    """Take a text as the answer to it; False when it speaks of something else, or was not asked."""
    if not talk.plan.before.asks_helped:
        return False
    talk.state = talk.state.changed(asks_helped=False)
    words, normal = talk.seeds.forms, reading.normal
    said = words.answer("helped", normal)
    if not said and len(normal) <= _BARE_CHARS:
        said = words.answer("flag", normal)
    if said and not ends_as_question(reading.text):
        hear_whether_it_helped(talk, said)
        return True
    return False


def hear_whether_it_helped(talk: Talk, value: str) -> None:
    """Settled: be glad of it. Not yet: it goes back to people, with all that is known."""
    talk.state = talk.state.changed(asks_helped=False)
    if value == YES:
        talk.answer_with(talk.voice.say("helped.glad"), "tried.helped")
        _suggest(talk)
        return
    talk.answered = True
    talk.tell("helped.on")
    talk.note("tried.not_helped")
    talk.hand = CaseReason.NOT_HELPED


def _suggest(talk: Talk) -> None:
    """A promotion worth knowing, once for each case; nothing to whoever was upset on the way."""
    state = talk.state
    hurt = talk.upset or any(not name.startswith(_GLAD) for name in state.empathy)
    ids = talk.seeds.cues.first.get(Intent.PROMO_RULES, ())
    running = [one for one in map(talk.article, ids) if one is not None and one.expires is not None]
    if running and not (hurt or state.suggested):
        talk.state = state.changed(suggested=True)
        talk.tell("suggest.promo")
        talk.offer_article(running[0])
