"""What happens when a turn's mail cannot be read: an apology, and a person.

Nothing of the mail is looked at, and a broken state does not stop it.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.handing import PROMISE_TIMER, case_id_of, in_mind, new_case, to_ms
from bot.packing import WANTS_CHARS, known_facts
from bot.reasons import CaseReason
from bot.state import State
from bot.talk import Seeds
from bot.voice import Voice
from bot.weighing import Weight, weight_of
from handoff.agenda import Chore, Outcome, Turn
from handoff.conversation import Author, Holder, Message, MessageKind
from handoff.figures import QueueOutlook, outlook
from handoff.forms import RecordNewer
from handoff.jobs import Job
from handoff.packet import Packet
from handoff.state import StateUnreadable
from handoff.text import Language
from handoff.words import NOTICE_LIFE_MS, Body, Word, WordKind


def apologise(
    seeds: Seeds, turn: Turn, why: str, *, now: datetime, rows: tuple[Message, ...] = ()
) -> Outcome:
    """Set the mail aside and give the conversation to a person, by a path that reads nothing.

    `rows` is what somebody else could make out of it, for the transcript.
    """
    try:
        state = State.decode(turn.state)
    except StateUnreadable:
        state = State()
    except RecordNewer:  # it can be read by whoever wrote it
        blank = replace(turn, state=b"")
        return replace(apologise(seeds, blank, why, now=now, rows=rows), state=turn.state)
    voices = voices_in(seeds, state.tongue, now)
    said = voices[0].say("apology.event")
    rows = (*rows, Message(Author.SYSTEM, said, MessageKind.EVENT, at=now))
    if turn.holder is Holder.AGENT:
        return Outcome(state=state.encode(), rows=rows, dead_letter=why)
    if turn.holder is Holder.QUEUE:
        words = notice([voice.say("apology.waiting") for voice in voices])
        return Outcome(state=state.encode(), rows=rows, words=words, dead_letter=why)
    weight = weight_of(CaseReason.BOT_FAILED, seeds, voices[0])
    return replace(opened(turn, state, voices, weight), rows=rows, dead_letter=why)


def voices_in(seeds: Seeds, tongue: str, now: datetime) -> list[Voice]:
    """One voice, or both languages when the memory of the customer's own is lost."""
    known = [Language(tongue)] if tongue else [Language.ZH_HANS, Language.EN]
    return [Voice(seeds.book, language, seeds.hours, now) for language in known]


def notice(texts: list[str]) -> tuple[Word, ...]:
    """The same in each language, as one word."""
    body = Body("\n\n".join(texts))
    return (Word(WordKind.NOTICE, Author.BOT, body, life_ms=NOTICE_LIFE_MS),)


def promise_line(
    voice: Voice,
    ahead: QueueOutlook,
    usual: str = "apology.handoff",
    closed: str = "apology.closed",
) -> str:
    """When a person answers, in the phrase for it."""
    opening = ahead.nobody_until
    if opening is None:
        return voice.say(usual, wait=voice.wait(ahead))
    zone = voice.both(voice.hours.zone_name)
    return voice.say(closed, when=voice.when(opening), zone=zone)


def opened(
    turn: Turn, state: State, voices: list[Voice], weight: Weight, *, wants: str = ""
) -> Outcome:
    """A case, and one notice of it; `wants` is what the customer said, where that is known."""
    voice, case_id = voices[0], case_id_of(turn.token)
    # Nobody was asked who is there: without a snapshot the house's default is promised.
    ahead = outlook(None, voice.hours, voice.now)
    promise_ms = to_ms(ahead.promise_at)
    packet = Packet(
        wants=wants[:WANTS_CHARS].strip() or voice.say("packet.unread"),
        language=str(voice.language),
        facts=known_facts(state),
        tried=state.tried,
        suggestion=voice.say("suggestion.other"),
        evidence=weight.evidence,
    )
    memory = state.changed(
        packet=packet,
        misses=0,
        asks="",
        goal="",
        case=in_mind(weight, case_id, to_ms(voice.now), promise_ms),
    )
    enrich = (str(turn.conversation), str(case_id))
    return Outcome(
        state=memory.encode(),
        words=notice([promise_line(each, ahead) for each in voices]),
        open_case=new_case(memory, voice, weight, case_id),
        timers={PROMISE_TIMER: promise_ms},
        chores=(Chore(op=f"enrich:{case_id}:1", job=Job.ENRICH_PACKET, args=enrich),),
    )
