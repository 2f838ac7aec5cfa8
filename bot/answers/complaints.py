"""Hear a complaint: listen first, then ask the one thing that leads to a remedy.

No rule is told before it is known what went wrong; with that, `forming.py` begins what can be
arranged. A picture with a line about it is kept and asked about the same way.
"""

from __future__ import annotations

from bot.answers.articles import tell_fault, tells_of_fault
from bot.answers.finding import find_article
from bot.answers.forming import begun_by
from bot.cues import Cue
from bot.hearing import ActKind
from bot.talk import Talk
from bot.understanding.reading import Intent, Reading
from handoff.words import Button

_TROUBLES = ("damaged", "wrong_item", "faulty")
_ELSEWHERE = frozenset({Intent.PAYMENT_ERROR, Intent.HUMAN_REQUEST, Intent.INVOICE})


def listens(talk: Talk) -> bool:
    """Whether a complaint says only that there is one: what went wrong comes before any rule. When
    it is told, with the question what can be done, the rule for faults is the answer.
    """
    reading = talk.reading
    if _asks_remedy(talk):
        return True
    if reading is None or talk.asks_about(reading) or talk.cue(Cue.SUGGESTS):
        return False
    article, _hit = find_article(talk, reading.text, Intent.COMPLAINT)
    return article is not None and str(article.id) == talk.seeds.cues.usual.get(Intent.COMPLAINT)


def hear_complaint(talk: Talk) -> None:
    """Write it down and ask what went wrong, or for the order when that is not known; who has told
    it already hears the rule for faults, and who wants nothing done is thanked.
    """
    if tells_of_fault(talk) and tell_fault(talk):
        return
    if talk.cue(Cue.ONLY_SAYS):
        talk.tell("complaint.said")
    elif talk.state.order_no:
        talk.tell("complaint.known", order_no=talk.state.order_no)
        talk.answered = True
        talk.said.append(talk.voice.say("tried.complaint"))
        _offer_troubles(talk)
    else:
        talk.tell("complaint.heard")
        talk.ask("order_no", Intent.ORDER_STATUS)


def _asks_remedy(talk: Talk) -> bool:
    """Whether a fault is told and in the same words a swap or the money back is asked for."""
    reading = talk.reading
    if reading is None or Intent.RETURN_REFUND_POLICY not in reading.intents:
        return False
    return talk.asks_about(reading) and tells_of_fault(talk)


def note_file(talk: Talk, reading: Reading) -> bool:
    """Keep a picture with a line about it; False when the line asks for something itself."""
    sent = talk.plan.has(ActKind.FILE)
    if not sent or talk.plan.apart or talk.asks_about(reading):
        return False
    if _to_look_up(talk, reading):
        return False
    if not _ELSEWHERE.isdisjoint(reading.intents) or begun_by(talk, reading.intent):
        return False
    order_no = talk.state.order_no
    if order_no in talk.facts.shown or order_no in talk.state.proven:
        talk.tell("heard.captioned", order_no=order_no)
        _offer_troubles(talk)
    else:
        talk.tell("heard.captioned_unknown")
    talk.answered = True
    talk.said.append(talk.voice.say("tried.file"))
    return True


def _to_look_up(talk: Talk, reading: Reading) -> bool:
    """Whether a number is named to be looked up; an order that was shown already only says what
    the picture is about.
    """
    named = reading.entities
    if named.payment_code or named.tracking_no:
        return True
    known = {*talk.facts.shown, *talk.state.proven}
    return not known.issuperset(named.order_no)


def _offer_troubles(talk: Talk) -> None:
    """What usually went wrong, one press each; each leads to what the rules give."""
    policy = talk.seeds.policies.named("returns")
    for reason in _TROUBLES:
        words = policy.facts["reason"].choices[reason]
        if words is not None:
            action = f"begin:returns:{talk.state.order_no}:{reason}"
            talk.layout.buttons.append(Button(talk.voice.both(words), action=action))
