"""Answers from articles: the right one when the index is sure, else an honest question back.

It quotes articles as they stand; it invents nothing.
"""

from __future__ import annotations

from bot.answers.finding import (
    GENERAL,
    SURE,
    asked_in,
    find_article,
    leads_elsewhere,
    search,
)
from bot.answers.subjects import ask_back, leave_alone, offer_topics, tell_topic
from bot.answers.telling import tell_article
from bot.cues import Cue
from bot.forms import SENT_BACK
from bot.questions import is_wordless
from bot.slots import ORDER_INTENTS
from bot.talk import Talk
from bot.understanding.reading import Intent
from handoff.conversation import Holder
from handoff.knowledge import OVER, PACKING, RECEIVED, UNPAID, Article
from handoff.knowledge.index import Hit

FAULT_ARTICLE = "return-faulty"
_OWN_DOING_ARTICLE = "warranty"
"""It tells of repairs that are paid for too."""
_WRONG_ARTICLE = "wrong-or-missing-item"
_REFUND_ARTICLE = "refund-time"
_STATED = {
    "cancel-before-dispatch": ("cancel-before-dispatch", "cancel-after-dispatch", "return-window"),
    "cancel-after-dispatch": ("cancel-before-dispatch", "cancel-after-dispatch", "return-window"),
    "address-before-dispatch": ("address-before-dispatch", "address-after-dispatch", ""),
    "address-after-dispatch": ("address-before-dispatch", "address-after-dispatch", ""),
}
"""What holds of an order that has not left, is on its way, or has come, whichever was found."""
_OF_GOODS_LINE = "line-"
FAULTS = frozenset({"faulty", "damaged", "wrong_item"})
"""The reasons for a return that are the shop's to bear."""
OF_GOODS = frozenset({Intent.RETURN_REFUND_POLICY, Intent.PRODUCT_QUESTION})
"""As which a fault of goods may be read."""
CLEAR = 0.6
_FAINT, _MAIN = 0.1, 0.9


def answer_from_articles(talk: Talk, text: str, intent: Intent) -> bool:
    """Answer with an article; False when none is sure enough."""
    if intent is Intent.PROMO_RULES and _tell_over(talk, text):
        return True
    article, hit = find_article(talk, text, intent)
    if article is not None and article.id == FAULT_ARTICLE and talk.cue(Cue.OWN_DOING):
        article = talk.article(_OWN_DOING_ARTICLE)
    elif article is not None and tells_of_fault(talk):
        sound = talk.seeds.cues.lead_of.get(str(article.id)) == "exchange"  # of goods without fault
        damaged = talk.seeds.forms.answer("reason", talk.reading.normal if talk.reading else "")
        broken = damaged == "damaged" and str(article.id).startswith(_OF_GOODS_LINE)
        if sound or broken or _hardly_fits(talk, hit):
            return tell_fault(talk)
    if article is None:
        return False
    tell_article(talk, _as_it_stands(talk, article))
    return True


def _as_it_stands(talk: Talk, article: Article) -> Article:
    """The article that holds for the order in view, by whether it has left and come."""
    order = talk.facts.shown.get(talk.state.order_no)
    unsent, on_its_way, here = _STATED.get(str(article.id), ("", "", ""))
    if order is None or order.status in OVER:
        return article
    known = unsent if order.status in PACKING | UNPAID else on_its_way
    return talk.article(here if order.status in RECEIVED else known) or article


def _hardly_fits(talk: Talk, hit: Hit | None) -> bool:
    """Whether an article is less sure than a fault that is told; less still when nothing is
    asked.
    """
    asks = talk.reading is not None and talk.asks_about(talk.reading)
    return hit is not None and hit.confidence < (SURE if asks else GENERAL)


def answer_if_certain(talk: Talk, text: str) -> bool:
    """Answer with an article whatever the words were read as, when it is hard to doubt."""
    article, hit = find_article(talk, text, Intent.OUT_OF_SCOPE)
    if article is None or hit is None or hit.confidence < SURE:
        return False
    tell_article(talk, article)
    return True


def answer_in_general(talk: Talk, text: str, intent: Intent) -> bool:
    """Answer what holds for every order, so that none need be looked up; False for one of theirs.

    Words that ask what the shop does in general need less. Who speaks of an order of their own, or
    has one in view, is told only what no look-up could tell.
    """
    mine = talk.cue(Cue.MINE) and not talk.cue(Cue.HOW_TO)
    own = mine or bool(talk.facts.shown)
    general = talk.cue(Cue.GENERAL)
    article, hit = find_article(talk, text, intent)
    if article is not None and own and article.id not in talk.seeds.cues.beside:
        return False
    if hit is None or hit.confidence < (SURE if general else GENERAL):
        usual = talk.seeds.cues.usual.get(intent, "")
        waits = talk.plan.turn.holder is Holder.QUEUE
        told = general and not (own or waits or leads_elsewhere(talk, text))
        article = talk.article(usual) if told else None
    if article is None:
        return False
    tell_article(talk, article)
    return True


def answer_beside(talk: Talk, text: str, least: float = SURE) -> bool:
    """Answer with an article about orders that no look-up could replace; False when none fits as
    surely as it must.
    """
    article, hit = find_article(talk, text, Intent.OUT_OF_SCOPE)
    if article is None or hit is None or hit.confidence < least:
        return False
    if article.id not in talk.seeds.cues.beside:
        return False
    tell_article(talk, article)
    return True


def tell_of_arranged(talk: Talk, text: str, intent: Intent) -> bool:
    """Whoever asks how long or at whose cost while goods are sent back hears what holds for that,
    not where the order is; False when nothing such is arranged.
    """
    form = talk.state.form
    money = intent is Intent.REFUND_STATUS
    if form is None or form.policy not in SENT_BACK or (form.ready and not money):
        return False
    leads = talk.seeds.cues.leads.get(form.policy, ())
    if form.told.get("reason") in FAULTS:
        leads = (FAULT_ARTICLE,)
    if money:
        leads = (_REFUND_ARTICLE,)
    fits = [hit.article_id for hit in search(talk, text) if hit.article_id in leads]
    article = next(filter(None, map(talk.article, (*fits, *leads[:1]))), None)
    if article is None:
        return False
    tell_article(talk, article)
    return True


def tell_usual(talk: Talk, text: str, intent: Intent) -> None:
    """The subject is clear, though nothing fits: tell what is usual; leave others alone."""
    if talk.plan.turn.holder is Holder.QUEUE:
        return  # a person is awaited who knows better than what is usual
    if not talk.answered and leads_elsewhere(talk, text):
        leave_alone(talk)
        return
    if talk.plan.before.misses and _faint(talk, text):
        ask_back(talk, text, intent)
        return
    faulty, usual = _is_fault(talk, intent), _usual(talk, intent)
    if talk.answered:
        return
    if faulty:
        talk.unknown = tell_fault(talk)
    elif usual is not None and _plainly_asks(talk, intent):
        talk.unknown = True
        tell_article(talk, usual)


def _usual(talk: Talk, intent: Intent) -> Article | None:
    """What is usual about a subject, or about what the words would have arranged: a price that has
    fallen is no return.
    """
    cues, normal = talk.seeds.cues, talk.reading.normal if talk.reading else ""
    spoken = (name for name in talk.seeds.forms.policies(normal) if name not in SENT_BACK)
    told = (talk.article(cues.leads[name][0]) for name in spoken if cues.leads.get(name))
    fits = (article for article in told if article and str(article.intent) == intent)
    return next(fits, None) or talk.article(cues.usual.get(intent, ""))


def tells_of_fault(talk: Talk) -> bool:
    """Whether the words say that goods are faulty, damaged or other than ordered, and not by the
    customer's own doing; a broken link is no fault of goods.
    """
    if talk.reading is None or talk.cue(Cue.OWN_DOING) or talk.cue(Cue.SERVICE):
        return False
    return talk.seeds.forms.answer("reason", talk.reading.normal) in FAULTS


def tell_fault(talk: Talk) -> bool:
    """The rule for the fault that is told, once; who goes on about it is asked for the order. False
    when the seeds hold no such rule.
    """
    article = _fault_article(talk)
    if article is None:
        return False
    if article.id == talk.plan.before.article and not talk.state.order_no:
        talk.tell("ask.order_no")
        talk.ask("order_no", Intent.ORDER_STATUS)
        talk.layout.ask_contact = talk.voice.say("button.share")
    elif all(cited.id != article.id for cited in talk.cited):
        tell_article(talk, article)
    return True


def _fault_article(talk: Talk) -> Article | None:
    """What is broken is mended, what is wrong is sent anew."""
    normal = talk.reading.normal if talk.reading is not None else ""
    wrong = talk.seeds.forms.answer("reason", normal) == "wrong_item"
    return talk.article(_WRONG_ARTICLE if wrong else FAULT_ARTICLE)


def _is_fault(talk: Talk, intent: Intent) -> bool:
    """Whether a fault is told, and goods are not just asked about: "will it fade?" tells none."""
    if intent is Intent.PRODUCT_QUESTION and talk.reading and talk.asks_about(talk.reading):
        return False
    return intent in OF_GOODS and tells_of_fault(talk)


def _plainly_asks(talk: Talk, intent: Intent) -> bool:
    """Whether a subject is clear, and nothing of another kind is asked beside it."""
    reading = talk.reading
    if reading is None or reading.confidence < CLEAR or is_wordless(reading.normal):
        return False
    main = reading.intent == intent and reading.confidence >= _MAIN
    return len(reading.intents) == 1 or (main and ORDER_INTENTS.isdisjoint(reading.intents))


def _faint(talk: Talk, text: str) -> bool:
    """Whether the words have next to nothing in common with any article."""
    hits = search(talk, text)
    return not hits or hits[0].confidence < _FAINT


def _tell_over(talk: Talk, text: str) -> bool:
    """Who asks for an offer that has ended hears so, and what there is now."""
    for hit in talk.seeds.knowledge.index.search(text, asked_in(talk), top=1):
        known = talk.seeds.knowledge.articles.get(hit.article_id)
        if known is not None and hit.confidence >= GENERAL and talk.article(known.id) is None:
            tell_over(talk, known)
            return True
    return False


def tell_over(talk: Talk, article: Article) -> None:
    """That an article no longer holds, and what does."""
    talk.tell("article.over", title=talk.voice.text(article.text(talk.voice.language).title))
    tell_topic(talk, article.intent)


def open_article(talk: Talk, article_id: str) -> None:
    """A button may be older than what it opens: a promotion that is over is not quoted."""
    article, known = talk.article(article_id), talk.seeds.knowledge.articles.get(article_id)
    if article is not None:
        tell_article(talk, article)
    elif known is not None:
        tell_over(talk, known)
    else:
        talk.tell("menu.ask")
        offer_topics(talk)
