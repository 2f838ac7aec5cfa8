"""Hand a conversation over: the case, its packet, and exactly one notice with an honest time.

It also tells those who wait where they stand, and renews a promise that could not be kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from bot.packing import IDENTITY, emotion_words, pack, packed_pieces
from bot.reasons import TOLD_WITH, CaseReason
from bot.state import OpenCase, State
from bot.talk import Talk
from bot.tone import empathy
from bot.understanding.reading import Emotion, Intent, Signal
from bot.voice import Voice
from bot.weighing import Weight, kept_waiting_ms
from handoff.agenda import Chore
from handoff.case import CaseId, NewCase
from handoff.figures import QueueOutlook, outlook
from handoff.jobs import Job
from handoff.packet import Packet, encode_packet, enriched, instant
from handoff.text import Language

PROMISE_TIMER = "promise"
ACKNOWLEDGE_EVERY_MS = 10 * 60_000
# No 0, 1, I, L, O and U: two people read the number out to each other.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CASE_CHARS = 8


@dataclass(frozen=True, slots=True)
class Handed:
    """A case to open, what it takes along, and when its promise is due."""

    case: NewCase
    chore: Chore
    promise_ms: int


def case_id_of(token: str) -> CaseId:
    """A case's id from the turn's random token: the same however often the turn is decided anew."""
    number = int.from_bytes(hashlib.sha256(token.encode()).digest()[:8], "big")
    chars = []
    for _ in range(_CASE_CHARS):
        number, at = divmod(number, len(_ALPHABET))
        chars.append(_ALPHABET[at])
    return CaseId("".join(chars))


def skill_of(language: Language, reason: str = "") -> str:
    """The skill an agent needs for a conversation: technical knowledge, or else its language."""
    if reason == CaseReason.TECHNICAL:
        return str(CaseReason.TECHNICAL)
    return "zh" if language.is_chinese else "en"


def hand_over(talk: Talk, weight: Weight) -> Handed:
    """Open a case, and say so once."""
    now_ms = to_ms(talk.voice.now)
    ahead = current(talk)
    if _tells(talk):
        talk.keep_said()
    packet = pack(talk, weight.reason, weight.evidence)
    case_id = case_id_of(talk.plan.turn.token)
    promise_ms = to_ms(ahead.promise_at)
    talk.state = talk.state.changed(
        case=in_mind(weight, case_id, now_ms, promise_ms),
        packet=replace(packet, promises=(instant(ahead.promise_at),)),
        misses=0,
        asks="",
        goal="",
        form=None,
    )
    _say_handed(talk, ahead)
    return Handed(
        new_case(talk.state, talk.voice, weight, case_id),
        enrich_chore(talk, case_id, 1),
        promise_ms,
    )


def in_mind(weight: Weight, case_id: CaseId, entered_ms: int, promise_ms: int) -> OpenCase:
    """What the conversation remembers of a case that opens."""
    return OpenCase(
        id=case_id,
        entered_ms=entered_ms,
        head_start_ms=weight.head_start_ms,
        reason=weight.reason,
        priority=weight.priority,
        why=weight.why,
        promise_ms=promise_ms,
    )


def new_case(state: State, voice: Voice, weight: Weight, case_id: CaseId) -> NewCase:
    """The case itself, with the packet that the state holds."""
    assert state.packet is not None
    return NewCase(
        id=case_id,
        reason=weight.reason,
        priority=weight.priority,
        skill=skill_of(voice.language, weight.reason),
        why=weight.why,
        head_start_ms=weight.head_start_ms,
        packet=encode_packet(state.packet),
        contact=state.contact.name,
        language=str(voice.language),
    )


def enrich_chore(talk: Talk, case_id: str, version: int) -> Chore:
    """The background job that adds what is not known yet."""
    args = (str(talk.plan.turn.conversation), case_id)
    return Chore(op=f"enrich:{case_id}:{version}", job=Job.ENRICH_PACKET, args=args)


def _say_handed(talk: Talk, ahead: QueueOutlook) -> None:
    """One notice: the feeling first, then place and time, then what happens next."""
    line, talk.state = empathy(talk.voice, talk.state, talk.reading)
    happy = talk.reading is not None and talk.reading.emotion is Emotion.POSITIVE
    told = talk.layout.parts if _tells(talk) else _told_at_once(talk)
    talk.layout.opener = urgent_care(talk) or ("" if happy else line or _regret(talk))
    goes_on = talk.voice.say("handoff.goes_on")
    talk.layout.parts = [*told, standing(talk, ahead, "handoff"), goes_on]
    talk.layout.closers = []
    talk.layout.buttons = []
    talk.layout.ask_contact = ""
    talk.timed = True


def standing(talk: Talk, ahead: QueueOutlook, told: str) -> str:
    """Where the customer stands in the queue and when somebody answers."""
    voice, opening = talk.voice, ahead.nobody_until
    if opening is not None:
        when, zone = voice.when(opening), voice.both(talk.seeds.hours.zone_name)
        return voice.say(f"{told}.closed", when=when, zone=zone)
    wait = voice.wait(ahead)
    if not ahead.position:
        return voice.say(f"{told}.unplaced", wait=wait)
    if ahead.position == 1:
        text = voice.say(f"{told}.next", wait=wait)
    else:
        text = voice.say(f"{told}.waiting", position=ahead.position, wait=wait)
    talk.standing, talk.place = text, ahead.position
    return text


def _told_at_once(talk: Talk) -> list[str]:
    """What they must know while they wait, without the step that leads to a person."""
    at_once = talk.seeds.cues.at_once
    cited = [one for one in talk.cited if one.id in at_once]
    told = (one.said.removesuffix(talk.voice.text(one.next_step)).strip() for one in cited)
    return list(dict.fromkeys(told))


def urgent_care(talk: Talk) -> str:
    """What comes before everything else when somebody is in danger."""
    signals = talk.reading.signals if talk.reading else frozenset()
    if Signal.SELF_HARM in signals:
        return talk.voice.say("care.self_harm")
    return talk.voice.say("care.harm") if Signal.HARM in signals else ""


def _regret(talk: Talk) -> str:
    """Trouble told calmly is met with a word of regret as well; nothing else is said about it."""
    reading = talk.reading
    if reading is None or reading.takes_back or _tells(talk):
        return ""
    troubled = Signal.PROBLEM in reading.signals or reading.intent is Intent.COMPLAINT
    return talk.voice.say("handoff.sorry") if troubled else ""


def _tells(talk: Talk) -> bool:
    return talk.answered and talk.hand in TOLD_WITH


def tell_standing(talk: Talk) -> int:
    """Say the place in the queue again; returns when this promise is due."""
    ahead = current(talk)
    talk.layout.parts.append(standing(talk, ahead, "queue"))
    return _promised(talk, ahead)


def renew_promise(talk: Talk) -> tuple[int, float]:
    """Nobody came in time: say so, move the customer forward, name a new time.

    Returns when the new promise is due, and the new rank.
    """
    case = talk.state.case
    assert case is not None
    head_start_ms = kept_waiting_ms(case.head_start_ms, talk.seeds)
    talk.state = talk.state.changed(case=replace(case, head_start_ms=head_start_ms))
    ahead = current(talk)
    talk.layout.parts.append(standing(talk, ahead, "promise"))
    if head_start_ms > case.head_start_ms:
        talk.layout.parts.append(talk.voice.say("promise.moved"))
    return _promised(talk, ahead), float(case.entered_ms - head_start_ms)


def current(talk: Talk) -> QueueOutlook:
    return outlook(talk.facts.snapshot, talk.seeds.hours, talk.voice.now)


def _promised(talk: Talk, ahead: QueueOutlook) -> int:
    promise_ms = to_ms(ahead.promise_at)
    case, packet = talk.state.case, talk.state.packet
    assert case is not None
    promises = (*(packet.promises if packet else ()), instant(ahead.promise_at))
    talk.state = talk.state.changed(
        case=replace(case, promise_ms=promise_ms),
        packet=replace(packet, promises=promises[-4:]) if packet else None,
    )
    return promise_ms


def grow_packet(talk: Talk, raised: Weight | None) -> Packet | None:
    """The packet with what this turn added; None when there is nothing new or no packet. What
    `raised` the case stands first in it: a burn told behind a question is what it is about now.
    """
    old, reading = talk.state.packet, talk.reading
    if old is None:
        return None
    if reading is None:
        pieces = packed_pieces(talk)
        return None if pieces == old.pieces else enriched(old, pieces=pieces)
    reason = talk.state.case.reason if talk.state.case else ""
    fresh = pack(talk, raised.reason if raised else reason, raised.evidence if raised else "")
    kept = (fact for fact in old.facts if fact.label != IDENTITY)
    facts = tuple(dict.fromkeys((*kept, *fresh.facts)))
    words = tuple(dict.fromkeys((*emotion_words(reading), *old.emotion_words)))[:6]
    calmer = reading.emotion is Emotion.NEUTRAL
    # Whoever asked for a person first has now said what it is about.
    unsaid = old.wants == talk.voice.say("packet.asked_person")
    wants = fresh.wants if unsaid or raised else old.wants
    if raised and not unsaid and old.wants != fresh.wants:
        wants = f"{fresh.wants} · {old.wants}"
    grown = replace(
        old,
        wants=wants,
        suggestion=fresh.suggestion if unsaid or raised else old.suggestion,
        evidence=fresh.evidence if raised else old.evidence,
        facts=facts,
        order=fresh.order or old.order,
        parcel=fresh.parcel or old.parcel,
        pieces=fresh.pieces or old.pieces,
        emotion=old.emotion if calmer else fresh.emotion,
        expectation=old.expectation if calmer else fresh.expectation,
        emotion_words=words,
        tried=tuple(dict.fromkeys((*old.tried, *fresh.tried))),
    )
    return None if grown == old else enriched(grown)


def to_ms(moment: datetime) -> int:
    """Milliseconds since the epoch."""
    return int(moment.timestamp() * 1000)
