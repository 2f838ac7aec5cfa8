"""Take a choice that is made in words: a remedy among several, an order of a list.

A remedy is restated alone and waits for its yes, as whatever changes an order does.
"""

from __future__ import annotations

from bot.answers.arranging import go_on
from bot.answers.asking import ask, form_button
from bot.answers.orders import answer_order
from bot.cues import Cue
from bot.forms import NO, YES
from bot.slots import list_open
from bot.talk import Talk
from bot.understanding.reading import Reading


def choose_remedy(talk: Talk, reading: Reading) -> bool:
    """Keep the one remedy that is named of those on offer; False when none or several are."""
    form = talk.state.form
    if form is None or len(form.choices) < 2 or reading.text.rstrip().endswith(("?", "？")):
        return False
    named = talk.seeds.forms.remedies(reading.normal)
    chosen = [name for name in form.choices if name in named]
    if len(chosen) != 1:
        return False
    remedy = talk.voice.both(talk.seeds.policies.remedies[chosen[0]])
    talk.form_text = True
    talk.tell("form.chosen", order_no=form.order_no, remedy=remedy)
    ask(talk, form.changed(choices=(chosen[0],)), "confirm", "")
    form_button(talk, talk.state.form or form, talk.voice.say("button.form.yes"), YES)
    form_button(talk, talk.state.form or form, talk.voice.say("button.form.no"), NO)
    return True


def choose_order(talk: Talk) -> bool:
    """ "That one" or a yes while a list of orders is open means one of them; False otherwise."""
    if talk.facts.mine is None or not (talk.plan.agrees or talk.cue(Cue.THAT_ONE)):
        return False
    form = talk.state.form
    if form is not None and not form.order_no:
        go_on(talk)
        return True
    if list_open(talk.plan.before):
        answer_order(talk, talk.plan.before.goal)
        return True
    return False
