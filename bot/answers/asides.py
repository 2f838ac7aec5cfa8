"""Answer an aside: "hmm", "one sec", "really?", "and then?". By itself it says nothing, so what was
told last is what it is about.
"""

from __future__ import annotations

from bot.answers.arranging import go_on
from bot.answers.behind import spoken_of
from bot.answers.orders import answer_order
from bot.talk import Talk
from bot.understanding.asides import Aside
from bot.understanding.reading import Intent
from handoff.conversation import Holder


def answer_aside(talk: Talk) -> bool:
    """Answer a text that is an aside and no more; False when nothing is known to say to it."""
    aside = talk.plan.aside
    if aside is None or talk.plan.turn.holder is not Holder.BOT:
        return False
    talk.said_nothing = True
    talk.said_nothing = _ANSWERS.get(aside, _let_be)(talk)
    return talk.said_nothing


def _let_be(talk: Talk) -> bool:
    """Who hums or goes to look is waited for; a hum is no answer to a question of ours."""
    before, form = talk.plan.before, talk.state.form
    asked = form is not None and form.asks_answer
    hums = talk.plan.aside is Aside.HUMS
    if not before.recent or (hums and (asked or before.misses)):
        return False
    awaited = before.asks or asked or (form is not None and form.asks_piece)
    talk.light = True
    talk.tell("courtesy.waiting" if awaited else "courtesy.agreed")
    if form is not None and not before.asks:
        talk.offer(f"form:{form.key}:go", "form.go_on")
    return True


def _reassure(talk: Talk) -> bool:
    """Who doubts what was told hears that it is so, and that a person may look at it."""
    form = talk.state.form
    restated = form is not None and form.ready
    if not (restated or _told_of_order(talk) or spoken_of(talk)):
        return _let_be(talk)
    talk.tell("aside.is_so")
    talk.answered = True
    talk.offer_person()
    return True


def _told_of_order(talk: Talk) -> bool:
    before = talk.plan.before
    return before.order_no in before.proven and before.order_no in talk.last_said


def _tell_next(talk: Talk) -> bool:
    """What comes next: of what is being arranged, of the order or the article told last."""
    if talk.state.form is not None:
        go_on(talk)
        return True
    if talk.plan.before.asks:
        return False
    if talk.facts.shown.get(talk.state.order_no):
        answer_order(talk, Intent.ORDER_STATUS)
        return True
    told = [article.text(talk.voice.language) for article in spoken_of(talk)[:1]]
    for words in told:
        title = talk.voice.text(words.title)
        talk.answer_with(talk.voice.text(words.next_step), "tried.article", title=title)
    return bool(told)


_ANSWERS = {Aside.DOUBTS: _reassure, Aside.ASKS_ON: _tell_next}
