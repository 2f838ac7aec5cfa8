"""Which answers the llm extra may put into better words, and how they come back.

Only what articles alone say, to a calm customer whom the bot serves; never what an order, a
payment, a verdict or a person decides. Whatever goes wrong, the answer that was there goes out.
The next step, what is folded, asked or promised stays in the house's words.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Protocol

import re2
from msgspec.structs import replace

from bot.answering import Answerer
from bot.facts import Facts
from bot.plan import Plan
from bot.talk import Cited, Talk
from bot.tone import CALM
from bot.understanding.reading import Signal
from handoff.agenda import Outcome
from handoff.llm.asking import Source, Wording, Written

LATE_MS = 5_000
_CALM_SIGNS = frozenset({Signal.TAKES_BACK})
_BESIDE = re2.compile(r"[\pL\pS]")
"""A letter left over once the cited words are gone: numbering and spaces leave none."""


class Words(Protocol):
    """Puts an answer into better words, or not."""

    async def word(self, wording: Wording, *, spent_seconds: float = 0.0) -> Written | None:
        """Checked words, within the budget that is left; None when the answer stays as it is."""


class Rewording:
    """Rewords the outcome of a turn where that is allowed."""

    def __init__(
        self,
        words: Words,
        answerer: Callable[[], Answerer],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._words = words
        self._answerer = answerer
        self._clock = clock

    async def __call__(self, plan: Plan, facts: Facts, outcome: Outcome, started: float) -> Outcome:
        """The outcome in better words; itself when there are none. `started` is when the turn
        began: what it has spent on facts is taken from the budget."""
        if not outcome.words or outcome.open_case is not None:
            return outcome
        answerer = self._answerer()
        talk = answerer.rehearse(plan, facts)
        wording = wording_of(talk) if talk is not None else None
        if talk is None or wording is None:
            return outcome
        spent = math.inf if _is_late(plan) else self._clock() - started
        written = await self._words.word(wording, spent_seconds=spent)
        if written is None:
            return outcome
        told = replace(facts, wording=_with_next_steps(written.text, talk))
        return answerer.answer(plan, told, plan.at)


def _is_late(plan: Plan) -> bool:
    """Under load better words are the first thing to go."""
    mail = plan.turn.mail
    return bool(mail) and time.time() * 1000 - mail[0].at_ms > LATE_MS


def wording_of(talk: Talk) -> Wording | None:
    """What may be worded of a reply; None for all that must stand as it is."""
    reading = talk.reading
    if reading is None or not talk.cited or not talk.answered or talk.asked or talk.missed:
        return None
    calm = reading.emotion in CALM and reading.signals <= _CALM_SIGNS
    if talk.hand or talk.upset or not calm or not _all_cited(talk):
        return None
    sources = tuple(Source(cited.id, _source_of(cited, talk)) for cited in talk.cited)
    said = "\n".join(cited.said.removesuffix(cited.next_step) for cited in talk.cited)
    return Wording(reading.text, sources, talk.voice.language, said)


def _all_cited(talk: Talk) -> bool:
    rest = "\n".join(talk.layout.parts)
    for told in (talk.layout.folded, *(cited.said for cited in talk.cited)):
        rest = rest.replace(told, "")
    return _BESIDE.search(rest) is None


def _source_of(cited: Cited, talk: Talk) -> str:
    """All that the cited article says to customers."""
    article = talk.seeds.knowledge.articles.get(cited.id)
    assert article is not None, "what is cited was just told"
    words = article.text(talk.voice.language)
    lines = (words.title, words.answer, *words.steps, words.next_step)
    return talk.voice.text("\n".join(line for line in lines if line))


def _with_next_steps(text: str, talk: Talk) -> str:
    steps = (talk.voice.text(cited.next_step) for cited in talk.cited if cited.next_step)
    return "\n".join(dict.fromkeys((text, *steps)))
