"""Ask for one slot of what is being arranged, with buttons for the answers.

Which slot is missing is decided in `arranging.py`; a slot whose answer is known is never asked for.
"""

from __future__ import annotations

from bot.forms import EVERYTHING, ITEM, NO, YES, Form
from bot.pieces import PIECE
from bot.talk import Talk
from handoff.policies import Fact, FactKind
from handoff.shop import Order
from handoff.words import Button

_DAYS_OFFERED = 4


def ask(talk: Talk, form: Form, slot: str, key: str) -> None:
    """Ask for one slot; the same question twice in a row is a miss and says so."""
    before = talk.plan.before.form
    again = before is not None and before.key == form.key and before.asks == slot
    again = again and not talk.said_nothing
    if again and talk.reading is not None and slot.startswith(PIECE):
        if not talk.noted:
            talk.tell("form.noted")
    elif again and talk.reading is not None and slot != "confirm" and not talk.noted:
        talk.missed = True
        talk.tell("form.again")
        if talk.state.misses:
            talk.offer_person()
    if key:
        talk.tell(key)
    talk.state = talk.state.changed(form=form)
    talk.count_known(slot)
    talk.asked = True
    now_ms = int(talk.voice.now.timestamp() * 1000)
    form = form.changed(asks=slot, at_ms=now_ms)
    talk.state = talk.state.changed(form=form, asks="", goal="")
    talk.said.append(talk.voice.say("tried.form", slot=slot, order_no=form.order_no))


def ask_item(talk: Talk, form: Form, order: Order) -> None:
    """Ask which item it is about."""
    ask(talk, form, ITEM, "form.item")
    for place, item in enumerate(order.items):
        form_button(talk, form, button_label(item.name), f"{ITEM}:{place}")
    form_button(talk, form, talk.voice.say("button.form.everything"), f"{ITEM}:{EVERYTHING}")


def ask_fact(talk: Talk, form: Form, fact: Fact) -> None:
    """Ask for a fact in the policy's own words, its choices as buttons."""
    assert fact.asked is not None
    ask(talk, form, fact.name, "")
    talk.layout.parts.append(talk.voice.both(fact.asked))
    if fact.kind is FactKind.FLAG:
        for answer in (YES, NO):
            form_button(
                talk, form, talk.voice.say(f"button.flag.{answer}"), f"{fact.name}:{answer}"
            )
    elif fact.kind is FactKind.DAY:
        _offer_days(talk, form, fact.name)
    for name, words in fact.choices.items():
        if words is not None:
            form_button(talk, form, button_label(talk.voice.both(words)), f"{fact.name}:{name}")


def _offer_days(talk: Talk, form: Form, slot: str) -> None:
    today = talk.voice.today
    for days in range(_DAYS_OFFERED):
        day = today.fromordinal(today.toordinal() - days)
        form_button(talk, form, talk.voice.day(day), f"{slot}:{day.isoformat()}")


def form_button(talk: Talk, form: Form, label: str, answer: str) -> None:
    """A button that answers the form."""
    talk.layout.buttons.append(Button(label, action=f"form:{form.key}:{answer}"))


def button_label(words: str) -> str:
    """Words as a label."""
    return f"{words[:1].upper()}{words[1:]}"[:48]
