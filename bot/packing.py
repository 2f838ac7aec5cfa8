"""Pack what an agent reads first: the packet, version 1, from everything the turn knows.

It only gathers what is known. Texts are the customer's own or the phrasebook's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.forms import ITEM, Form
from bot.parts import goods_of
from bot.pieces import OTHER, labelled, lacking
from bot.reasons import CaseReason
from bot.stages import stage_of
from bot.state import State
from bot.talk import Talk
from bot.understanding.reading import Emotion, Reading
from handoff.packet import Fact, Packet, Piece, instant, order_facts, scan_facts
from handoff.shop import Order

WANTS_CHARS = 200
MATTER_CHARS = 60
_REASONS = frozenset(CaseReason)
EVIDENCE_MAX = 4
IDENTITY = "identity_proved"


def pack(talk: Talk, reason: str, why: str) -> Packet:
    """The first version of the packet."""
    reading, order = talk.reading, order_in_question(talk)
    intent = str(reading.intent) if reading else ""
    return Packet(
        wants=_wants(talk),
        intent=intent,
        language=str(talk.voice.language),
        emotion=str(reading.emotion) if reading else str(Emotion.NEUTRAL),
        emotion_words=emotion_words(reading),
        expectation=_expectation(talk),
        facts=(*known_facts(talk.state, reading), *_arranged_facts(talk)),
        order=order_facts(order) if order else (),
        parcel=tuple(_parcel_facts(talk, order)) if order else (),
        tried=talk.state.tried,
        stage=str(stage_of(talk.state)),
        suggestion=_suggestion(talk, reason),
        evidence=why,
        verdict=_verdict(talk.state),
        pieces=packed_pieces(talk),
        scenario=_scenario(talk),
        authority=talk.voice.say("authority.exception")
        if reason == CaseReason.POLICY_AUTHORITY
        else "",
    )


def order_in_question(talk: Talk) -> Order | None:
    """The order a message is about, weighed even when it may not be told."""
    orders = talk.facts.orders
    named = talk.reading.entities.order_no if talk.reading else ()
    for number in (*named, talk.state.order_no):
        if number in orders:
            return orders[number]
    mine = talk.facts.mine or ()
    return mine[0] if len(mine) == 1 else None


def emotion_words(reading: Reading | None) -> tuple[str, ...]:
    """The customer's own words that show the feeling, strongest first."""
    if reading is None or reading.emotion is Emotion.NEUTRAL:
        return ()
    shown = [sign for sign in reading.evidence if sign.label == reading.emotion]
    shown.sort(key=lambda sign: -sign.weight)
    return tuple(dict.fromkeys(sign.words for sign in shown))[:EVIDENCE_MAX]


def _wants(talk: Talk) -> str:
    """The last words that said what it is about: digits given on request say nothing."""
    said = talk.state.matter or (talk.reading.text if talk.reading else "")
    return said[:WANTS_CHARS] or talk.voice.say("packet.asked_person")


def _expectation(talk: Talk) -> str:
    emotion = talk.reading.emotion if talk.reading else Emotion.NEUTRAL
    return talk.voice.say(f"expectation.{emotion}")


def _suggestion(talk: Talk, reason: str) -> str:
    known = _known_matter(talk)
    if reason == CaseReason.EXPLICIT_REQUEST and known:
        return talk.voice.say("suggestion.known_matter", matter=known)
    return talk.voice.say(f"suggestion.{reason if reason in _REASONS else 'other'}")


def _known_matter(talk: Talk) -> str:
    """What somebody who only asks for a person came for, as far as it was said before."""
    matter, order_no = talk.state.matter, talk.state.order_no
    short = matter if len(matter) <= MATTER_CHARS else f"{matter[:MATTER_CHARS]}…"
    parts = [f"“{short}”"] if matter else []
    if order_no and order_no not in short:
        parts.append(talk.voice.say("suggestion.order", order_no=order_no))
    return talk.voice.joiner.join(parts)


def known_facts(state: State, reading: Reading | None = None) -> tuple[Fact, ...]:
    """What nobody needs to ask again."""
    facts = [Fact("phone", state.contact.phone, "telegram")] if state.contact.phone else []
    known = {
        "order_no": state.order_no,
        "tracking_no": state.tracking_no,
        "payment_code": state.code,
    }
    facts += [Fact(label, value) for label, value in known.items() if value]
    if reading is not None:
        facts += [
            Fact(label, value)
            for label, values in reading.entities.as_lists().items()
            for value in values
            if known.get(label) != value
        ]
    proved = "yes" if state.order_no and state.order_no in state.proven else "no"
    return (*facts, Fact(IDENTITY, proved, "bot"))


def _arranged_facts(talk: Talk) -> Iterator[Fact]:
    """What the customer told while something was arranged, what was agreed, and what is done."""
    form, deed = talk.state.form, talk.plan.wanted.deed
    if form is not None:
        yield Fact("arranging", form.policy, "bot")
        for slot, answer in form.told.items():
            yield Fact(slot, _answer_words(talk, form, slot, answer))
    if deed is not None and talk.hand == CaseReason.ACT_AWAY:
        yield Fact("operation", deed.op, "bot")
    for done in talk.state.done:
        due = instant(_moment(done.due_ms)) if done.due_ms else ""
        yield Fact("started", f"{done.policy} {done.number} ({done.order_no})", "shop", at=due)


def _answer_words(talk: Talk, form: Form, slot: str, answer: str) -> str:
    """An answer as an agent reads it: the words of a choice, the name of an item."""
    order = talk.facts.orders.get(form.order_no)
    if slot == ITEM and order is not None:
        goods = goods_of(answer, order.items)
        return talk.voice.joiner.join(f"{item.name} ×{item.quantity}" for item in goods)
    fact = talk.seeds.policies.named(form.policy).facts.get(slot)
    words = fact.choices.get(answer) if fact else None
    return talk.voice.both(words) if words else answer


def _verdict(state: State) -> str:
    ruled = state.ruled
    return f"{ruled.id}: {ruled.outcome} ({ruled.clause})" if ruled else ""


def packed_pieces(talk: Talk) -> tuple[Piece, ...]:
    """The evidence that came, then what the last verdict asks for and nobody sent."""
    state = talk.state
    if not state.sent and (state.ruled is None or not state.ruled.pieces):
        return ()
    wanted = state.ruled.pieces if state.ruled else ()
    now_ms = int(talk.voice.now.timestamp() * 1000)
    sent = labelled(state.sent, wanted, state.order_no, now_ms=now_ms)
    came = (
        Piece(one.label or OTHER, one.ref, instant(_moment(one.at_ms)), one.name) for one in sent
    )
    return (*came, *map(Piece, lacking(sent, wanted, state.order_no)))


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _scenario(talk: Talk) -> tuple[str, ...]:
    """How a case of this kind is handled, from the article that was told last."""
    article = talk.seeds.knowledge.articles.get(talk.state.article)
    scenario = article.text(talk.voice.language).scenario if article else None
    if scenario is None:
        return ()
    told = (scenario.demand, scenario.plan, scenario.time, scenario.execution, scenario.follow_up)
    return tuple(map(talk.voice.text, told))


def _parcel_facts(talk: Talk, order: Order) -> Iterator[Fact]:
    for waybill in order.waybills:
        yield Fact("carrier", waybill.carrier, "shop")
        yield Fact("tracking_no", waybill.tracking_no, "shop")
        parcel = talk.facts.parcels.get(waybill.tracking_no)
        if parcel is not None:
            yield from scan_facts(parcel)
