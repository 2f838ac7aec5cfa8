"""Arrange something at the shop with the customer: ask what is missing, judge, restate, start.

One question at a time, and none whose answer is known. What the shop was asked to do was settled
when the turn was planned (`bot/filling.py`); here is only said what became of it.
"""

from __future__ import annotations

from bot.answers.asking import ask, ask_fact, ask_item
from bot.answers.diverting import GOALS, redirected, turns_aside
from bot.answers.following import tell_next_step
from bot.answers.orders import answer_order, settle_order
from bot.answers.restating import goods_told, restate, told_before
from bot.answers.showing import (
    ask_piece,
    missing_pieces,
    thank_for_piece,
)
from bot.answers.states import proven, tell_order
from bot.answers.subjects import ask_back
from bot.answers.verdicts import (
    Matter,
    in_hand,
    judged_again,
    keep,
    matter_of,
    rule,
    told_words,
)
from bot.filling import Move
from bot.forms import ITEM, ITEMISED, NEW_ADDRESS, NO, REMEDY, SENT_BACK, VARIANT, Done, Form
from bot.hearing import Act, ActKind
from bot.parts import parts_said
from bot.pieces import PIECES
from bot.questions import asks_itself, without_nod
from bot.reasons import CaseReason
from bot.slots import ORDER_INTENTS, PROOFS
from bot.talk import Talk
from bot.understanding.reading import Intent, Reading
from handoff.knowledge import PACKING, RECEIVED, UNPAID
from handoff.policies import Outcome, Verdict
from handoff.shop import Order
from handoff.text import normalise

DONE_MAX = 6
_BEGUN_BY = {
    "cancel_free": "cancel",
    "exchange": "exchange",
    "exchange_other": "exchange",
}
"""Remedies that are arranged in the chat as well."""
_VARIED = frozenset({"size_colour", "other_item"})
_FORMED = frozenset({ActKind.BEGIN, ActKind.FORM})
OPENS = _FORMED | {ActKind.ORDER, ActKind.PHONE}
"""Acts that are about an order, or about what is arranged for one."""


def settle_form(talk: Talk) -> bool:
    """Answer what happened to the form by a press, a yes or a no; False when it simply goes on."""
    move = talk.plan.move
    talk.form_text = move is not Move.NONE and talk.plan.agrees is not None
    if move is Move.AGREED:
        _started(talk)
    elif move is Move.DECLINED:
        dropped = talk.plan.before.form
        talk.state = talk.state.changed(form=None, dropped=dropped, asks="", goal="")
        talk.tell("form.dropped")
        talk.answered = True
        talk.offer("menu")
    elif move is Move.REPEATED:
        _again(talk)
    elif move is Move.OUTDATED:
        talk.tell("form.outdated")
        talk.light = True
        talk.offer("menu")
    else:
        return False
    return True


def only_settles(talk: Talk, reading: Reading) -> bool:
    """Whether the text was the yes or the no itself, with no more than a courtesy beside it."""
    polite = talk.plan.agrees is not None and reading.intents == (Intent.GREETING_THANKS,)
    return talk.plan.remark or polite or reading.takes_back


def keep_open(talk: Talk) -> None:
    """What is being arranged waits while something else is answered; one press takes it up."""
    form = talk.state.form
    listed = any(button.action.startswith("begin:") for button in talk.layout.buttons)
    if form is not None and talk.answered and not (talk.asked or talk.hand or listed):
        talk.offer(f"form:{form.key}:go", "form.go_on")


def open_order(talk: Talk, act: Act) -> None:
    """A form was pressed, an order opened or a phone shared: for what is being arranged, or to be
    told of the order.
    """
    if act.kind in _FORMED:
        if talk.plan.move is Move.GOES_ON:
            go_on(talk)
        return
    goal = act.value.partition(":")[0]
    if act.kind is ActKind.PHONE:
        talk.tell("phone.bound")
        goal = talk.plan.before.goal or Intent.ORDER_STATUS
    waits = talk.plan.before.asks in PROOFS or goal not in ORDER_INTENTS
    if talk.state.form is not None and waits:
        go_on(talk)
    else:
        answer_order(talk, goal)


def take_up_dropped(talk: Talk) -> bool:
    """Who says yes right after a no meets what was put aside once more, restated."""
    dropped = talk.plan.before.dropped
    if dropped is None or not (talk.plan.remark and talk.plan.agrees):
        return False
    talk.state = talk.state.changed(form=dropped.changed(record="", choices=(), asks=""))
    go_on(talk)
    return True


def doubt_yes(talk: Talk) -> None:
    """What was not understood may have been a correction: the next yes meets it restated again."""
    form = talk.state.form
    if form is not None and form.ready and talk.missed:
        form = form.changed(record="", choices=(), asks="")
        talk.state = talk.state.changed(form=form)


def tell_again(talk: Talk) -> bool:
    """Who asks when it is settled or what it costs, while a piece of it or a yes is awaited, hears
    the verdict once more; False when there is none, or it would not tell.
    """
    form, ruled = talk.state.form, talk.state.ruled
    sent_back = form is not None and form.policy in SENT_BACK and form.ready
    if form is None or ruled is None or sent_back or not (form.asks_piece or form.ready):
        return False
    verdict = judged_again(talk, ruled.record)
    told = verdict is not None and (verdict.due or verdict.last_day or form.policy == "cancel")
    if verdict is None or not told:
        return False
    talk.answer_with(told_words(talk, verdict), "tried.verdict", verdict=verdict.id)
    return True


def ask_again(talk: Talk, text: str, intent: Intent) -> None:
    """Who asks what comes next hears once more what waits for a yes; else one clear question is
    asked back.
    """
    form = talk.state.form
    if form is not None and form.ready and asks_itself(without_nod(normalise(text))):
        go_on(talk)
    else:
        ask_back(talk, text, intent)


def go_on(talk: Talk) -> None:
    """Take the next step of the form: one question, the verdict, or the restating."""
    form = talk.state.form
    assert form is not None
    goal = GOALS[form.policy]
    if form.order_no:
        talk.state = talk.state.changed(order_no=form.order_no)
    order = settle_order(talk, goal, action=f"begin:{form.policy}")
    if order is None:
        return
    proven(talk, order)
    if form.where:
        tell_order(talk, order)
    form = form.changed(order_no=order.no, where=False)
    form = _with_item(talk, redirected(form, order), order)
    done = _done(talk, form)
    if turns_aside(talk, form, order):
        return
    if done is not None:
        _tell_number(talk, done)
        talk.state = talk.state.changed(form=None)
    elif _lacks_item(form, order):
        ask_item(talk, form, order)
    else:
        _judge(talk, matter_of(talk, order, form))


def _with_item(talk: Talk, form: Form, order: Order) -> Form:
    """The goods they named when they said what it is about are not asked for, and nothing else is
    called off.
    """
    matter, words = normalise(talk.state.matter), talk.seeds.forms
    fresh = form.policy == "cancel" and not (form.asks or form.told or words.whole_order(matter))
    if not (fresh or _lacks_item(form, order)) or form.asks == ITEM:
        return form
    said = parts_said(matter, order.items, words)
    return form.changed(told={**form.told, ITEM: said}) if said else form


def _lacks_item(form: Form, order: Order) -> bool:
    several = len(order.items) > 1 and (order.status in RECEIVED or in_hand(form, order))
    return form.policy in ITEMISED and several and ITEM not in form.told


def _done(talk: Talk, form: Form) -> Done | None:
    """Whether the same was started before, by this form or an earlier one."""
    if form.policy in ITEMISED:
        return None
    same = (one for one in talk.state.done if one.order_no == form.order_no)
    return next((one for one in same if one.policy == form.policy), None)


def _judge(talk: Talk, matter: Matter) -> None:
    verdict = rule(matter)
    form = matter.form
    if verdict.outcome is Outcome.ASKS:
        policy = talk.seeds.policies.named(form.policy)
        ask_fact(talk, form, policy.facts[verdict.asks])
        return
    keep(talk, verdict)
    if verdict.outcome is Outcome.GRANTED:
        _grant(talk, matter, verdict)
    else:
        _refuse(talk, matter, verdict)


def _grant(talk: Talk, matter: Matter, verdict: Verdict) -> None:
    """Ask for what only the customer has, in words or pictures; then restate it."""
    form = matter.form
    thank_for_piece(talk, form)
    missing = missing_pieces(talk, form, verdict)
    if unwritten := _unwritten(form, verdict):
        talk.layout.parts.append(told_words(talk, verdict))
        ask(talk, form, unwritten, f"form.{unwritten}")
    elif missing and form.told.get(PIECES) != NO:
        if not told_before(talk, form):
            talk.layout.parts.append(told_words(talk, verdict))
        ask_piece(talk, form, verdict, missing)
    else:
        restate(talk, matter, verdict)


def _unwritten(form: Form, verdict: Verdict) -> str:
    """What the customer still has to write in their own words."""
    if NEW_ADDRESS in verdict.materials and NEW_ADDRESS not in form.told:
        return NEW_ADDRESS
    varied = form.policy == "exchange" and form.told.get("reason") in _VARIED
    return VARIANT if varied and VARIANT not in form.told else ""


def _refuse(talk: Talk, matter: Matter, verdict: Verdict) -> None:
    """Not this way, not yet, or by a person: say so with what there is instead."""
    order_no = matter.order.no
    if matter.form.policy == "cancel" and matter.items != matter.order.items:
        talk.tell("form.part", order_no=order_no, items=goods_told(talk, matter))
    if matter.form.policy in ("parcel_trouble", "late_dispatch"):
        tell_order(talk, matter.order, whole=False)
    talk.answer_with(told_words(talk, verdict), "tried.verdict", verdict=verdict.id)
    if verdict.outcome is Outcome.PERSON:
        talk.state = talk.state.changed(form=matter.form)
        talk.hand = CaseReason.VERDICT
        return
    talk.state = talk.state.changed(form=None)
    unsent = matter.order.status in PACKING | UNPAID
    for remedy in verdict.remedies:
        policy = _BEGUN_BY.get(remedy)
        if policy and policy != matter.form.policy and (unsent or policy != "cancel"):
            talk.offer(f"begin:{policy}:{order_no}", f"begin.{policy}")
    if matter.form.policy == "cancel" and matter.order.status in RECEIVED:
        talk.offer(f"begin:returns:{order_no}", "begin.returns")


def _started(talk: Talk) -> None:
    """The customer said yes: tell what the shop made of it."""
    form, receipt = talk.state.form, talk.facts.receipt
    assert form is not None
    if "acts" in talk.facts.missing:
        _away(talk, form)
        return
    if receipt is None:
        talk.tell("form.changed", order_no=form.order_no)
        talk.state = talk.state.changed(form=form.changed(record="", choices=(), asks=""))
        go_on(talk)
        return
    done = Done(form.key, form.policy, form.order_no, receipt.number)
    kept = (one for one in talk.state.done if one.key != form.key)
    talk.state = talk.state.changed(
        form=None, done=(*kept, done)[-DONE_MAX:], asks="", goal="", misses=0
    )
    talk.started = True
    slots = {"order_no": form.order_no, "number": receipt.number}
    text = talk.voice.say(f"form.started.{form.policy}", **slots)
    talk.answer_with(text, f"tried.started.{form.policy}", **slots)
    if remedy := talk.seeds.policies.remedies.get(form.told.get(REMEDY) or "".join(form.choices)):
        talk.tell("form.started.remedy", remedy=talk.voice.both(remedy))
    tell_next_step(talk, form, receipt.number)
    talk.offer("menu")
    if not (talk.upset or talk.state.closed):
        talk.state = talk.state.changed(closed=True)
        talk.layout.closers.append(talk.voice.say("courtesy.anything_else"))


def _away(talk: Talk, form: Form) -> None:
    """Nobody knows whether it was started: a person sees it through, under the same operation."""
    talk.answered = True
    talk.tell("form.away")
    talk.note("tried.away", order_no=form.order_no)
    talk.hand = CaseReason.ACT_AWAY


def _again(talk: Talk) -> None:
    key = talk.plan.form_key
    done = next(one for one in talk.state.done if one.key == key)
    _tell_number(talk, done)


def _tell_number(talk: Talk, done: Done) -> None:
    talk.tell("form.already", order_no=done.order_no, number=done.number)
    talk.answered = True
    talk.offer("menu")
