"""Go on after a payment code: it fails again, the bank sees nothing wrong, money has left, or they
say whose code it is.

It speaks only right behind the answer that told the code; what a code means is `payments.py`.
"""

from __future__ import annotations

from bot.answers.payments import answer_paid, explain_with, offer_other_way, pause_payment
from bot.cues import Cue
from bot.hearing import Act, ActKind
from bot.questions import asks_itself
from bot.slots import POINTING_CHARS, shop_numbers
from bot.talk import Talk
from bot.understanding.reading import Reading
from handoff.knowledge import Provider
from handoff.knowledge.payments import BANK_PROVIDERS

POLICY = "payment"
_STUCK = frozenset(
    {
        *("pay-page-stuck", "payment-failed", "pay-balance", "pay-card-details"),
        *("pay-password", "pay-limit"),
    }
)
"""The articles that tell what to try when a payment does not go through."""


def go_on_paying(talk: Talk, reading: Reading) -> bool:
    """Take a text as what became of the payment spoken of; False when it says nothing of that."""
    before = talk.plan.before
    spoken = before.code and before.ruled is not None and before.ruled.id.startswith(POLICY)
    stuck = before.article in _STUCK and talk.cue(Cue.FAILS_ON)
    named = reading.entities.payment_code or shop_numbers(reading)
    if not (spoken or stuck) or named or before.form is not None:
        return False
    if talk.cue(Cue.FAILS_ON):
        pause_payment(talk, before.code)
    elif talk.cue(Cue.CHARGED):
        answer_paid(talk, Act(ActKind.CHARGED, before.code))
    elif talk.cue(Cue.BANK_FINE):
        talk.answer_with(talk.voice.say("payment.bank_fine"), "tried.code", code=before.code)
        offer_other_way(talk)
        talk.form_text = not talk.upset
    elif spoken and _is_paid(talk, reading):
        talk.answer_with(talk.voice.say("payment.paid_now"), "tried.code", code=before.code)
        talk.offer("order")
    elif spoken and (provider := _whose(talk, reading)):
        explain_with(talk, before.code, provider)
    else:
        return False
    return talk.answered


def _is_paid(talk: Talk, reading: Reading) -> bool:
    """Whether a few words tell that it has been paid by now."""
    few = len(reading.normal) <= POINTING_CHARS and not talk.asks_about(reading)
    return few and talk.cue(Cue.PAID_NOW) and not talk.cue(Cue.NOT_PAID)


def _whose(talk: Talk, reading: Reading) -> Provider | None:
    """The one wallet or bank with that code that a few words name without asking anything."""
    normal, codes = reading.normal, talk.seeds.knowledge.codes
    if len(normal) > POINTING_CHARS or asks_itself(normal) or talk.cue(Cue.NOT_BY):
        return None
    if talk.seeds.cues.named_code(normal):
        return None
    named, code = codes.providers_in(reading.text), talk.plan.before.code
    if len(named) != 1 or not (codes.lookup(code, named[0]) or named[0] in BANK_PROVIDERS):
        return None
    return named[0]
