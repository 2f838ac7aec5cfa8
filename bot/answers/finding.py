"""Find the article that surely answers a text: what was read as its subject needs less.

It says nothing; what is told of an article is settled in `articles.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.questions import asks_itself, ends_as_question
from bot.talk import Talk
from bot.understanding.reading import Intent
from handoff.conversation import Holder
from handoff.knowledge import Article
from handoff.knowledge.index import Hit
from handoff.language import Language

SURE = 0.5
SURE_WITH_INTENT = 0.3
"""Less is needed when the reading and the article agree on what is wanted."""
GENERAL = 0.7
"""So sure that a question about parcels is answered in general, not by looking an order up."""
IN_QUEUE = 0.85
"""A person is awaited who knows: nothing is told that may not fit, unless it is plainly asked."""
_NEVER = 1.1
"""Surer than anything is."""


def find_article(talk: Talk, text: str, intent: Intent) -> tuple[Article | None, Hit | None]:
    """The article that surely answers a text; the best hit comes along for a question back."""
    hits = search(talk, text)
    fits = [(article, hit) for hit in hits if (article := _fitting(talk, text, intent, hit))]
    if not fits:
        return None, hits[0] if hits else None
    first, sure = fits[0][0], fits[0][1].confidence
    if not _as_read(talk, first):
        # What was read goes before another subject that is told by more words, but no surer.
        fits.sort(key=lambda fit: not (_as_read(talk, fit[0]) and fit[1].confidence >= sure))
    return fits[0]


def _fitting(talk: Talk, text: str, intent: Intent, hit: Hit) -> Article | None:
    """The article of a hit that is sure enough for what was read."""
    article = talk.article(hit.article_id)
    if article is None or hit.confidence >= _least(talk, article):
        return article
    agrees = str(article.intent) == intent and hit.confidence >= SURE_WITH_INTENT
    waits = talk.plan.turn.holder is Holder.QUEUE
    return article if agrees and not waits and not leads_elsewhere(talk, text) else None


def _as_read(talk: Talk, article: Article) -> bool:
    """Whether an article is of a subject that the words were read as."""
    return talk.reading is None or str(article.intent) in talk.reading.intents


def _least(talk: Talk, article: Article) -> float:
    """How sure an article must be: surer when the words were read as something else."""
    reading = talk.reading
    agrees = _as_read(talk, article)
    if talk.plan.turn.holder is Holder.QUEUE:
        asks = reading is not None and ends_as_question(reading.text)
        if not (agrees or asks or (reading is not None and asks_itself(reading.text))):
            return _NEVER  # "I got it three days ago" is for the agent, not a question
        return GENERAL if asks and agrees else IN_QUEUE
    return SURE if agrees else GENERAL


def asked_in(talk: Talk) -> Language:
    """The language the question was asked in, whatever the reply is in."""
    return talk.reading.language if talk.reading else talk.voice.language


def leads_elsewhere(talk: Talk, text: str) -> bool:
    """Whether words of matters that are none of the shop's stand in a text."""
    return talk.seeds.knowledge.index.leads_elsewhere(text, asked_in(talk))


def search(talk: Talk, text: str) -> Sequence[Hit]:
    """The articles a text may ask for, those that may be quoted today; looked for once a turn."""
    found = talk.facts.searched
    if text not in found:
        found[text] = talk.seeds.knowledge.index.search(text, asked_in(talk), on=talk.today)
    return found[text]
