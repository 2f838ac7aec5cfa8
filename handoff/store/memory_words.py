"""Begin words and keep Telegram's budgets, in a dictionary: the same rules as `lua/_begin.lua`.

Beginning is the last check before a word is said. Answers are withdrawn under an agent, old words
expire, nobody is told the same thing a third time.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from handoff.agenda import SEND_LEASE_MS, MailKind, Sending
from handoff.case import CaseStatus
from handoff.conversation import (
    Author,
    Delivery,
    DeliveryState,
    Holder,
    Message,
    MessageKind,
)
from handoff.store.memory_records import Lane, Lease, Memory, QueuedWord
from handoff.store.records import encode_body, line_of
from handoff.words import Limits, Word, WordKind

MAX_ATTEMPTS = 2
SHORT_MS = 500
"""The total budget is short when less than half of it is left."""
GROUP_WINDOW_MS = 60_000 + 200
ORDER = (WordKind.PERSON, WordKind.ANSWER, WordKind.NOTICE)
"""Across lanes people's words go first."""


def queue_words(memory: Memory, lane: Lane, words: Sequence[Word]) -> tuple[int, ...]:
    """Put words at the end of a lane, each with its transcript row; returns their numbers."""
    return tuple(_queue(memory, lane, word) for word in words)


def _queue(memory: Memory, lane: Lane, word: Word) -> int:
    number = queue_silently(memory, lane, word)
    memory.write(lane, replace(line_of(word), word=number))
    return number


def queue_silently(memory: Memory, lane: Lane, word: Word) -> int:
    """Put a word at the end of a lane without a transcript row; returns its number."""
    lane.word_count += 1
    number, body = lane.word_count, word.body
    expires_ms = memory.now() + word.life_ms if word.life_ms else 0
    lane.words.append(QueuedWord(number, word.kind, encode_body(body), body.text, expires_ms))
    return number


def queue_and_put(memory: Memory, lane: Lane, words: Sequence[Word]) -> tuple[int, ...]:
    """Queue words and make the lane due."""
    numbers = queue_words(memory, lane, words)
    if lane.words:
        put_lane(memory, lane)
    return numbers


def put_lane(memory: Memory, lane: Lane) -> None:
    """Make a lane due now, unless it is on the agenda already: due, parked or leased."""
    if lane.conversation not in memory.sends.due:
        memory.sends.due[lane.conversation] = memory.now()
        memory.knock("sends")


def begin(
    memory: Memory, lane: Lane, limits: Limits, owner: str, *, fused: bool = False
) -> Sending | None:
    """Lease the lane and begin its first word that may be said; None when none may be said now. One
    that is `fused` with a commit or settle gives way to the agenda when the total budget is short.
    """
    lane.sending = None
    memory.sends.due.pop(lane.conversation, None)
    while lane.words and (why := _refusal(lane, memory.now())):
        drop(memory, lane, Delivery(why))
    if not lane.words:
        return None
    at_ms = _free_at(memory, lane, limits)
    if at_ms > memory.now():
        memory.sends.due[lane.conversation] = at_ms
        return None
    if fused and _gives_way(memory, lane.words[0].kind):
        put_lane(memory, lane)
        return None
    _spend(memory, lane, limits)
    word, lane.sending = lane.words[0], Lease.of(owner)
    word.attempts += 1
    memory.sends.due[lane.conversation] = memory.now() + SEND_LEASE_MS
    return Sending(
        lane.conversation, lane.sending.token, word.number, word.kind, word.body, word.attempts
    )


def _gives_way(memory: Memory, kind: WordKind) -> bool:
    now = memory.now()
    if memory.total_budget.spent_until_ms - now < SHORT_MS:
        return False
    for conversation, at_ms in memory.sends.due.items():
        words = memory.lanes[conversation].words
        if at_ms <= now and words:
            place, ours = ORDER.index(words[0].kind), ORDER.index(kind)
            if place < ours or (place == ours and at_ms < now):
                return True
    return False


def _refusal(lane: Lane, now: int) -> DeliveryState | None:
    word = lane.words[0]
    if word.attempts >= MAX_ATTEMPTS:
        return DeliveryState.UNKNOWN
    if word.kind is WordKind.ANSWER and lane.holder is Holder.AGENT:
        return DeliveryState.UNKNOWN if word.attempts else DeliveryState.WITHDRAWN
    if not word.attempts and word.expires_ms and now > word.expires_ms:
        return DeliveryState.EXPIRED
    return None


def drop(memory: Memory, lane: Lane, delivery: Delivery, *, unreachable: bool = False) -> None:
    """Settle the lane's first word; what did not arrive ends in a decision, but for customers who
    left.
    """
    word = lane.words.pop(0)
    lane.ledger[word.number] = delivery
    if delivery.state is DeliveryState.EXPIRED and word.kind is WordKind.ANSWER:
        memory.deliver(lane, MailKind.EXPIRED, str(word.number).encode())
        memory.put_turn(lane)
    if delivery.state in (DeliveryState.FAILED, DeliveryState.UNKNOWN) and not unreachable:
        _fell(memory, lane, word, delivery.state)
    if lane.case_id:
        memory.event(f"words.{delivery.state}", lane, lane.case_id)


def _fell(memory: Memory, lane: Lane, word: QueuedWord, how: DeliveryState) -> None:
    """An answer comes back as mail; an agent's words reopen their case when it is closed."""
    if word.kind is WordKind.ANSWER and lane.holder is not Holder.AGENT:
        memory.deliver(lane, MailKind.UNDELIVERED, f"{word.number}:{how}".encode())
        memory.put_turn(lane)
    elif word.kind is WordKind.PERSON and not lane.case_id:
        _reopen(memory, lane, word.number)


def _reopen(memory: Memory, lane: Lane, number: int) -> None:
    """The case waits again, at its old rank."""
    theirs = [case for case in memory.cases.values() if case.conversation == lane.conversation]
    if not theirs or number not in memory.case_words.get(theirs[-1].id, set()):
        return
    case = theirs[-1]
    lane.holder, lane.epoch, lane.case_id, lane.agent = Holder.QUEUE, lane.epoch + 1, case.id, ""
    memory.cases[case.id] = replace(
        case,
        status=CaseStatus.WAITING,
        agent="",
        epoch=lane.epoch,
        resolved_at=None,
        resolution="",
    )
    memory.write(lane, Message(Author.SYSTEM, "reopened", MessageKind.EVENT))
    memory.event("case.reopened", lane, case.id)


def withdraw_answers(lane: Lane) -> tuple[str, ...]:
    """Take back every answer that nobody has begun; returns their texts."""
    gone = [w for w in lane.words if w.kind is WordKind.ANSWER and not w.attempts]
    for word in gone:
        lane.words.remove(word)
        lane.ledger[word.number] = Delivery(DeliveryState.WITHDRAWN)
    return tuple(word.text for word in gone)


def in_flight(memory: Memory, lane: Lane) -> int:
    """The number of the word that is being tried right now, 0 when there is none."""
    leased = memory.sends.due.get(lane.conversation, 0) > memory.now()
    return lane.words[0].number if lane.sending and leased and lane.words else 0


def total_free_at(memory: Memory, limits: Limits) -> int:
    """When the bot may speak next, to anybody."""
    rate = limits.total_per_second
    return memory.total_budget.free_at(memory.now(), rate=rate, burst=rate)


def _free_at(memory: Memory, lane: Lane, limits: Limits) -> int:
    now, rate, burst = memory.now(), limits.chat_per_second, limits.chat_burst
    return max(
        lane.budget.free_at(now, rate=rate, burst=burst),
        total_free_at(memory, limits),
        _group_free_at(lane, limits, now),
    )


def _group_free_at(lane: Lane, limits: Limits, now: int) -> int:
    """A group's minute is a window: what counts is the time of the 20th send before this one."""
    if not lane.is_group or len(lane.group_sends) < limits.group_per_minute:
        return 0
    oldest = lane.group_sends[-limits.group_per_minute]
    return oldest + GROUP_WINDOW_MS if oldest <= now else 0


def _spend(memory: Memory, lane: Lane, limits: Limits) -> None:
    now, total = memory.now(), limits.total_per_second
    memory.total_budget.spend(now, rate=total, burst=total)
    lane.budget.spend(now, rate=limits.chat_per_second, burst=limits.chat_burst)
    if lane.is_group:
        lane.group_sends.append(now)


def by_agent(words: Sequence[Word], agent: str) -> list[Word]:
    """The same words with the agent's id, whatever they claimed."""
    return [replace(word, agent=agent) for word in words]
