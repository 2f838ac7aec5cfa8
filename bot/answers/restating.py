"""Restate what would be started, by which rule it may be, and ask for a yes.

Everything that will be done stands in it: which goods and how many, the customer's own part of it,
the remedy. Nothing is started here.
"""

from __future__ import annotations

from bot.answers.asking import ask, button_label, form_button
from bot.answers.correcting import only_phone
from bot.answers.showing import go_without, not_asked_again
from bot.answers.states import items_told
from bot.answers.verdicts import Matter, materials_words, told_words
from bot.forms import ITEM, MADE_GOOD, NEW_ADDRESS, NO, REMEDY, VARIANT, WRITTEN, YES, Form
from bot.parts import Part, parts_in
from bot.talk import Talk
from handoff.policies import Verdict

CHOSEN = frozenset({"resend", "refund_full", "refund_part", "exchange", "repair"})
"""Remedies a customer chooses between when more than one is granted."""
_NEW_ONE = frozenset({"resend", "exchange"})


def restate(talk: Talk, matter: Matter, verdict: Verdict) -> None:
    """Say what would be started, by which rule it may be, and ask for a yes."""
    form = matter.form
    choices = tuple(name for name in verdict.remedies if name in CHOSEN)
    wanted = form.told.get(REMEDY, "")
    if wanted in _NEW_ONE:  # a new one is a new one, whatever it is called
        wanted = next((name for name in choices if name in _NEW_ONE), wanted)
    if wanted in choices:
        choices = (wanted,)
        form = form.changed(told={**form.told, REMEDY: wanted})
    if not told_before(talk, form) and NEW_ADDRESS not in form.told:
        talk.layout.parts.append(told_words(talk, verdict))
    go_without(talk, form)
    if materials := materials_words(talk, verdict, not_asked_again(form, verdict)):
        talk.layout.parts.append(materials)
    talk.tell(
        f"form.restate.{form.policy}",
        order_no=matter.order.no,
        items=goods_told(talk, matter),
        details=_details(talk, form),
    )
    if wanted in choices:
        talk.tell("form.remedy_noted", remedy=talk.voice.both(talk.seeds.policies.remedies[wanted]))
    talk.tell("form.choose" if len(choices) > 1 else "form.confirm")
    ask(talk, form.changed(record=verdict.record(), choices=choices), "confirm", "")
    if len(choices) > 1:
        words = talk.seeds.policies.remedies
        for name in choices:
            label = button_label(talk.voice.both(words[name]))
            form_button(talk, form, label, f"{REMEDY}:{name}")
    else:
        form_button(talk, form, talk.voice.say("button.form.yes"), YES)
    form_button(talk, form, talk.voice.say("button.form.no"), NO)
    talk.within = form.policy in MADE_GOOD


def _details(talk: Talk, form: Form) -> str:
    """The customer's own part of it: the reason, the new address, the other size."""
    if written := form.told.get(NEW_ADDRESS) or form.told.get(VARIANT):
        phone = only_phone(written)
        return talk.voice.say("form.phone_only", phone=phone) if phone else written
    policy = talk.seeds.policies.named(form.policy)
    for name in ("reason", "trouble"):
        fact = policy.facts.get(name)
        words = fact.choices.get(form.told.get(name, "")) if fact else None
        if words is not None:
            return talk.voice.both(words)
    return ""


def goods_told(talk: Talk, matter: Matter) -> str:
    """The goods it is about, and how many of them where it is not all."""
    items = matter.order.items
    parts = parts_in(matter.form.told.get(ITEM, ""), items)
    if not parts:
        return items_told(talk, items)

    def named(part: Part) -> str:
        item = items[part.place]
        if not part.many:
            return items_told(talk, (item,))
        return talk.voice.say("form.some", item=item.name, count=part.many, whole=item.quantity)

    return talk.voice.joiner.join(map(named, parts))


def told_before(talk: Talk, form: Form) -> bool:
    """Whether the verdict was told when its last detail was asked for."""
    before = talk.plan.before.form
    same = before is not None and before.key == form.key
    return same and before is not None and (before.asks in WRITTEN or before.asks_piece)
