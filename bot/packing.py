"""Pack what an agent reads first: the packet, version 1, from everything the turn knows.

It only gathers what is known. Texts are the customer's own or the phrasebook's.
"""

from __future__ import annotations

from bot.state import State
from bot.talk import Talk
from bot.understanding.reading import Emotion, Reading
from handoff.knowledge import Both
from handoff.packet import Fact, Packet
from handoff.shop import Order, Parcel

WANTS_CHARS = 200
EVIDENCE_MAX = 4


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
        facts=_facts(talk.state, reading),
        order=_order_facts(talk, order) if order else (),
        parcel=_parcel_facts(talk, order) if order else (),
        tried=talk.state.tried,
        suggestion=talk.voice.say(_suggestion_key(reason)),
        evidence=why,
        authority=talk.voice.say("authority.exception") if reason == "policy_authority" else "",
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
    if talk.reading is not None:
        return talk.reading.text[:WANTS_CHARS]
    return talk.state.unanswered[:WANTS_CHARS] or talk.voice.say("packet.asked_person")


def _expectation(talk: Talk) -> str:
    emotion = talk.reading.emotion if talk.reading else Emotion.NEUTRAL
    return talk.voice.say(f"expectation.{emotion}")


_SUGGESTED = frozenset(
    {
        "emotion",
        "legal_safety",
        "high_value",
        "explicit_request",
        "bot_failed",
        "policy_authority",
        "identity",
        "payment",
    }
)


def _suggestion_key(reason: str) -> str:
    return f"suggestion.{reason if reason in _SUGGESTED else 'other'}"


def _facts(state: State, reading: Reading | None) -> tuple[Fact, ...]:
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
    return (*facts, Fact("identity_proved", proved, "bot"))


def _order_facts(talk: Talk, order: Order) -> tuple[Fact, ...]:
    meaning = talk.seeds.knowledge.orders.words(order.status).meaning
    items = talk.voice.joiner.join(f"{item.name} ×{item.quantity}" for item in order.items)
    told = {
        "order_no": order.no,
        "status": _both(talk, meaning),
        "total": str(order.total),
        "items": items,
        "placed_at": f"{order.placed_at.astimezone(talk.voice.zone):%Y-%m-%d %H:%M}",
        "member": order.vip,
    }
    return tuple(Fact(label, value, "shop") for label, value in told.items() if value)


def _parcel_facts(talk: Talk, order: Order) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    for waybill in order.waybills:
        facts.append(Fact("tracking_no", f"{waybill.carrier} {waybill.tracking_no}", "shop"))
        parcel = talk.facts.parcels.get(waybill.tracking_no)
        if parcel is not None:
            facts += _scans(talk, parcel)
    return tuple(facts)


def _scans(talk: Talk, parcel: Parcel) -> list[Fact]:
    meaning = talk.seeds.knowledge.tracking.words(parcel.status).meaning
    facts = [Fact("parcel_status", _both(talk, meaning), "carrier")]
    if parcel.events:
        last = parcel.events[0]
        at = last.at.astimezone(talk.voice.zone)
        facts.append(Fact("last_scan", f"{at:%m-%d %H:%M} {last.place} {last.text}", "carrier"))
    return facts


def _both(talk: Talk, texts: Both) -> str:
    return talk.voice.both(texts)
