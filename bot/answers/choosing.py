"""Take a choice that is made in words: a remedy among several, an order of a list.

A remedy is restated alone and waits for its yes, as whatever changes an order does.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.arranging import go_on
from bot.answers.articles import tells_of_fault
from bot.answers.asking import ask, form_button
from bot.answers.meant import only_names_goods, order_meant, pointed_at, points
from bot.answers.orders import answer_order
from bot.answers.restating import CHOSEN
from bot.answers.subjects import ask_back
from bot.answers.verdicts import judged_again
from bot.cues import Cue
from bot.forms import NO, REMEDY, YES, Form
from bot.formwords import order_in
from bot.hearing import ActKind
from bot.questions import asks_in_chinese, asks_itself, ends_as_question
from bot.slots import ORDER_INTENTS, list_open
from bot.talk import Talk
from bot.understanding.reading import Intent, Reading
from handoff.shop import Order

_NAME_CHARS = 24


def choose_remedy(talk: Talk, reading: Reading) -> bool:
    """Keep the one remedy that is named of those on offer; False when none or several are."""
    form = talk.state.form
    if (
        form is None
        or ends_as_question(reading.text)
        or asks_itself(reading.normal)
        or asks_in_chinese(reading.normal)
    ):
        return False
    named = talk.seeds.forms.remedies(reading.normal)
    if form.asks_piece and named and not talk.plan.has(ActKind.FILE):
        return note_remedy(talk, form, named[0])
    chosen = [name for name in _on_offer(talk, form) if name in named]
    if len(chosen) != 1 or form.choices == (chosen[0],):
        return False
    remedy = talk.voice.both(talk.seeds.policies.remedies[chosen[0]])
    talk.form_text = True
    talk.tell("form.chosen", order_no=form.order_no, remedy=remedy)
    told = {**form.told, REMEDY: chosen[0]}
    ask(talk, form.changed(choices=(chosen[0],), told=told), "confirm", "")
    form_button(talk, talk.state.form or form, talk.voice.say("button.form.yes"), YES)
    form_button(talk, talk.state.form or form, talk.voice.say("button.form.no"), NO)
    return True


def _on_offer(talk: Talk, form: Form) -> Sequence[str]:
    """The remedies the customer may choose between, one of them chosen already or not."""
    verdict = judged_again(talk, form.record) if form.ready else None
    return [name for name in verdict.remedies if name in CHOSEN] if verdict else ()


def note_remedy(talk: Talk, form: Form, name: str) -> bool:
    """A remedy that is named before it is on offer is kept for when it is."""
    words = talk.seeds.policies.remedies.get(name)
    if words is None or form.told.get(REMEDY) == name:
        return False
    talk.form_text = talk.noted = True
    talk.tell("form.remedy_noted", remedy=talk.voice.both(words))
    told = {**form.told, REMEDY: name}
    talk.state = talk.state.changed(form=form.changed(told=told))
    go_on(talk)
    return True


def choose_order(talk: Talk) -> bool:
    """ "That one" or a yes while a list of orders is open means one of them; False otherwise."""
    mine, before = talk.facts.mine, talk.plan.before
    number = pointed_at(talk)
    if number or (before.order_no and only_names_goods(talk)):
        _tell_meant(talk, number or order_meant(talk))
        return True
    fault = tells_of_fault(talk)  # "that other lamp broke" points at goods, not at an order
    if points(talk) and not (fault or mine or talk.facts.shown or before.form):
        _ask_which(talk)  # nobody can see which one it is
        return True
    if mine is None and not fault and before.asks == "order_no" and talk.cue(Cue.THAT_ONE):
        answer_order(talk, before.goal)  # nobody can see which one it is
        return True
    if mine is None or not (talk.plan.agrees or talk.cue(Cue.THAT_ONE) or _names(talk, mine)):
        return False
    form = talk.state.form
    if form is not None and not form.order_no:
        go_on(talk)
        return True
    if list_open(before):
        answer_order(talk, before.goal)
        return True
    return False


def _ask_which(talk: Talk) -> None:
    before = talk.plan.before
    if before.asks == "order_no" or before.goal in ORDER_INTENTS:
        answer_order(talk, before.goal)
    else:
        ask_back(talk, talk.reading.text if talk.reading else "", Intent.OUT_OF_SCOPE)


def _tell_meant(talk: Talk, number: str) -> None:
    """Another of their orders than the last one is meant: tell it, whatever was spoken of it."""
    goal, form = talk.plan.before.goal, talk.state.form
    if form is not None:
        talk.state = talk.state.changed(form=form.renumbered(number))
        go_on(talk)
        return
    talk.state = talk.state.changed(order_no=number)
    answer_order(talk, goal if goal in ORDER_INTENTS else Intent.ORDER_STATUS)


def _names(talk: Talk, mine: Sequence[Order]) -> bool:
    """Whether a few words are hardly more than the name of what was ordered."""
    reading = talk.reading
    few = reading is not None and len(reading.normal) <= _NAME_CHARS
    return few and reading is not None and order_in(reading.normal, mine) is not None
