"""Answers about failed payments: what a code means, who must act, and whether to pay again.

What must not be revealed (a lost card, a block) is already left out of the told meaning.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.articles import answer_from_articles
from bot.talk import Talk
from bot.understanding.reading import Intent
from handoff.knowledge import CodeKind, NeedsHuman, PaymentCode, Retry, same_advice
from handoff.shop import Order
from handoff.words import Button

METHODS_ARTICLE = "payment-methods"
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
    """Explain a code, ask which wallet it is from, or find the right article."""
    code = _code(talk)
    if not code:
        _without_code(talk, text)
        return
    rows = _rows(talk, code)
    if not rows:
        _unknown(talk, code)
    elif len(rows) > 1 and not same_advice(rows):
        _ask_wallet(talk, code, rows)
    else:
        _explain(talk, rows[0])


def _code(talk: Talk) -> str:
    reading = talk.reading
    if reading is None:
        return talk.state.code
    if reading.entities.payment_code:
        return reading.entities.payment_code[0]
    if talk.plan.before.asks == "wallet":
        return talk.state.code
    return talk.seeds.cues.named_code(reading.normal)


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
    lines = [voice.both(row.told)]
    if row.reveal:
        lines = [voice.say("payment.code", code=row.code, meaning=lines[0])]
        if row.kind in _WHO:
            lines.append(voice.say(f"payment.who.{_WHO[row.kind]}"))
    lines.append(voice.both(row.action))
    if row.retry in (Retry.CHECK_FIRST, Retry.LATER, Retry.NO):
        lines.append(voice.say(f"payment.retry.{row.retry}"))
    talk.answer_with("\n".join(lines), "tried.code", code=row.code)
    _tell_paid(talk)
    talk.state = talk.state.changed(asks="", goal="", wallet="", code=row.code)
    if row.needs_human is NeedsHuman.YES:
        talk.hand = "payment"
    elif row.needs_human is NeedsHuman.IF_REPEATED:
        talk.offer_person()
    _offer_paying(talk, row.retry)
    talk.offer("menu")


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
    if retry in _PAY_OTHERWISE and talk.article(METHODS_ARTICLE) is not None:
        talk.offer(f"article:{METHODS_ARTICLE}", "other_method")


def _tell_paid(talk: Talk) -> None:
    order = _order(talk)
    if order is not None and order.payments:
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
    talk.missed = talk.unknown = True
    talk.tell("ask.payment_code")
    talk.state = talk.state.changed(goal=Intent.PAYMENT_ERROR)
