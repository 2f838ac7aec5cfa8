"""Where a parcel is, in plain words: state, last scan, next step and date.

Whether the customer may hear it is settled in `orders.py`; a bare waybill gets what anybody may
know.
"""

from __future__ import annotations

from bot.reasons import CaseReason
from bot.talk import Talk
from handoff.knowledge import NeedsHuman, TrackingStatus
from handoff.shop import Order, Parcel, Waybill
from handoff.words import Button

EVENTS_MAX = 9


def tell_parcels(talk: Talk, order: Order) -> None:
    """Each parcel of an order that may be shown."""
    for waybill in order.waybills:
        parcel = talk.facts.parcels.get(waybill.tracking_no)
        talk.layout.parts.append(_told(talk, parcel) if parcel else _unknown(talk, waybill))
        copy = talk.voice.say("button.copy_waybill")
        talk.layout.buttons.append(Button(copy, copy=waybill.tracking_no))
        if parcel is not None:
            _tell_earlier(talk, parcel)
            _offer_help(talk, parcel)


def due_lines(talk: Talk, order: Order) -> list[str]:
    """When its parcels come, a line each; empty when no date is known."""
    parcels = (talk.facts.parcels.get(waybill.tracking_no) for waybill in order.waybills)
    due = [_due(talk, parcel) for parcel in parcels if parcel is not None and parcel.due_at]
    talk.timed = talk.timed or bool(due)
    return due


def _told(talk: Talk, parcel: Parcel) -> str:
    voice = talk.voice
    words = talk.seeds.knowledge.tracking.words(parcel.status)
    carrier = carrier_name(talk, parcel.carrier)
    number, meaning = parcel.tracking_no, voice.both(words.meaning)
    lines = [voice.say("parcel.status", carrier=carrier, tracking_no=number, meaning=meaning)]
    if parcel.events:
        last = parcel.events[0]
        place = f"{last.place} " if last.place else ""
        lines.append(voice.say("parcel.event", when=voice.when(last.at), event=place + last.text))
        talk.timed = True
    if parcel.due_at is not None:
        lines.append(_due(talk, parcel))
    lines.append(voice.both(words.advice))
    if words.needs_human is NeedsHuman.YES:
        talk.hand = CaseReason.PARCEL
    elif words.needs_human is NeedsHuman.IF_REPEATED:
        talk.offer_person()
    return "\n".join(lines)


def _tell_earlier(talk: Talk, parcel: Parcel) -> None:
    """The scans before the last, newest first, a line each: when, where, what."""
    lines = [
        " · ".join(filter(None, (talk.voice.when(event.at), event.place, event.text)))
        for event in parcel.events[1:EVENTS_MAX]
    ]
    if lines:
        talk.fold("\n".join((talk.voice.say("parcel.earlier"), *lines)))


_HELP = {
    TrackingStatus.DELIVERED: "delivered-not-received",
    TrackingStatus.DELIVERY_FAILED: "pickup-redelivery",
    TrackingStatus.READY_FOR_PICKUP: "pickup-redelivery",
    TrackingStatus.DELAYED: "delivery-late",
    TrackingStatus.CUSTOMS_PROBLEM: "customs-documents",
    TrackingStatus.DAMAGED: "damaged-parcel",
}
"""The article a customer is likely to want next."""


def _offer_help(talk: Talk, parcel: Parcel) -> None:
    article = talk.article(_HELP.get(parcel.status, ""))
    if article is not None:
        talk.offer_article(article)


def _due(talk: Talk, parcel: Parcel) -> str:
    assert parcel.due_at is not None
    when = talk.voice.when(parcel.due_at)
    if parcel.due_at >= talk.voice.now:
        return talk.voice.say("parcel.due", when=when)
    talk.offer_person()
    return talk.voice.say("parcel.overdue", when=when)


def _unknown(talk: Talk, waybill: Waybill) -> str:
    carrier = carrier_name(talk, waybill.carrier)
    key = "parcel.away" if "parcels" in talk.facts.missing else "parcel.unscanned"
    return talk.voice.say(key, carrier=carrier, tracking_no=waybill.tracking_no)


def carrier_name(talk: Talk, name: str) -> str:
    """How a carrier is written for customers."""
    carrier = talk.seeds.knowledge.carriers.named(name)
    return talk.voice.both(carrier.shown) if carrier else name


def tell_public_waybill(talk: Talk, waybill: str) -> None:
    """What anybody may know about a number: whose it is and where to look; then the way to more."""
    name = _carrier_of(talk, waybill)
    carrier = talk.seeds.knowledge.carriers.named(name) if name else None
    if carrier is None:
        text = talk.voice.say("parcel.public_unknown", tracking_no=waybill)
    elif not carrier.hotline:
        shown = talk.voice.both(carrier.shown)
        text = talk.voice.say("parcel.public_online", tracking_no=waybill, carrier=shown)
    else:
        text = talk.voice.say(
            "parcel.public",
            tracking_no=waybill,
            carrier=talk.voice.both(carrier.shown),
            hotline=carrier.hotline,
        )
    talk.answer_with(text, "tried.waybill", tracking_no=waybill)
    talk.layout.buttons.append(Button(talk.voice.say("button.copy_waybill"), copy=waybill))
    talk.offer("menu")


def _carrier_of(talk: Talk, waybill: str) -> str:
    named = talk.reading.entities.carrier if talk.reading else ()
    if named:
        return named[0]
    hits = talk.seeds.knowledge.waybills.match(waybill)
    return hits[0].carrier if hits else ""
