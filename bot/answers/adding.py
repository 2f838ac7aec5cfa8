"""Take up what is added about an order in view: it was refused or sent back, the courier is to come
otherwise, everybody was asked, the money is out for days.
"""

from __future__ import annotations

from bot.answers.finding import find_article
from bot.answers.forming import begin
from bot.answers.pressing import NEEDS_PERSON, ON_ITS_WAY, just_told, lasts
from bot.answers.states import proven
from bot.answers.telling import tell_article
from bot.cues import Cue
from bot.forms import SENT_BACK, YES
from bot.questions import asks_itself, ends_as_question
from bot.reasons import CaseReason
from bot.slots import PROOFS
from bot.talk import Talk
from bot.understanding.reading import Intent, Reading
from handoff.conversation import Holder
from handoff.knowledge import OVER, PACKING, RECEIVED
from handoff.shop import Order
from handoff.text import normalise

_SENDING_ARTICLE = "return-start"
_SENT_BACK_ARTICLE = "return-parcel-status"
_COURIER_ARTICLE = "leave-at-door"
_AWAITED = ON_ITS_WAY | NEEDS_PERSON


def take_up(talk: Talk, reading: Reading) -> bool:
    """Answer what is added about the order in view; False when it is nothing of this."""
    order = talk.facts.shown.get(talk.state.order_no)
    free = talk.plan.turn.holder is Holder.BOT and talk.state.form is None
    if order is None or not free or reading.asks_person:
        return False
    return (
        _refused(talk, order, reading)
        or _sends_back(talk, order)
        or _sent_back(talk, order)
        or _keeps_for_less(talk, order, reading)
        or _changes(talk, order)
        or _wishes_of_courier(talk, order, reading)
        or _asked_around(talk, order, reading)
        or _waits_for_money(talk, order)
    )


def _said(talk: Talk, cue: Cue) -> bool:
    """Whether the text says it, or what they told before they were asked to prove the order."""
    return talk.cue(cue) or cue in talk.seeds.cues.in_text(_told_before(talk))


def _told_before(talk: Talk) -> str:
    before = talk.plan.before
    return normalise(before.matter) if before.asks in PROOFS else ""


def _refused(talk: Talk, order: Order, reading: Reading) -> bool:
    text = talk.voice.say("order.refused", order_no=order.no)
    asks = asks_itself(reading.normal) or ends_as_question(reading.text)
    refused = _said(talk, Cue.REFUSED) and (not asks or reading.intent is Intent.REFUND_STATUS)
    asks_on = asks and text in talk.last_said
    if order.status not in ON_ITS_WAY or not (asks_on or refused):
        return False
    talk.answer_with(text, "tried.order", order_no=order.no)
    proven(talk, order)
    talk.offer("menu")
    return True


def _sends_back(talk: Talk, order: Order) -> bool:
    """Who asks how to send back what was just arranged is told the way."""
    deeds = (done for done in talk.state.done if done.order_no == order.no)
    article = talk.article(_SENDING_ARTICLE)
    arranged = any(done.policy in SENT_BACK for done in deeds)
    if article is None or not arranged or not talk.cue(Cue.SEND_HOW):
        return False
    tell_article(talk, article)
    return True


def _sent_back(talk: Talk, order: Order) -> bool:
    article = talk.article(_SENT_BACK_ARTICLE)
    if article is None or order.status not in RECEIVED or not _said(talk, Cue.SENT_BACK):
        return False
    proven(talk, order)
    tell_article(talk, article)
    return True


def _keeps_for_less(talk: Talk, order: Order, reading: Reading) -> bool:
    """Goods kept for part of the money are for a person to settle."""
    kept = talk.seeds.forms.keeps_for_less(f"{_told_before(talk)} {reading.normal}")
    if order.status not in RECEIVED or not kept:
        return False
    proven(talk, order)
    talk.hand = talk.hand or CaseReason.VERDICT
    return True


def _changes(talk: Talk, order: Order) -> bool:
    """Another number, size or colour of what has not left is changed by a person."""
    if order.status not in PACKING or not _said(talk, Cue.CHANGES):
        return False
    begin(talk, "exchange")
    return True


def _wishes_of_courier(talk: Talk, order: Order, reading: Reading) -> bool:
    """A wish is for a person, who calls the courier; a question is told what there is."""
    if order.status not in _AWAITED or not talk.cue(Cue.COURIER):
        return False
    proven(talk, order)
    asks = ends_as_question(reading.text) or asks_itself(reading.normal)
    if order.status in NEEDS_PERSON or not asks:
        talk.hand = talk.hand or CaseReason.PARCEL
        return True
    found, _hit = find_article(talk, reading.text, Intent.LOGISTICS_TRACKING)
    fits = found is not None and found.id in talk.seeds.cues.beside
    article = found if fits else talk.article(_COURIER_ARTICLE)
    if article is not None:
        tell_article(talk, article)
    return article is not None


def _asked_around(talk: Talk, order: Order, reading: Reading) -> bool:
    """Who is told to ask around for a parcel, and has, wants it looked for."""
    asked = talk.seeds.forms.answer("looked_around", reading.normal) == YES
    if order.status not in RECEIVED or not (asked and just_told(talk, order)):
        return False
    begin(talk, "parcel_trouble", known={"trouble": "not_received", "looked_around": YES})
    return True


def _waits_for_money(talk: Talk, order: Order) -> bool:
    if order.status not in OVER or not (just_told(talk, order) and lasts(talk)):
        return False
    talk.hand = talk.hand or CaseReason.VERDICT
    return True
