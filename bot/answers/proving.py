"""Answer what is asked about the proof we ask for: why, which number is meant, and what to do
without it.

The slot stays asked for. Whether digits prove an order is settled by the house, not here.
"""

from __future__ import annotations

from bot.cues import Cue
from bot.slots import ORDER_INTENTS, PROOFS, gives_slot, shop_numbers
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
_AS_READ = ORDER_INTENTS | {
    *(Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE, Intent.COMPLAINT, Intent.HUMAN_REQUEST),
    *(Intent.PRODUCT_QUESTION, Intent.RETURN_REFUND_POLICY, Intent.ADDRESS_CHANGE),
}
"""As which words about the proof may be read."""


def explain_proof(talk: Talk, reading: Reading) -> bool:
    """Take a text as one about the number or the digits asked for last; False for all others."""
    before = talk.plan.before
    slot = before.asks
    short = len(reading.normal) <= _SHORT_CHARS and reading.intent in _AS_READ
    if slot not in PROOFS or not short or (reading.asks_person and not reading.entities.phone):
        return False
    if shop_numbers(reading) or gives_slot(before, talk.state, reading):
        return False
    typed = slot == "order_no" and bool(reading.entities.phone)
    said = (key for (cue, of), key in _EXPLAINED.items() if of == slot and talk.cue(cue))
    key = "ask.phone_typed" if typed else next(said, "")
    if not key:
        return False
    talk.tell(key)
    talk.form_text = typed and not talk.upset  # "my phone is ..." asks for nobody
    talk.ask(slot, before.goal)
    talk.layout.ask_contact = talk.voice.say("button.share")
    return True
