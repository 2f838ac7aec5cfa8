"""What becomes of a conversation whose memory only a later version can read, or whose mail.

The version that wrote it has a few seconds to take it up. Then nobody waits in silence: what the
customer says stands in the transcript, they hear a word, and a person gets the case. The memory
itself is left as it is. Pure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from msgspec.structs import replace

from bot.apology import notice, opened, promise_line, voices_in
from bot.handing import PROMISE_TIMER, to_ms
from bot.heard import Heard, HeardKind
from bot.reasons import CaseReason
from bot.state import State
from bot.talk import Seeds
from bot.voice import Voice
from bot.weighing import weight_of
from handoff.agenda import CUSTOMER_KINDS, MailKind, Outcome, Turn
from handoff.conversation import Holder, Message
from handoff.figures import outlook
from handoff.forms import PARK_MS, RecordNewer
from handoff.state import StateUnreadable, adopted_state, decode_state
from handoff.text import Language, language_of

PATIENCE_MS = 6_000
"""So long a customer's mail is left to the later version; a first word is promised in ten seconds.
"""
OFTEN_MS = 1_000
"""Meanwhile it is offered this often: two versions at work share what comes."""
TIMER_LATER_MS = 60_000
NEWER = "newer"
_OURS = CUSTOMER_KINDS | {MailKind.EXPIRED, MailKind.UNDELIVERED}
"""Mail that is owed an answer, or was."""
_Read = Callable[[Turn], Awaitable[tuple[tuple[Heard, ...], int]]]


def age_ms(turn: Turn) -> float:
    """How long the first of its mail has waited, on the machine's clock."""
    return datetime.now(UTC).timestamp() * 1000 - turn.mail[0].at_ms if turn.mail else 0.0


def park_ms(turn: Turn) -> int:
    """When a parked lane is offered again."""
    return OFTEN_MS if _is_fresh(turn) else PARK_MS


def _is_fresh(turn: Turn) -> bool:
    """Where the store's clock is far ahead of ours nobody knows, and nobody waits for it."""
    return abs(age_ms(turn)) < PATIENCE_MS


async def taken_over(
    turn: Turn, newer: RecordNewer, read: _Read, seeds: Seeds
) -> tuple[Turn, Outcome]:
    """What to do without its memory, and with how much of its mail. Raises `newer` where the later
    version is still waited for.
    """
    patient = turn.holder is not Holder.AGENT and _is_fresh(turn)
    if patient or not _is_owed(turn):
        raise newer
    strange = next((i for i, one in enumerate(turn.mail) if one.kind is not MailKind.NEWER), 0)
    if strange:  # it can be replayed; what the customer wrote behind it is read as always
        turn = replace(turn, mail=turn.mail[:strange])
        return turn, Outcome(state=turn.state, dead_letter=NEWER)
    heard, count = await read(turn)
    if not count:
        raise newer
    turn = replace(turn, mail=turn.mail[:count])
    return turn, without_memory(turn, heard, seeds, datetime.now(UTC))


def without_memory(turn: Turn, heard: Sequence[Heard], seeds: Seeds, now: datetime) -> Outcome:
    """The outcome by what was heard alone: the state stays as the later version wrote it."""
    rows = tuple(one.message for one in heard if one.message)
    kept = Outcome(
        state=turn.state,
        rows=rows,
        timers=_later(heard, now),
        dead_letter=NEWER if any(one.kind is HeardKind.NOTICE for one in heard) else "",
    )
    voices = voices_in(seeds, _tongue(turn, rows), now)
    if turn.holder is Holder.QUEUE:
        return _waiting(kept, heard, voices)
    if turn.holder is Holder.AGENT or not any(one.kind in _OURS for one in turn.mail):
        return kept
    view = _view(turn.state)
    name = view.contact.name or next((one.contact.name for one in heard if one.contact.name), "")
    view = view.changed(contact=replace(view.contact, name=name))
    weight = weight_of(CaseReason.BOT_FAILED, seeds, voices[0])
    handed = opened(turn, view, voices, weight, wants=" ".join(row.text for row in rows))
    timers = {**kept.timers, **handed.timers}
    return replace(handed, state=turn.state, rows=rows, timers=timers, dead_letter=kept.dead_letter)


def _is_owed(turn: Turn) -> bool:
    """Whether a customer waits for more than the later version's own timers and notices."""
    renew = turn.holder is Holder.QUEUE
    return any(one.kind in _OURS or (renew and _is_promise(one.raw)) for one in turn.mail)


def _is_promise(raw: bytes) -> bool:
    return raw == PROMISE_TIMER.encode()


def _later(heard: Sequence[Heard], now: datetime) -> dict[str, int]:
    """Its timers ring once more: they mean something to who set them."""
    names = (one.name for one in heard if one.kind is HeardKind.TIMER)
    return dict.fromkeys(names, to_ms(now) + TIMER_LATER_MS)


def _waiting(kept: Outcome, heard: Sequence[Heard], voices: Sequence[Voice]) -> Outcome:
    """Who waits for a person already hears that it was added; a promise is renewed."""
    voice = voices[0]
    if PROMISE_TIMER in kept.timers:
        ahead = outlook(None, voice.hours, voice.now)
        timers = {**kept.timers, PROMISE_TIMER: to_ms(ahead.promise_at)}
        said = [promise_line(one, ahead, "promise.unplaced", "promise.closed") for one in voices]
        return replace(kept, timers=timers, words=notice(said))
    if any(one.kind is HeardKind.MESSAGE for one in heard):
        return replace(kept, words=notice([one.say("queue.added") for one in voices]))
    return kept


def _view(state: bytes) -> State:
    """The memory as far as it can be read here; nothing of it is written."""
    try:
        return State.decode(adopted_state(state))
    except (StateUnreadable, RecordNewer):
        return State()


def _tongue(turn: Turn, rows: Sequence[Message]) -> str:
    """The language they chose or wrote in last; empty when nothing tells."""
    with suppress(StateUnreadable):
        known = decode_state(turn.state).get("tongue")
        if known in set(Language):
            return str(known)
    text = " ".join(row.text for row in rows)
    return str(language_of(text)) if text.strip() else ""
