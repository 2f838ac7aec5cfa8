"""Answers about failed payments: what a code means, who must act, and whether to pay again.

Whether and when to pay again is the verdict of `policies/payment.yaml`. What must not be revealed
(a lost card, a block) is already left out of the told meaning.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.articles import answer_from_articles
from bot.answers.telling import tell_article
from bot.answers.verdicts import keep, told_words
from bot.cues import Cue
from bot.hearing import Act, ActKind
from bot.reasons import CaseReason
from bot.talk import Talk
from bot.tone import numbered
from bot.understanding.reading import Intent
from handoff.knowledge import (
    CodeKind,
    NeedsHuman,
    OrderStatus,
    PaymentCode,
    Provider,
    Retry,
    same_advice,
)
from handoff.policies import FactValue, Outcome, Verdict, judge
from handoff.shop import Order
from handoff.words import Button

METHODS_ARTICLE = "payment-methods"
CODES_MAX = 3
TRIES_ENOUGH = 3
_CAREFUL = (
    *(Retry.CHECK_FIRST, Retry.NO, Retry.LATER, Retry.OTHER_METHOD, Retry.AFTER_FIX, Retry.NOW),
)
_ACTION_CHARS = 40
_SAYS_ALL = frozenset({"paid-already", "never-this-way", "tried-enough", "our-side"})
"""Rules whose words need no advice beside them."""
_BUSY = frozenset({CodeKind.SYSTEM, CodeKind.DECLINE})
"""Codes whose own advice is to wait, which the verdict says with a time."""
_OF_CARDS = frozenset({CodeKind.FUNDS, CodeKind.CARD, CodeKind.LIMIT, CodeKind.DECLINE})
_WHO = {
    CodeKind.FUNDS: "customer",
    CodeKind.CARD: "customer",
    CodeKind.LIMIT: "customer",
    CodeKind.AUTH: "customer",
    CodeKind.RISK: "bank",
    CodeKind.ACCOUNT: "bank",
    CodeKind.DECLINE: "bank",
    CodeKind.SYSTEM: "wallet",
    CodeKind.STATE: "customer",
    CodeKind.MERCHANT: "shop",
    CodeKind.REFUND: "shop",
}


def answer_payment(talk: Talk, text: str) -> None:
    """Explain each code, ask which wallet it is from, or find the right article."""
    codes = _codes(talk)
    order = talk.facts.shown.get(talk.state.order_no)
    failed = order is not None and order.status is OrderStatus.PAYMENT_FAILED
    if not codes and order is not None and failed and not talk.cue(Cue.CHARGED):
        explain_failed(talk, order)
    if not codes and not talk.answered:
        _without_code(talk, text)
    elif len(codes) > 1:
        _explain_several(talk, codes)
    elif codes:
        _explain_one(talk, codes[0])


def answer_paid(talk: Talk, act: Act) -> None:
    """A press under a code: which wallet it is from, or that a charge shows although it failed."""
    if act.kind is ActKind.WALLET:
        answer_payment(talk, "")
        return
    code = act.value
    rows = _rows(talk, code)
    if rows:
        talk.state = talk.state.changed(code=code)
        verdict = _judge(talk, rows[0], charged=True)
        talk.answer_with(told_words(talk, verdict), "tried.verdict", verdict=verdict.id)
        talk.hand = CaseReason.PAYMENT


def explain_failed(talk: Talk, order: Order) -> None:
    """Why the last attempt to pay an order failed, when it is known."""
    codes = [payment.code for payment in order.payments if payment.code and not payment.paid]
    if codes and talk.reading is not None and (rows := _rows(talk, codes[-1])):
        _explain(talk, min(rows, key=lambda row: _CAREFUL.index(row.retry)))


def explain_with(talk: Talk, code: str, provider: Provider) -> None:
    """A code just told, now that they say whose it is: what holds there too is said shortly."""
    own, voice = talk.seeds.knowledge.codes.lookup(code, provider), talk.voice
    if not own:
        _explain_card(talk, code)
        return
    row = own[0]
    if voice.both(row.told) not in talk.last_said:
        _explain(talk, row)
        return
    shown, action = talk.seeds.knowledge.codes.shown(provider), voice.both(row.action)
    text = voice.say("payment.holds", provider=voice.both(shown), code=code, action=action)
    talk.answer_with(text, "tried.code", code=code)
    _offer_paying(talk, row.retry)


def _explain_card(talk: Talk, code: str) -> None:
    """A brand of card has no such code of its own: what Stripe tells of cards holds for any card;
    what a wallet tells of its balance does not.
    """
    rows = talk.seeds.knowledge.codes.lookup(code)
    row = next((row for row in rows if row.provider is Provider.STRIPE), None)
    if row is not None and row.kind in _OF_CARDS and same_advice(rows):
        action = talk.voice.both(row.action)
        talk.answer_with(talk.voice.say("payment.any_card", action=action), "tried.code", code=code)
        _offer_paying(talk, row.retry)


def pause_payment(talk: Talk, code: str) -> None:
    """It has failed once too often: nobody has to try on, a person looks at it."""
    rows = _rows(talk, code) if code else ()
    verdict = _judge(talk, rows[0] if rows else None, tries=TRIES_ENOUGH)
    talk.answer_with(told_words(talk, verdict), "tried.verdict", verdict=verdict.id)
    talk.hand = CaseReason.PAYMENT


def offer_other_way(talk: Talk) -> None:
    """The button to the other ways to pay."""
    if talk.article(METHODS_ARTICLE) is not None:
        talk.offer(f"article:{METHODS_ARTICLE}", "other_method")


def _explain_one(talk: Talk, code: str) -> None:
    rows = _rows(talk, code)
    if not rows:
        _unknown(talk, code)
    elif len(rows) > 1 and not same_advice(rows):
        _ask_wallet(talk, code, rows)
    else:
        _explain(talk, rows[0])
        _tell_paid(talk)
        talk.offer("menu")


def _explain_several(talk: Talk, codes: Sequence[str]) -> None:
    """Each code in the order it was named; of several readings the most careful one counts."""
    before, told = talk.layout.parts, []
    for code in codes[:CODES_MAX]:
        talk.layout.parts = []
        rows = _rows(talk, code)
        if rows:
            _explain(talk, min(rows, key=lambda row: _CAREFUL.index(row.retry)))
        else:
            _unknown(talk, code)
        told.append("\n".join(talk.layout.parts))
    talk.layout.parts = [*before, *numbered(list(dict.fromkeys(told)))]
    _tell_paid(talk)
    talk.offer("menu")


def _codes(talk: Talk) -> tuple[str, ...]:
    reading = talk.reading
    if reading is not None and reading.entities.payment_code:
        return reading.entities.payment_code
    if reading is None or talk.plan.before.asks == "wallet":
        named = talk.state.code
    else:
        named = talk.seeds.cues.named_code(reading.normal)
    return (named,) if named else ()


def _rows(talk: Talk, code: str) -> Sequence[PaymentCode]:
    codes = talk.seeds.knowledge.codes
    if talk.state.wallet:
        rows = codes.lookup(code, talk.state.wallet)
        return [row for row in rows if row.provider == talk.state.wallet] or rows
    named = codes.providers_in(talk.reading.text) if talk.reading else []
    # A card brand beside a wallet's own code narrows the choice to nothing; the code counts.
    return codes.lookup(code, named[0] if named else None) or codes.lookup(code)


def _explain(talk: Talk, row: PaymentCode) -> None:
    voice = talk.voice
    verdict = _judge(talk, row)
    lines = [voice.both(row.told)]
    if row.reveal:
        lines = [voice.say("payment.code", code=row.code, meaning=lines[0])]
        if row.kind in _WHO:
            lines.append(voice.say(f"payment.who.{_WHO[row.kind]}"))
    lines += _advice(talk, row, verdict)
    talk.answer_with("\n".join(lines), "tried.code", code=row.code)
    talk.state = talk.state.changed(asks="", goal="", wallet="", code=row.code)
    if row.needs_human is NeedsHuman.YES or verdict.outcome is Outcome.PERSON:
        talk.hand = CaseReason.PAYMENT
    elif row.needs_human is NeedsHuman.IF_REPEATED:
        talk.offer_person()
    _offer_paying(talk, row.retry)
    if row.retry is Retry.CHECK_FIRST and not talk.hand:
        talk.offer(f"charged:{row.code}"[:_ACTION_CHARS], "charged")


def _advice(talk: Talk, row: PaymentCode, verdict: Verdict) -> list[str]:
    """What to do: the code's own advice, and the verdict where it says when, or not at all."""
    action, told = talk.voice.both(row.action), told_words(talk, verdict)
    if verdict.rule in _SAYS_ALL or (verdict.due is not None and row.kind in _BUSY):
        return [told]
    return [action, told] if verdict.due is not None else [action]


def _judge(
    talk: Talk, row: PaymentCode | None, *, charged: bool | None = None, tries: int | None = None
) -> Verdict:
    order = _order(talk)
    payments = order.payments if order else ()
    known = sum(not payment.paid for payment in payments) if payments else None
    facts: dict[str, FactValue] = {
        **_coded(row),
        "paid": any(payment.paid for payment in payments) if payments else None,
        "tries": tries or known,
        "charged": charged,
    }
    now = talk.voice.now.astimezone(talk.voice.zone)
    verdict = judge(talk.seeds.policies.named("payment"), facts, now)
    keep(talk, verdict)
    return verdict


def _coded(row: PaymentCode | None) -> dict[str, FactValue]:
    """What a code tells the policy; nothing when no code was named."""
    if row is None:
        return {}
    return {"reveal": row.reveal, "kind": str(row.kind), "retry": str(row.retry)}


_PAY_AGAIN = frozenset({Retry.NOW, Retry.LATER, Retry.OTHER_METHOD, Retry.AFTER_FIX})
_PAY_OTHERWISE = frozenset({Retry.NOW, Retry.OTHER_METHOD, Retry.AFTER_FIX})


def _offer_paying(talk: Talk, retry: Retry) -> None:
    """The way to pay again, or otherwise, where that is what to do; never where money may have
    moved.
    """
    order = _order(talk)
    if order is not None and any(payment.paid for payment in order.payments):
        return
    if retry in _PAY_AGAIN and order is not None and order.pay_url:
        talk.layout.buttons.append(Button(talk.voice.say("button.pay_again"), url=order.pay_url))
    if retry in _PAY_OTHERWISE:
        offer_other_way(talk)


def _tell_paid(talk: Talk) -> None:
    order = _order(talk)
    verdict = talk.state.ruled
    said = verdict is not None and "paid-already" in verdict.id
    if order is not None and order.payments and not said:
        paid = any(payment.paid for payment in order.payments)
        key = "payment.order_paid" if paid else "payment.order_unpaid"
        talk.tell(key, order_no=order.no, total=order.total)


def _order(talk: Talk) -> Order | None:
    return talk.facts.shown.get(talk.state.order_no)


def _ask_wallet(talk: Talk, code: str, rows: Sequence[PaymentCode]) -> None:
    talk.state = talk.state.changed(code=code)
    again = talk.plan.before.asks == "wallet" and talk.plan.before.code == code
    talk.ask("wallet", Intent.PAYMENT_ERROR)
    talk.missed = again
    talk.tell("ask.wallet", code=code)
    for row in rows:
        shown = talk.voice.both(talk.seeds.knowledge.codes.shown(row.provider))
        talk.layout.buttons.append(Button(shown, action=f"wallet:{row.provider}"))


def _unknown(talk: Talk, code: str) -> None:
    talk.unknown = True
    text = talk.voice.say("payment.unknown_code", code=code)
    talk.answer_with(text, "tried.unknown_code", code=code)
    talk.state = talk.state.changed(asks="", goal="", code="", wallet="")
    talk.offer_person()


def _without_code(talk: Talk, text: str) -> None:
    if answer_from_articles(talk, text, Intent.PAYMENT_ERROR):
        _tell_paid(talk)
        return
    methods = talk.article(METHODS_ARTICLE)
    if methods is not None and talk.cue(Cue.PAYS_BY) and not talk.upset:
        tell_article(talk, methods)
        return
    talk.missed = talk.unknown = True
    talk.tell("ask.payment_code")
    talk.state = talk.state.changed(goal=Intent.PAYMENT_ERROR)
