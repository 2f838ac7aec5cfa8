"""Read a form out of what a customer writes: what is to be arranged, and the answers on the way.

A text may answer what was asked, correct what was told, or speak of something else: then the form
waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.answers.arranging import go_on, tell_again
from bot.answers.choosing import note_remedy
from bot.answers.correcting import corrected_address, takes_back_detail, without_answer
from bot.answers.diverting import GOALS
from bot.answers.finding import GENERAL, find_article
from bot.answers.meant import order_meant
from bot.answers.showing import shows_piece
from bot.cues import Cue
from bot.days import day_in
from bot.filling import new_form
from bot.forms import (
    CONFIRM,
    ITEM,
    ITEMISED,
    NEW_ADDRESS,
    NO,
    ON_WISH,
    SENT_BACK,
    VARIANT,
    WRITTEN,
    YES,
    Form,
)
from bot.hearing import ActKind
from bot.parts import parts_said
from bot.pieces import PIECES
from bot.questions import asks_in_chinese, asks_itself
from bot.slots import ORDER_INTENTS, gives_slot, only_a_phone, shop_numbers
from bot.talk import Talk
from bot.understanding.reading import Emotion, Intent, Reading, Signal
from handoff.conversation import Holder
from handoff.knowledge import OVER
from handoff.policies import Fact, FactKind

NOTHING: Mapping[str, str] = MappingProxyType({})
WRITTEN_CHARS = 300
_ADDRESS_CHARS = 8
_ANSWER_CHARS = 40
_NUMBER_CHARS = 16
"""Hardly more than an order number."""
_SURE = 0.5
_BESIDE_ANSWERS = frozenset({Signal.BULK, Signal.PROBLEM, Signal.TAKES_BACK, Signal.LOSS})
TROUBLES = frozenset({"parcel_trouble", "late_dispatch", "compensation"})
_BY_INTENT = {
    Intent.RETURN_REFUND_POLICY: ITEMISED,
    Intent.CANCEL_ORDER: frozenset({"cancel"}),
    Intent.ADDRESS_CHANGE: frozenset({"address_change"}),
    Intent.ORDER_STATUS: TROUBLES,
    Intent.LOGISTICS_TRACKING: TROUBLES,
    Intent.COMPLAINT: TROUBLES | ITEMISED,
    Intent.PROMO_RULES: frozenset({"price_protection"}),
}
_VAGUE = frozenset(
    {
        *(Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE, Intent.PRODUCT_QUESTION),
        *(Intent.ORDER_STATUS, Intent.REFUND_STATUS, Intent.COMPLAINT),
        *(Intent.RETURN_REFUND_POLICY, Intent.CANCEL_ORDER, Intent.ADDRESS_CHANGE),
    }
)
"""As which a clear wish about an order may be read, when more is said beside it."""
_WHERE = frozenset({Intent.ORDER_STATUS, Intent.LOGISTICS_TRACKING})
_TALK = frozenset({Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE, Intent.PRODUCT_QUESTION})


def begun_by(talk: Talk, intent: Intent) -> str:
    """The policy of what a text wants arranged; empty when it only asks, or wants nothing."""
    reading = talk.reading
    if reading is None or talk.begun or talk.plan.turn.holder is not Holder.BOT:
        return ""
    if intent not in _BY_INTENT and intent not in _VAGUE:
        return ""
    if talk.speaks_of is None:
        talk.speaks_of = talk.seeds.forms.policies(reading.normal)
    named = talk.speaks_of
    if intent is Intent.ADDRESS_CHANGE and talk.seeds.forms.address(reading.text):
        named = (*named, "address_change")
    return next((policy for policy in named if _begins(talk, reading, policy, intent)), "")


def _begins(talk: Talk, reading: Reading, policy: str, intent: Intent) -> bool:
    """Whether a policy that is spoken of is wanted: a wish, or an order named with it."""
    words = talk.seeds.forms
    named = bool(shop_numbers(reading))
    fits = policy in _BY_INTENT.get(intent, ())
    if policy not in ON_WISH:
        order = talk.facts.shown.get(talk.state.order_no)
        over = order is not None and order.status in OVER
        return fits and not over and (named or order is not None)
    wished = words.wishes(reading.normal)
    clear = (wished or named) if fits else (wished and named and intent in _VAGUE)
    gone = policy in SENT_BACK and (talk.cue(Cue.SENT_BACK) or words.keeps_for_less(reading.normal))
    return clear and not (gone or words.asks(reading.normal))


def trouble_in(talk: Talk, reading: Reading, intent: Intent) -> str:
    """The policy for what a text says went wrong; empty when it says nothing of that, or only asks
    about it.
    """
    fits = TROUBLES.intersection(_BY_INTENT.get(intent, ()))
    words = talk.seeds.forms
    found = () if words.asks(reading.normal) else words.policies(reading.normal)
    return next((policy for policy in found if policy in fits), "")


def begin(
    talk: Talk, policy: str, *, told: Reading | None = None, known: Mapping[str, str] = NOTHING
) -> None:
    """Begin to arrange something, with everything the text tells about it already; `told` is what
    they wrote of it before, `known` what is clear without words.
    """
    plan, reading = talk.plan, told or talk.reading
    talk.begun = True
    at = (plan.turn.conversation, plan.update_id, int(talk.voice.now.timestamp() * 1000))
    named = shop_numbers(talk.reading)
    form = new_form(policy, named[0] if named else order_meant(talk), at).with_told(**known)
    if reading is not None:
        form = _with_answers(talk, form.changed(where=_asks_where(talk, policy)), reading)
    talk.state = talk.state.changed(form=form)
    go_on(talk)


def _asks_where(talk: Talk, policy: str) -> bool:
    """Whether the text first asks where the order is, and only then wishes for something."""
    reading = talk.reading
    asks = reading is not None and talk.asks_about(reading)
    where = reading is not None and reading.intent in _WHERE
    return asks and (where or talk.asks_where) and policy in ON_WISH and not talk.upset


def hear_form(talk: Talk, reading: Reading) -> bool:
    """Take a text as an answer to the form; False when it speaks of something else."""
    form, before = talk.state.form, talk.plan.before
    if form is None or (reading.asks_person and not only_a_phone(reading)):
        return False
    if before.asks and gives_slot(before, talk.state, reading):
        talk.state = talk.state.changed(form=form.changed(order_no=talk.state.order_no))
        go_on(talk)
        return True
    told = _with_answers(talk, _renumbered(talk, form, reading), reading)
    if told is form and takes_back_detail(talk, form, reading):
        kept = {slot: answer for slot, answer in form.told.items() if slot != NEW_ADDRESS}
        told = form.changed(told=kept, asks="", record="", choices=())
    if told is form and (_waits(talk, form, reading) or _notes_remedy(talk, form, reading)):
        return True
    if told is form and not shows_piece(talk):
        instead = begun_by(talk, reading.intent)
        made_good = instead == "returns" or talk.seeds.forms.remedies(reading.normal)
        lost = form.policy in TROUBLES and bool(made_good)
        if instead in ON_WISH and instead != form.policy and not lost:
            begin(talk, instead)
            return True
        lost = lost or instead == form.policy
        if talk.plan.agrees is None and not lost and _elsewhere(talk, form, reading):
            return False
        if reading.intent in ORDER_INTENTS and asks_itself(reading.normal) and tell_again(talk):
            return True
    if talk.noted:
        talk.tell("form.noted")
    talk.state = talk.state.changed(form=told)
    go_on(talk)
    return True


def _notes_remedy(talk: Talk, form: Form, reading: Reading) -> bool:
    """Whether a remedy is named while something else is asked of a return."""
    if (
        form.policy != "returns"
        or not form.asks_answer
        or asks_itself(reading.normal)
        or asks_in_chinese(reading.normal)
    ):
        return False
    named = talk.seeds.forms.remedies(reading.normal)
    return len(named) == 1 and note_remedy(talk, form, named[0])


def _waits(talk: Talk, form: Form, reading: Reading) -> bool:
    """Whether the text says that the piece that was asked for is on its way."""
    if not form.asks_piece:
        return False
    talk.form_text = _only_answers(form, reading)
    said = talk.seeds.forms.answer(PIECES, reading.normal)
    if talk.plan.has(ActKind.FILE) or not (said == YES or talk.plan.agrees is True):
        return False
    now_ms = int(talk.voice.now.timestamp() * 1000)
    talk.state = talk.state.changed(form=form.changed(at_ms=now_ms))
    talk.tell("courtesy.waiting")
    talk.light = True
    return True


def _renumbered(talk: Talk, form: Form, reading: Reading) -> Form:
    """Another order named on the way is a correction; items are of one order only."""
    named = shop_numbers(reading)
    if not named or named[0] == form.order_no:
        return form
    asks = reading.confidence >= _SURE or talk.asks_about(reading)
    if asks and reading.intent in ORDER_INTENTS and len(reading.normal) > _NUMBER_CHARS:
        return form
    return form.renumbered(named[0])


def _elsewhere(talk: Talk, form: Form, reading: Reading) -> bool:
    """Whether the text is about another matter, a question, or small talk."""
    asks = talk.asks_about(reading) or (form.asks in WRITTEN and asks_itself(reading.normal))
    if reading.intent is Intent.GREETING_THANKS or asks:
        return True
    if talk.cue(Cue.BOT_QUESTION) or _is_known(talk, form, reading):
        return True
    other = reading.intent not in _TALK and reading.intent != GOALS[form.policy]
    return other and reading.confidence >= _SURE


def _is_known(talk: Talk, form: Form, reading: Reading) -> bool:
    """Whether it is a question that an article of another subject surely answers."""
    if not asks_itself(reading.text):
        return False
    article, hit = find_article(talk, reading.text, Intent.OUT_OF_SCOPE)
    sure = hit is not None and hit.confidence >= GENERAL
    return sure and article is not None and str(article.intent) != GOALS[form.policy]


def _with_answers(talk: Talk, form: Form, reading: Reading) -> Form:
    """The form with every answer the text gives; the same form when it gives none."""
    told = _asked_answer(talk, form, reading)
    talk.form_text = talk.form_text or (bool(told) and _only_answers(form, reading))
    if not told:
        told = _other_answers(talk, form, reading)
    fresh = {slot: answer for slot, answer in told.items() if form.told.get(slot) != answer}
    if fresh and form.asks_answer and form.asks not in fresh:
        talk.noted = True
    return form.with_told(**fresh) if fresh else form


def _only_answers(form: Form, reading: Reading) -> bool:
    """Whether the words are nothing but the answer: an address, or a few calm words."""
    calm = reading.emotion is Emotion.NEUTRAL and reading.signals <= _BESIDE_ANSWERS
    return form.asks in WRITTEN or (calm and len(reading.normal) <= _ANSWER_CHARS)


def _asked_answer(talk: Talk, form: Form, reading: Reading) -> dict[str, str]:
    """The answer to what was asked last, and what comes with it."""
    slot = form.asks
    if form.asks_piece:
        none = talk.seeds.forms.answer(PIECES, reading.normal) == NO or talk.plan.agrees is False
        return {PIECES: NO} if none else {}
    if slot in WRITTEN:
        return _written_answer(talk, form, reading)
    facts = talk.seeds.policies.named(form.policy).facts
    answer = _item(talk, form, reading) if slot == ITEM else ""
    if slot in facts:
        answer = _fact(talk, facts[slot], reading, asked=True)
    return {**_other_answers(talk, form, reading), slot: answer} if answer else {}


def _written_answer(talk: Talk, form: Form, reading: Reading) -> dict[str, str]:
    """What is taken as it is written, unless it asks, nods or answers another question."""
    slot, text = form.asks, reading.text.strip()[:WRITTEN_CHARS]
    beside = _other_answers(talk, form, reading)
    if talk.asks_about(reading) or asks_itself(reading.normal) or _elsewhere_surely(form, reading):
        return beside
    if slot == NEW_ADDRESS:
        return {slot: without_answer(text)} if len(text) >= _ADDRESS_CHARS else {}
    flags = {YES, NO}.intersection(beside.values())
    nods = talk.plan.remark or talk.plan.aside is not None or not text
    return beside if flags or nods else {**beside, slot: text}


def _elsewhere_surely(form: Form, reading: Reading) -> bool:
    """Addresses read like anything: only a number of an order speaks of something else."""
    return bool(reading.entities.order_no) and reading.entities.order_no[0] != form.order_no


def _other_answers(talk: Talk, form: Form, reading: Reading) -> dict[str, str]:
    """What a text tells besides: with its first words, or as a correction later."""
    facts = talk.seeds.policies.named(form.policy).facts
    told = {
        name: _fact(talk, fact, reading, asked=False)
        for name, fact in facts.items()
        if fact.kind in (FactKind.CHOICE, FactKind.FLAG) and name != form.asks
    }
    if ITEM in form.told or form.asks in ("", CONFIRM):
        told[ITEM] = _item(talk, form, reading)
    if form.policy == "address_change":
        told[NEW_ADDRESS] = corrected_address(talk, form, reading)
    if form.policy == "exchange" and form.asks != VARIANT:
        again = form.asks == CONFIRM and VARIANT in form.told
        told[VARIANT] = talk.seeds.forms.variant(reading.normal, bare=again)
        if told[VARIANT] and "reason" not in form.told and not told.get("reason"):
            told["reason"] = "size_colour"
    return {slot: answer for slot, answer in told.items() if answer}


def _item(talk: Talk, form: Form, reading: Reading) -> str:
    order, words = talk.facts.shown.get(form.order_no), talk.seeds.forms
    if order is None or (form.policy == "cancel" and words.whole_order(reading.normal)):
        return ""
    return parts_said(reading.normal, order.items, words, form.told.get(ITEM, ""))


def _fact(talk: Talk, fact: Fact, reading: Reading, *, asked: bool) -> str:
    for said in talk.seeds.forms.answers(fact.name, reading.normal):
        if fact.kind is FactKind.FLAG or said in fact.choices:
            return said
    if not asked:
        return ""
    if fact.kind is FactKind.FLAG:
        said = talk.seeds.forms.answer("flag", reading.normal)
        return {True: YES, False: NO, None: said}[talk.plan.agrees]
    if fact.kind is FactKind.DAY:
        day = day_in(reading.normal, talk.voice.today)
        return day.isoformat() if day else ""
    shown = {talk.voice.both(words).casefold(): n for n, words in fact.choices.items() if words}
    return shown.get(reading.text.strip().casefold(), "")
