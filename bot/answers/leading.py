"""Lead on from an article: who asked how something is done, and then names an order, wants it done.

An article that tells of something we arrange is remembered with its policy until the next reply; a
bare number, four digits or a shared phone behind it begins that policy for the order.
"""

from __future__ import annotations

from msgspec.structs import replace

from bot.answers.forming import begin, trouble_in
from bot.slots import only_names_an_order, shop_numbers
from bot.talk import Talk
from bot.understanding.reading import Intent, Reading
from handoff.conversation import Holder
from handoff.text import normalise

_BARE_CHARS = 28
_NUMBERED = frozenset(
    {
        *(Intent.ORDER_STATUS, Intent.LOGISTICS_TRACKING, Intent.REFUND_STATUS),
        *(Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE, Intent.PRODUCT_QUESTION),
    }
)
"""As which a bare number may be read."""


def forget_lead(talk: Talk) -> None:
    """A lead holds for one answer; this turn may set the next."""
    talk.state = talk.state.changed(lead="")


def follow_lead(talk: Talk, reading: Reading) -> bool:
    """Begin what the last article told of, for the order that is named now; False otherwise."""
    if not (talk.plan.before.lead and _only_a_number(reading)):
        return False
    return lead_on(talk)


def lead_on(talk: Talk) -> bool:
    """Begin what the last article told of; False when it told of nothing we arrange."""
    policy = talk.plan.before.lead
    free = talk.state.form is None and talk.plan.turn.holder is Holder.BOT
    if not (policy and free):
        return False
    begin(talk, policy, told=_matter(talk))
    return True


def lead_from(talk: Talk, reading: Reading, intent: Intent) -> None:
    """An order is asked for because something went wrong with it: remember what."""
    if talk.asked and talk.state.form is None:
        talk.state = talk.state.changed(lead=trouble_in(talk, reading, intent))


def _only_a_number(reading: Reading) -> bool:
    bare = len(reading.normal) <= _BARE_CHARS and not reading.text.rstrip().endswith(("?", "？"))
    loose = reading.intent in _NUMBERED and bool(shop_numbers(reading))
    return bare and (loose or only_names_an_order(reading))


def _matter(talk: Talk) -> Reading | None:
    """What they said it is about, read for answers once more: nobody has to say it twice."""
    matter, reading = talk.plan.before.matter, talk.reading
    if not matter or reading is None:
        return reading
    return replace(reading, text=matter, normal=normalise(matter))
