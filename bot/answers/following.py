"""Follow up what was started at the shop: what comes next and when, news on the way, the end.

Where an answer was promised for a time, the customer hears how it stands at times that are named
before, until that time has come; then a person sees to it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from bot.answers.parcels import tell_parcels
from bot.answers.states import tell_order
from bot.answers.verdicts import judged_again
from bot.forms import SENT_BACK, Done, Form
from bot.hearing import ARRANGED_TIMER
from bot.reasons import CaseReason
from bot.talk import Talk
from handoff.case import Resolution
from handoff.shop import Order

_ANSWERED_LATER = frozenset({"address_change", "parcel_trouble", "late_dispatch"})
"""What ends with news for the customer at the time that is named."""
_TOLD_MEANWHILE = frozenset({"parcel_trouble", "late_dispatch"})
"""What is told of on the way, too: waiting without a word is the worst of it."""
_EARLY_MS = 60_000


def tell_next_step(talk: Talk, form: Form, number: str) -> None:
    """What happens next, with its date, as the verdict named it."""
    verdict = judged_again(talk, form.record)
    if verdict is None:
        return
    talk.timed = True
    if form.policy in SENT_BACK and verdict.last_day is not None:
        when = talk.voice.day(verdict.last_day)
        talk.tell("form.next.send", when=when, number=number)
    elif verdict.due is not None:
        talk.tell(f"form.next.{form.policy}", when=talk.voice.when(verdict.due))
        if form.policy in _ANSWERED_LATER:
            _follow(talk, form.key, _ms(verdict.due))


def _follow(talk: Talk, key: str, due_ms: int) -> None:
    """Remember by when they hear from us, and what they know by now."""
    done = next(one for one in talk.state.done if one.key == key)
    done = replace(done, due_ms=due_ms, seen_ms=_last_scan_ms(talk, done.order_no))
    _keep(talk, done)
    _look_again(talk, done)


def _look_again(talk: Talk, done: Done) -> None:
    """Set the next time, and name it when it is earlier than the answer's own."""
    due = datetime.fromtimestamp(done.due_ms / 1000, UTC)
    again = due
    if done.policy in _TOLD_MEANWHILE:
        again = talk.seeds.hours.next_news(talk.voice.now, due)
    talk.timers[f"{ARRANGED_TIMER}:{done.key}"] = _ms(again)
    if again < due:
        talk.tell("news.next", when=talk.voice.when(again))


def follow_on(talk: Talk) -> None:
    """A person has given the conversation back: what is not due yet is followed as before, and
    what came due meanwhile is kept, unless they have just solved the matter of that order.
    """
    solved = _orders_of_case(talk) if talk.state.resolution == Resolution.SOLVED else set()
    for done in talk.state.done:
        if done.due_ms > _ms(talk.voice.now):
            _look_again(talk, done)
        elif done.due_ms and done.order_no in solved:
            _keep(talk, replace(done, due_ms=0))
        elif done.due_ms:
            keep_word(talk, done.key)


def follow_unheard(talk: Talk) -> None:
    """The same when nobody is there to hear it, so that nothing is said in this turn: what the
    person had in hand and came due ended with their case; all else keeps its time, and what is
    late by now comes up in a turn of its own, which brings a person.
    """
    seen = _orders_of_case(talk)
    for done in talk.state.done:
        if done.due_ms > _ms(talk.voice.now) or (done.due_ms and done.order_no not in seen):
            talk.timers[f"{ARRANGED_TIMER}:{done.key}"] = max(done.due_ms, _ms(talk.voice.now))
        elif done.due_ms:
            _keep(talk, replace(done, due_ms=0))


def _orders_of_case(talk: Talk) -> set[str]:
    """The orders that the packet of the case just closed was about."""
    packet = talk.plan.before.packet
    return {fact.value for fact in packet.order} if packet else set()


def keep_word(talk: Talk, key: str) -> None:
    """A named time has come: tell how it stands; when it was the last, a person sees to it."""
    done = next((one for one in talk.state.done if one.key == key), None)
    if done is None:
        return
    talk.answered = True
    if done.due_ms > _ms(talk.voice.now) + _EARLY_MS:
        _tell_news(talk, done)
        return
    _keep(talk, replace(done, due_ms=0))
    talk.tell("form.due", order_no=done.order_no, number=done.number)
    talk.hand = CaseReason.ACT_DUE


def _tell_news(talk: Talk, done: Done) -> None:
    """What is new, or honestly that nothing is, and when they hear again."""
    talk.timed = True
    talk.tell("news.opening", order_no=done.order_no, number=done.number)
    order = talk.facts.shown.get(done.order_no)
    scanned_ms = _last_scan_ms(talk, done.order_no)
    if order is not None and done.policy == "late_dispatch":
        tell_order(talk, order)
    elif order is not None and scanned_ms > done.seen_ms:
        tell_parcels(talk, order)
        _keep(talk, replace(done, seen_ms=scanned_ms))
    elif done.seen_ms:
        at = datetime.fromtimestamp(done.seen_ms / 1000, UTC)
        talk.tell("news.same", when=talk.voice.when(at))
    else:
        talk.tell("news.open")
    due = datetime.fromtimestamp(done.due_ms / 1000, UTC)
    talk.tell(f"form.next.{done.policy}", when=talk.voice.when(due))
    _look_again(talk, done)
    if done.policy == "parcel_trouble":
        talk.offer(f"arrived:{done.key}", "arrived")


def tell_arrived(talk: Talk, key: str) -> None:
    """The parcel has turned up: nothing more is looked at, and nobody writes about it again."""
    done = next((one for one in talk.state.done if one.key == key), None)
    talk.answered = True
    if done is None:
        talk.tell("form.outdated")
        return
    _keep(talk, replace(done, due_ms=0))
    talk.timers[f"{ARRANGED_TIMER}:{key}"] = 0
    talk.answer_with(
        talk.voice.say("news.arrived", order_no=done.order_no),
        "tried.arrived",
        order_no=done.order_no,
    )


def _keep(talk: Talk, done: Done) -> None:
    kept = tuple(done if one.key == done.key else one for one in talk.state.done)
    talk.state = talk.state.changed(done=kept)


def _last_scan_ms(talk: Talk, order_no: str) -> int:
    """When a parcel of the order was seen last; 0 when nobody can tell."""
    order: Order | None = talk.facts.shown.get(order_no)
    found = [talk.facts.parcels.get(one.tracking_no) for one in order.waybills] if order else []
    return max((_ms(one.events[0].at) for one in found if one and one.events), default=0)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
