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
from bot.cues import Cue
from bot.forms import ON_WISH, SENT_BACK
from bot.questions import is_wordless
from bot.slots import ORDER_INTENTS, shop_numbers
from bot.talk import Cited, Talk
from bot.understanding.reading import Intent, Signal
from handoff.conversation import Holder
from handoff.knowledge import Article, ArticleButton
from handoff.text import normalise

PERSON = "person"
"""The lead of an article that sends them to a person with a number."""
FAULT_ARTICLE = "return-faulty"
_OWN_DOING_ARTICLE = "warranty"
"""It tells of repairs that are paid for too."""
FAULTS = frozenset({"faulty", "damaged", "wrong_item"})
"""The reasons for a return that are the shop's to bear."""
OF_GOODS = frozenset({Intent.RETURN_REFUND_POLICY, Intent.PRODUCT_QUESTION})
"""As which a fault of goods may be read."""
CLEAR = 0.6
_FAINT, _MAIN = 0.1, 0.9
_BUTTONS = {
    ArticleButton.TRACK: "track",
    ArticleButton.ORDER: "order",
    ArticleButton.RETURN: "return",
    ArticleButton.MENU: "menu",
}


def answer_from_articles(talk: Talk, text: str, intent: Intent) -> bool:
    """Answer with an article; False when none is sure enough."""
    if intent is Intent.PROMO_RULES and _tell_over(talk, text):
        return True
    article, _hit = find_article(talk, text, intent)
    if article is not None and article.id == FAULT_ARTICLE and talk.cue(Cue.OWN_DOING):
        article = talk.article(_OWN_DOING_ARTICLE)
    if article is None:
        return False
    tell_article(talk, article)
    return True


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


def tell_of_arranged(talk: Talk, text: str) -> bool:
    """Whoever asks how long or at whose cost while goods are sent back hears what holds for that,
    not where the order is; False when nothing such is arranged.
    """
    form = talk.state.form
    if form is None or form.policy not in SENT_BACK or form.ready:
        return False
    leads = talk.seeds.cues.leads.get(form.policy, ())
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
    faulty = _is_fault(talk, intent)
    usual = talk.article(FAULT_ARTICLE) if faulty else _usual(talk, intent)
    if usual is not None and (faulty or _plainly_asks(talk, intent)) and not talk.answered:
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


def tell_article(talk: Talk, article: Article) -> None:
    """The answer, the steps when they were asked for, and the next step."""
    words = article.text(talk.voice.language)
    known = _knows_number(talk, words.next_step) or _awaits_person(talk, words.next_step)
    next_step = "" if known else words.next_step
    steps = [f"{number}. {step}" for number, step in enumerate(words.steps, 1)]
    asked_how = talk.cue(Cue.HOW_TO)
    lines = [words.answer, *(steps if asked_how else ()), next_step]
    text = talk.voice.text("\n".join(line for line in lines if line))
    talk.cited.append(Cited(str(article.id), text, next_step))
    title = talk.voice.text(words.title)
    talk.answer_with(text, "tried.article", title=title)
    talk.state = talk.state.changed(article=str(article.id), lead=_lead(talk, article))
    if steps and not asked_how and _alone(talk):
        talk.fold(talk.voice.say("article.steps") + "\n" + talk.voice.text("\n".join(steps)))
    _offer_to_begin(talk)
    if words.example and not talk.upset:
        talk.offer(f"example:{article.id}", "example")
    for button in article.buttons:
        if button in _BUTTONS:
            talk.offer(_ACTIONS.get(button, _BUTTONS[button]), _BUTTONS[button])


def _lead(talk: Talk, article: Article) -> str:
    """The policy an article leads to; who has a fault and may return it is led to the return. Told
    beside an order that was asked for, it leads nowhere: the next number is asked for likewise.
    """
    lead = talk.seeds.cues.lead_of.get(str(article.id), "")
    intent = talk.reading.intent if talk.reading is not None else ""
    to_person = lead == PERSON and intent == Intent.REFUND_STATUS
    if intent in ORDER_INTENTS and not to_person:
        return ""
    faulty = talk.reading is not None and Signal.PROBLEM in talk.reading.signals
    return lead or ("returns" if faulty and ArticleButton.RETURN in article.buttons else "")


def awaits_order(talk: Talk) -> bool:
    """Whether the article just told asks for nothing but the order that the text names already:
    it is looked up, once it is proved.
    """
    article = talk.article(talk.cited[-1].id) if talk.cited else None
    if article is None or not shop_numbers(talk.reading) or _in_view(talk):
        return False
    return _asks_number(talk, article.text(talk.voice.language).next_step)


def _knows_number(talk: Talk, next_step: str) -> bool:
    """Whether a next step asks for nothing but the order that is in view or named: it is not asked
    for.
    """
    named = _in_view(talk) or bool(shop_numbers(talk.reading))
    return named and _asks_number(talk, next_step)


def _in_view(talk: Talk) -> bool:
    return talk.state.order_no in (*talk.facts.shown, *talk.state.proven)


def _asks_number(talk: Talk, next_step: str) -> bool:
    return Cue.ASKS_NUMBER in talk.seeds.cues.in_text(normalise(next_step))


def _awaits_person(talk: Talk, next_step: str) -> bool:
    """Whether a next step leads to a person who is awaited already."""
    waits = talk.plan.turn.holder is Holder.QUEUE
    return waits and talk.seeds.book.say("button.human", talk.voice.language) in talk.voice.text(
        next_step
    )


def _offer_to_begin(talk: Talk) -> None:
    """With the order in view, one press begins what the article tells of."""
    order = talk.facts.shown.get(talk.state.order_no)
    if order is not None and talk.state.form is None and talk.state.lead in ON_WISH:
        talk.offer(f"begin:{talk.state.lead}:{order.no}", f"begin.{talk.state.lead}")


def tell_example(talk: Talk, article_id: str) -> None:
    """The same again, told by one case; an article that is over is not quoted."""
    article = talk.article(article_id)
    example = article.text(talk.voice.language).example if article else ""
    if example:
        talk.answer_with(talk.voice.text(example), "tried.example")
    else:
        talk.tell("menu.ask")
    talk.offer("menu")


def explains_again(talk: Talk) -> bool:
    """Whoever did not follow the article just told hears its example; False when there is none."""
    article = talk.article(talk.state.article)
    before = talk.plan.before.article == talk.state.article
    if article is None or talk.upset or not before or not talk.cue(Cue.EXAMPLE):
        return False
    if not article.text(talk.voice.language).example:
        return False
    tell_example(talk, str(article.id))
    talk.explained = True
    talk.state = talk.state.changed(article="")
    return True


def _alone(talk: Talk) -> bool:
    """Whether nothing else is answered beside it, and nobody is too upset for a lesson."""
    return not talk.upset and (talk.reading is None or len(talk.reading.intents) == 1)


_ACTIONS = {ArticleButton.RETURN: f"topic:{Intent.RETURN_REFUND_POLICY}"}
