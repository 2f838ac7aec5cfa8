"""Answer a question about an order or a parcel: in general, beside what was told, or looked up."""

from __future__ import annotations

from bot.answers.arranging import go_on, tell_again
from bot.answers.articles import (
    answer_beside,
    answer_in_general,
    tell_fault,
    tell_of_arranged,
    tells_of_fault,
)
from bot.answers.finding import GENERAL, SURE
from bot.answers.leading import lead_from
from bot.answers.orders import answer_order
from bot.answers.pressing import just_told
from bot.cues import Cue, order_like
from bot.questions import asks_itself
from bot.slots import ORDER_INTENTS
from bot.talk import Talk
from bot.understanding.reading import Intent, Reading
from handoff.conversation import Holder


def look_up(talk: Talk, intent: Intent, text: str) -> None:
    """A number is looked up; a general question about shipping has an article."""
    reading = talk.reading
    assert reading is not None
    named = reading.entities.order_no or reading.entities.tracking_no or order_like(reading.text)
    lacks = talk.plan.before.asks == "order_no" and talk.cue(Cue.NO_NUMBER)
    asks = not named and talk.asks_about(reading)
    if not named and _tells_the_agent(talk, reading):
        return
    money = intent is Intent.REFUND_STATUS and not named
    free = money or (asks and not talk.cue(Cue.MINE))
    if free and (tell_again(talk) or tell_of_arranged(talk, text, intent)):
        return
    unsure = reading.confidence < SURE and not (named or asks)
    if unsure and tells_of_fault(talk) and tell_fault(talk):
        return
    if not (named or lacks) and answer_in_general(talk, text, intent):
        if not (talk.plan.before.asks or talk.facts.shown):
            talk.state = talk.state.changed(asks="order_no", goal=intent)
        return
    if asks and talk.state.form is not None and talk.state.form.ready:
        go_on(talk)
        return
    if _answer_further(talk, text, asks=asks):
        return
    answer_order(talk, intent)
    lead_from(talk, reading, intent)


def _tells_the_agent(talk: Talk, reading: Reading) -> bool:
    """Whether who waits for a person adds something for them: asks nothing, or about what a person
    was called for.
    """
    if talk.plan.turn.holder is not Holder.QUEUE or talk.asks_where:
        return False
    article = talk.article(talk.plan.before.article)
    of_that = article is not None and str(article.intent) not in ORDER_INTENTS
    return of_that or not (talk.asks_about(reading) or asks_itself(reading.normal))


def _answer_further(talk: Talk, text: str, *, asks: bool) -> bool:
    """Whoever asks on about an order that was just told, or says what surely has an answer, gets
    what no look-up could tell.
    """
    order = talk.facts.shown.get(talk.state.order_no)
    if order is None or talk.cue(Cue.MINE) or not just_told(talk, order):
        return False
    return answer_beside(talk, text, SURE if asks else GENERAL)
