"""Tell an article: its answer, the steps when they were asked for, the next step, and its example.

Which article is told is decided in `articles.py`; it is quoted as it stands.
"""

from __future__ import annotations

from bot.cues import Cue
from bot.forms import ON_WISH
from bot.slots import ORDER_INTENTS, shop_numbers
from bot.talk import Cited, Talk
from bot.understanding.reading import Intent, Signal
from handoff.conversation import Holder
from handoff.knowledge import Article, ArticleButton
from handoff.text import normalise

PERSON = "person"
"""The lead of an article that sends them to a person with a number."""
_BUTTONS = {
    ArticleButton.TRACK: "track",
    ArticleButton.ORDER: "order",
    ArticleButton.RETURN: "return",
    ArticleButton.MENU: "menu",
}
_ACTIONS = {ArticleButton.RETURN: f"topic:{Intent.RETURN_REFUND_POLICY}"}


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
    return asks_number(talk, article.text(talk.voice.language).next_step)


def _knows_number(talk: Talk, next_step: str) -> bool:
    """Whether a next step asks for nothing but the order that is in view or named: it is not asked
    for.
    """
    named = _in_view(talk) or bool(shop_numbers(talk.reading))
    return named and asks_number(talk, next_step)


def _in_view(talk: Talk) -> bool:
    return talk.state.order_no in (*talk.facts.shown, *talk.state.proven)


def asks_number(talk: Talk, next_step: str) -> bool:
    """Whether a next step asks for nothing but the number of an order."""
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
