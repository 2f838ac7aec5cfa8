"""Answer what is asked about the proof we ask for: why, which number is meant, and what to do
without it.

The slot stays asked for. Whether digits prove an order is settled by the house, not here.
"""

from __future__ import annotations

from bot.answers.telling import asks_number
from bot.cues import Cue
from bot.slots import ORDER_INTENTS, PROOFS, gives_slot, only_a_phone, shop_numbers
from bot.talk import Talk
from bot.understanding.reading import Intent, Reading

_EXPLAINED = {
    (Cue.WHY_PROOF, "order_no"): "ask.why_order_no",
    (Cue.WHY_PROOF, "phone_tail"): "ask.why_phone",
    (Cue.OTHERS_ORDER, "order_no"): "ask.others_order_no",
    (Cue.OTHERS_ORDER, "phone_tail"): "ask.others_phone",
    (Cue.NO_NUMBER, "order_no"): "ask.share_instead",
    (Cue.NO_NUMBER, "phone_tail"): "ask.phone_forgotten",
}
"""By what is said of a slot that was asked for, and the slot."""
_SHORT_CHARS = 60
"""Who says more speaks of a matter of their own."""
_KNOWN_BY_CHARS = 20
_AS_READ = ORDER_INTENTS | {
    *(Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE, Intent.COMPLAINT, Intent.HUMAN_REQUEST),
    *(Intent.PRODUCT_QUESTION, Intent.RETURN_REFUND_POLICY, Intent.ADDRESS_CHANGE),
}
"""As which words about the proof may be read."""


def explain_proof(talk: Talk, reading: Reading) -> bool:
    """Take a text as one about the number or the digits asked for last; False for all others."""
    before = talk.plan.before
    slot = before.asks or _asked_by_article(talk)
    typed = slot in PROOFS and only_a_phone(reading)
    talk.form_text = talk.form_text or typed  # "my phone is ..." asks for nobody
    if slot not in PROOFS or shop_numbers(reading) or gives_slot(before, talk.state, reading):
        return False
    key = "ask.phone_typed" if typed else _explained(talk, reading, slot)
    if not key:
        return False
    talk.tell(key)
    talk.ask(slot, before.goal or Intent.ORDER_STATUS)
    talk.layout.ask_contact = talk.voice.say("button.share")
    return True


def _explained(talk: Talk, reading: Reading, slot: str) -> str:
    """What answers a few words about a slot; empty when they are about something else."""
    if len(reading.normal) > _SHORT_CHARS or reading.intent not in _AS_READ or reading.asks_person:
        return ""
    said = (key for (cue, of), key in _EXPLAINED.items() if of == slot and talk.cue(cue))
    return next(said, "")


def _asked_by_article(talk: Talk) -> str:
    """The slot that an article asks for in the last answer, if any."""
    before = talk.plan.before
    article = talk.article(before.article)
    if article is None:
        return ""
    words = article.text(talk.voice.language)
    last = talk.voice.text(words.answer)[:_KNOWN_BY_CHARS] in talk.last_said
    return "order_no" if last and asks_number(talk, words.next_step) else ""
