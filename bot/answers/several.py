"""Several questions in one text: which are answered, and which words of it ask for each.

A question told beside another is answered too when it stands in words of its own and an article
surely knows it; how each is answered is settled in `replying.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import re2

from bot.answers.articles import tells_of_fault
from bot.answers.finding import GENERAL, find_article, search
from bot.answers.forming import begun_by
from bot.answers.telling import tell_article
from bot.cues import Cue
from bot.questions import asks_itself
from bot.slots import ORDER_INTENTS, shop_numbers
from bot.talk import Talk
from bot.understanding.reading import Emotion, Intent, Reading, Signal

QUESTIONS_MAX = 3
PARTS_MAX = 8
APART = frozenset({Intent.PAYMENT_ERROR, Intent.INVOICE, Intent.PROMO_RULES})
"""Matters of their own, whatever is being arranged."""
_SURELY = 0.85
_PART = re2.compile(
    r"[?？!！。;；\n]+|\.\s|[,，、\s]*(?:还有就是|还有|另外|顺便|再问一下|还想问)"
    r"|[,，]?\s(?:and|also|plus|besides)\s+"
)
_CLAUSE = re2.compile(f"{_PART.pattern}|[,，]")


def own_words(talk: Talk, text: str, intent: Intent) -> str:
    """The part of a message with several questions that asks for this one; a clause, when no part
    does.
    """
    found = _parts_about(talk, text, intent) or _parts_about(talk, text, intent, _CLAUSE)
    return max(found, default=(0.0, text))[1]


def words_for(talk: Talk, reading: Reading, intent: Intent, *, alone: bool) -> str:
    """What of a text to look an answer to one of its questions up by: all of it, unless several
    things are asked, or all of it together would be taken for something else. A value that is
    looked up needs no words where its question is answered `alone`.
    """
    by_value = _by_value(talk, reading, intent)
    asked = [one for one in reading.intents if one is not Intent.GREETING_THANKS]
    where = bool(shop_numbers(reading)) and talk.asks_where and intent not in ORDER_INTENTS
    if (len(asked) > 1 or where) and not (alone and by_value):
        return own_words(talk, reading.text, intent)
    if by_value or len(_parts(reading.text)) < 2:
        return reading.text
    hits = search(talk, reading.text)[:1]
    if not hits or str(hits[0].article_id) in _about(talk, intent):
        return reading.text
    return own_words(talk, reading.text, intent)


def _by_value(talk: Talk, reading: Reading, intent: Intent) -> bool:
    """Whether a code or a number is looked up, so that no article needs to be looked for."""
    found = reading.entities
    if intent is Intent.PAYMENT_ERROR:
        return bool(found.payment_code)
    numbered = bool(found.order_no or found.tracking_no)
    return numbered and intent in ORDER_INTENTS and not talk.plan.apart


def has_own_words(talk: Talk, text: str, intent: Intent) -> bool:
    """Whether a part of a message surely asks for this, and for nothing else."""
    return any(sure >= GENERAL for sure, _part in _parts_about(talk, text, intent))


def _parts_about(
    talk: Talk, text: str, intent: Intent, between: Any = _PART
) -> list[tuple[float, str]]:
    return [
        (hit.confidence, part)
        for part in _parts(text, between)
        for hit in search(talk, part)[:1]
        if str(hit.article_id) in _about(talk, intent)
    ]


def _parts(text: str, between: Any = _PART) -> list[str]:
    return [part for part in between.split(text) if part and part.strip()][:PARTS_MAX]


def _about(talk: Talk, intent: Intent) -> set[str]:
    return {str(article.id) for article in talk.seeds.knowledge.articles.about(intent)}


def questions_in(talk: Talk, intents: Sequence[Intent]) -> list[Intent]:
    """The intents to answer, main one first. An order named beside another matter is no question
    of its own, unless a message of its own asks for it; when no number is named, one about a
    refund is.
    """
    asked = [intents[0]]
    numbered_order = bool(shop_numbers(talk.reading))
    if numbered_order and talk.asks_where and ORDER_INTENTS.isdisjoint(intents):
        if intents[0] is Intent.COMPLAINT:
            asked.clear()  # whoever complains and asks where it is has said what went wrong
        asked.append(Intent.LOGISTICS_TRACKING)
    complains = intents[0] is Intent.COMPLAINT and not talk.plan.apart
    for intent in intents[1:]:
        own = intent is Intent.REFUND_STATUS and not numbered_order
        of_own = own or talk.plan.apart or talk.cue(Cue.MINE) or talk.cue(Cue.ALSO)
        beside = intent in ORDER_INTENTS and (
            any(other in ORDER_INTENTS for other in asked)
            or not (of_own or _asked_for(talk, intent))
        )
        within = intents[0] in ORDER_INTENTS and intent in _WITHIN.get(intents[0], _SAID_BESIDE)
        within = (within or _all_of_refund(talk, intents[0], intent)) and not begun_by(talk, intent)
        beside = beside or (intent is Intent.COMPLAINT and _only_asks(talk))
        if not (beside or within or (complains and intent not in APART)):
            asked.append(intent)
    return asked[:QUESTIONS_MAX]


_SAID_BESIDE = frozenset({Intent.COMPLAINT})
_WITHIN = {Intent.REFUND_STATUS: frozenset({Intent.COMPLAINT, Intent.RETURN_REFUND_POLICY})}
"""What a question about an order may be read as besides, and is answered with it."""


def _only_asks(talk: Talk) -> bool:
    """Whether one calm clause asks something and tells of no trouble: it complains of nothing."""
    reading = talk.reading
    if reading is None or reading.emotion is not Emotion.NEUTRAL or tells_of_fault(talk):
        return False
    asks = asks_itself(reading.normal) and len(_parts(reading.text, _CLAUSE)) < 2
    return asks and Signal.PROBLEM not in reading.signals


def _all_of_refund(talk: Talk, main: Intent, beside: Intent) -> bool:
    """Whether one short clause asks where the refund is: "not on my card" is no failed payment."""
    reading = talk.reading
    if (main, beside) != (Intent.REFUND_STATUS, Intent.PAYMENT_ERROR) or reading is None:
        return False
    return not reading.entities.payment_code and len(_parts(reading.text, _CLAUSE)) < 2


def _asked_for(talk: Talk, intent: Intent) -> bool:
    return talk.reading is not None and has_own_words(talk, talk.reading.text, intent)


def answered_beside(talk: Talk, text: str, answered: int) -> list[tuple[int, str]]:
    """Where further questions of the text stand, with the answers articles surely know; nothing is
    lectured to somebody upset, and nothing added to what could not be answered by an article.
    """
    if not talk.cited or talk.upset or talk.missed or talk.asked:
        return []
    parts = _parts(text, _CLAUSE)
    if len(parts) < 2:
        return []
    before = talk.layout.parts
    told: list[tuple[int, str]] = []
    for part in filter(asks_itself, parts):
        article, hit = find_article(talk, part, Intent.OUT_OF_SCOPE)
        if article is None or hit is None or hit.confidence < _SURELY:
            continue
        if shop_numbers(talk.reading) and str(article.intent) in ORDER_INTENTS:
            continue  # who names an order hears of that one
        cited = {one.id for one in talk.cited}
        if str(article.id) in cited or str(article.id) not in _spoken_of(talk, text):
            continue
        if answered + len(told) >= QUESTIONS_MAX:
            break
        talk.layout.parts = []
        tell_article(talk, article)
        told.append((text.find(part), "\n".join(talk.layout.parts)))
    talk.layout.parts = before
    return told


def _spoken_of(talk: Talk, text: str) -> set[str]:
    """The articles that all of a text, or a whole question of it, speaks of: a clause behind a
    comma may only finish what stands before it.
    """
    found = [*search(talk, text), *(hit for part in _parts(text) for hit in search(talk, part)[:1])]
    return {str(hit.article_id) for hit in found}
