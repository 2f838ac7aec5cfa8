"""A question about goods that no article answers: say so, and bring whoever knows.

Nothing is guessed. A new item is called new; what needs technical knowledge goes to who has it.
"""

from __future__ import annotations

import re2

from bot.answers.articles import answer_from_articles
from bot.answers.finding import SURE, find_article, search
from bot.answers.telling import tell_article
from bot.cues import Cue
from bot.formwords import item_in
from bot.reasons import CaseReason
from bot.talk import Talk
from bot.understanding.reading import Intent
from handoff.knowledge import Article
from handoff.knowledge.freshness import is_new
from handoff.text import language_of, normalise

CERTAIN = 0.95
"""So sure that a technical question is answered and not passed on."""
_KNOWN = 0.5
"""An article that holds less of an item's name is about other goods."""
_ITEM_ZH = re2.compile(
    r"(?:(?:^|[，,]|你们的?|[这那该][个件款条双把台张只套顶支瓶块部种]?)([^\s，,这那你我]{1,8}?)"
    r"(?:是不是|可不可以|能不能|会不会|可以|能|是|防|适合|支持|耐|怕)"
    r"|[这那][个件款条双把台张只套顶支瓶块部种]([^\s，,]{1,8}?)会)"
)
_ITEM_EN = re2.compile(
    r"\b(?:is|are|does|do|can|could|will|would|should) (?:(?:i|you|we) \w+ )?"
    r"(?:the|this|that|these|those|your|my) (\w+)(?: (\w+))?"
)
"""The goods whose nature is asked for, by where they stand in a question; in English one word or
two.
"""


def answer_of_goods(talk: Talk, text: str) -> bool:
    """Answer from an article, or hand over what none knows; False when nothing says that a person
    is needed.
    """
    if talk.cue(Cue.TECHNICAL) and not _certain(talk, text):
        talk.tell("item.technical")
        return _hand(talk, CaseReason.TECHNICAL)
    item = _of_other_goods(talk, text)
    if not item and answer_from_articles(talk, text, Intent.PRODUCT_QUESTION):
        return True
    if new := _new_item(talk):
        talk.tell("item.new", item=new)
        return _hand(talk, CaseReason.NEW_ITEM)
    return bool(item) and (_tell_of_item(talk, text, item) or _tell_unwritten(talk))


def _certain(talk: Talk, text: str) -> bool:
    """Whether an article answers this very question: one about the same goods is not enough, it
    speaks of what is asked.
    """
    article, hit = find_article(talk, text, Intent.PRODUCT_QUESTION)
    if article is None or hit is None or hit.confidence < CERTAIN:
        return False
    asked = talk.seeds.cues.words_of(Cue.TECHNICAL, normalise(text))
    return any(_speaks_of(talk, article, word, text) for word in asked)


def _of_other_goods(talk: Talk, text: str) -> str:
    """What is asked about, when the article found is about goods and never speaks of it."""
    article, hit = find_article(talk, text, Intent.PRODUCT_QUESTION)
    if article is None or hit is None or not article.products or hit.confidence >= CERTAIN:
        return ""
    language = language_of(text, talk.voice.language)
    form = _ITEM_ZH if language.is_chinese else _ITEM_EN
    found = form.search(normalise(text))
    if found is None:
        return ""
    item, beside = found.group(1) or found.group(2), " ".join(filter(None, found.groups()))
    named = any(name in beside for name in article.products)
    return "" if named or _speaks_of(talk, article, item, text) else item


def _speaks_of(talk: Talk, article: Article, item: str, text: str) -> bool:
    """Whether an article holds the name of an item."""
    language = language_of(text, talk.voice.language)
    words = article.text(language)
    whole = "\n".join((words.title, *article.products, *words.questions, words.answer))
    (known,) = talk.seeds.knowledge.index.shares(item, [whole], language)
    return known >= _KNOWN


def _tell_of_item(talk: Talk, text: str, item: str) -> bool:
    """A sure article that does speak of what is asked about: "how long is the warranty on ...?" """
    for hit in search(talk, text):
        article = talk.article(hit.article_id)
        if article and hit.confidence >= SURE and _speaks_of(talk, article, item, text):
            tell_article(talk, article)
            return True
    return False


def _tell_unwritten(talk: Talk) -> bool:
    """That it is written nowhere here, and where to look or whom to ask; nothing is guessed."""
    usual = talk.article(talk.seeds.cues.usual.get(Intent.PRODUCT_QUESTION, ""))
    if usual is None:
        return False
    talk.tell("item.unwritten")
    tell_article(talk, usual)
    talk.unknown = True
    return True


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
