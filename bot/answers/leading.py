"""Lead on from an article: who asked how something is done, and then names an order, wants it done.

An article that tells of something we arrange is remembered with its policy until the next reply; a
bare number, four digits or a shared phone behind it begins that policy for the order. Where the
article sends them to a person with a number or a detail, that detail brings the person.
"""

from __future__ import annotations

from msgspec.structs import replace

from bot.answers.articles import FAULT_ARTICLE, FAULTS, OF_GOODS, tells_of_fault
from bot.answers.finding import GENERAL, find_article
from bot.answers.forming import TROUBLES, begin, trouble_in
from bot.answers.orders import answer_order, settle_order
from bot.answers.telling import PERSON, tell_article
from bot.forms import NEW_ADDRESS
from bot.questions import asks_itself, ends_as_question, is_wordless
from bot.reasons import CaseReason
from bot.slots import (
    ORDER_INTENTS,
    PROOFS,
    gives_slot,
    only_a_phone,
    only_names_an_order,
    shop_numbers,
)
from bot.talk import Talk
from bot.understanding.reading import Intent, Reading, Role
from handoff.conversation import Holder
from handoff.knowledge import RECEIVED, UNPAID
from handoff.text import normalise

_BARE_CHARS = 28
_FRESH_CHARS = 40
_UNSURE = 0.5
_NUMBERED = frozenset(
    {
        *(Intent.ORDER_STATUS, Intent.LOGISTICS_TRACKING, Intent.REFUND_STATUS),
        *(Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE, Intent.PRODUCT_QUESTION),
    }
)
"""As which a bare number may be read."""
_OF_FAULTS = ORDER_INTENTS | OF_GOODS | {Intent.COMPLAINT}


def forget_lead(talk: Talk) -> None:
    """A lead holds for one answer; this turn may set the next."""
    talk.state = talk.state.changed(lead="")


def follow_lead(talk: Talk, reading: Reading) -> bool:
    """Begin what the last article told of, for the order that is named or proved now; False
    otherwise.
    """
    before = talk.plan.before
    if _gives_phone(talk, reading):
        begin(talk, "address_change", known={NEW_ADDRESS: reading.text.strip()})
        return True
    proves = before.asks == "phone_tail" and gives_slot(before, talk.state, reading)
    number = proves or _only_a_number(reading)
    if before.lead == PERSON:
        return (number or _gives_detail(talk, reading)) and lead_on(talk)
    return number and lead_on(talk)


def _gives_phone(talk: Talk, reading: Reading) -> bool:
    """Whether a phone alone follows on how the phone of an order in view is changed."""
    before = talk.plan.before
    free = talk.state.form is None and talk.plan.turn.holder is Holder.BOT
    led = before.lead == "address_change" and before.order_no in before.proven
    return free and led and only_a_phone(reading)


def lead_on(talk: Talk) -> bool:
    """Begin what the last article told of, or what they have just said went wrong; False when it is
    nothing we arrange.
    """
    if talk.state.form is not None or talk.plan.turn.holder is not Holder.BOT:
        return False
    before = talk.plan.before
    policy = before.lead or ("" if before.order_no else _went_wrong(talk))
    if policy == PERSON:
        _lead_to_person(talk)
    elif policy:
        begin(talk, policy, told=_matter(talk))
    return bool(policy)


def _lead_to_person(talk: Talk) -> None:
    """The number that was asked for is proved first, so that nobody asks for it twice; an order
    that is not paid is told how it stands.
    """
    order = talk.facts.shown.get(talk.state.order_no)
    if order is not None and order.status in UNPAID:
        answer_order(talk, Intent.ORDER_STATUS)
    elif order is not None or not shop_numbers(talk.reading):
        talk.hand = talk.hand or CaseReason.EXPLICIT_REQUEST
    elif settle_order(talk, Intent.ORDER_STATUS, action="order") is None and talk.asked:
        talk.state = talk.state.changed(lead=PERSON)


def _went_wrong(talk: Talk) -> str:
    """The policy for the trouble they told of last."""
    before = talk.plan.before
    said = [line.text for line in before.recent if line.role is Role.USER]
    fresh = bool(said) and bool(before.matter) and before.matter.startswith(said[-1][:_FRESH_CHARS])
    if not fresh:
        return ""
    words, normal = talk.seeds.forms, normalise(before.matter)
    trouble = next((name for name in words.policies(normal) if name in TROUBLES), "")
    return trouble or ("returns" if words.answer("reason", normal) in FAULTS else "")


def tell_of_fault(talk: Talk, reading: Reading) -> bool:
    """Whoever told of a fault and asks in a few words whether it can be swapped or returned hears
    what holds for faults; False when another article surely answers it.
    """
    article = talk.article(FAULT_ARTICLE)
    few = len(reading.normal) <= _BARE_CHARS and talk.asks_about(reading)
    few = few and reading.intent is Intent.RETURN_REFUND_POLICY and talk.state.form is None
    if article is None or not few or _went_wrong(talk) != "returns":
        return False
    _found, hit = find_article(talk, reading.text, reading.intent)
    cues = talk.seeds.cues
    if hit is not None and hit.confidence >= GENERAL:
        sound = cues.lead_of.get(str(hit.article_id)) == "exchange"  # who swaps sound goods pays
        if not sound and hit.article_id != cues.usual.get(reading.intent):
            return False
    tell_article(talk, article)
    return True


def sees_to_fault(talk: Talk, intent: Intent) -> bool:
    """Begin the return for a fault told of an order that has arrived or is named with it, now or
    before the order was proved; whatever else such words are read as, it is seen to with it.
    """
    form, reading = talk.state.form, talk.reading
    if intent not in _OF_FAULTS or talk.plan.turn.holder is not Holder.BOT:
        return False
    if reading is None or talk.asks_about(reading):
        return False
    fault = tells_of_fault(talk)
    if form is not None or talk.begun:
        return fault and talk.begun
    order = talk.facts.shown.get(talk.state.order_no)
    if order is None or (order.status not in RECEIVED and order.no not in shop_numbers(reading)):
        return False
    if fault:
        begin(talk, "returns")
    elif _just_proved(talk, reading) and _went_wrong(talk) == "returns":
        fault = True
        begin(talk, "returns", told=_matter(talk))
    return fault


def _just_proved(talk: Talk, reading: Reading) -> bool:
    """Whether the text gives the digits that were asked for, and an order is told for them."""
    before = talk.plan.before
    waited = before.asks in PROOFS and before.goal == Intent.ORDER_STATUS
    return waited and gives_slot(before, talk.state, reading)


def _gives_detail(talk: Talk, reading: Reading) -> bool:
    """Whether a remark is the detail a person was to be told: a name, a tax number, a day."""
    bare = reading.intent is Intent.GREETING_THANKS or reading.takes_back or talk.plan.remark
    bare = bare or is_wordless(reading.normal)
    told = talk.article(talk.plan.before.article)
    goes_on = told is not None and str(told.intent) == reading.intent
    fits = goes_on or reading.confidence < _UNSURE or any(map(str.isdigit, reading.normal))
    if bare or not fits or talk.asks_about(reading) or asks_itself(reading.normal):
        return False
    article, _hit = find_article(talk, reading.text, Intent.OUT_OF_SCOPE)
    return article is None or talk.seeds.cues.lead_of.get(str(article.id)) == PERSON


def lead_from(talk: Talk, reading: Reading, intent: Intent) -> None:
    """An order is asked for because something went wrong with it: remember what."""
    if talk.asked and talk.state.form is None:
        talk.state = talk.state.changed(lead=trouble_in(talk, reading, intent))


def _only_a_number(reading: Reading) -> bool:
    bare = len(reading.normal) <= _BARE_CHARS and not ends_as_question(reading.text)
    loose = reading.intent in _NUMBERED and bool(shop_numbers(reading))
    return bare and (loose or only_names_an_order(reading))


def _matter(talk: Talk) -> Reading | None:
    """What they said it is about, read for answers once more: nobody has to say it twice."""
    matter, reading = talk.plan.before.matter, talk.reading
    if not matter or reading is None:
        return reading
    return replace(reading, text=matter, normal=normalise(matter))
