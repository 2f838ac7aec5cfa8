"""A question about goods that no article answers: say so, and bring whoever knows.

Nothing is guessed. A new item is called new; what needs technical knowledge goes to who has it.
"""

from __future__ import annotations

from bot.answers.articles import answer_from_articles
from bot.answers.finding import find_article
from bot.cues import Cue
from bot.formwords import item_in
from bot.reasons import CaseReason
from bot.talk import Talk
from bot.understanding.reading import Intent
from handoff.knowledge.freshness import is_new

CERTAIN = 0.95
"""So sure that a technical question is answered and not passed on."""


def answer_of_goods(talk: Talk, text: str) -> bool:
    """Answer from an article, or hand over what none knows; False when nothing says that a person
    is needed.
    """
    if talk.cue(Cue.TECHNICAL) and not _certain(talk, text):
        talk.tell("item.technical")
        return _hand(talk, CaseReason.TECHNICAL)
    if answer_from_articles(talk, text, Intent.PRODUCT_QUESTION):
        return True
    if item := _new_item(talk):
        talk.tell("item.new", item=item)
        return _hand(talk, CaseReason.NEW_ITEM)
    return False


def _certain(talk: Talk, text: str) -> bool:
    """Whether an article answers this very question: one about the same goods is not enough."""
    article, hit = find_article(talk, text, Intent.PRODUCT_QUESTION)
    return article is not None and hit is not None and hit.confidence >= CERTAIN


def _hand(talk: Talk, reason: CaseReason) -> bool:
    talk.answered = talk.unknown = True
    talk.hand = reason
    return True


def _new_item(talk: Talk) -> str:
    """The item of the customer's own order that is asked about, when no article knows it."""
    reading, order = talk.reading, talk.facts.shown.get(talk.state.order_no)
    if reading is None or order is None:
        return ""
    place = item_in(reading.normal, order.items)
    item = order.items[int(place)].name if place else ""
    return item if item and is_new(talk.seeds.knowledge.articles, item) else ""
