"""Rules about time and logs: I6 deadline, I9 leaks, I10 back to normal. No tests here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.faults.evidence import Evidence, Fate
from tests.faults.history import FaultInjected
from tests.faults.marks import marks_in
from tests.faults.verdict import Expected, Rule, Violation, Wrong

BY_THE_BOT = (Fate.ECHOED, Fate.LEANED, Fate.LEANED_AND_SEEN)


def in_time(evidence: Evidence, expected: Expected) -> Iterator[Violation]:
    """Nobody waits longer than the deadline, troubled time and what the machine took for others
    left out; and the 99th is fast.
    """
    trouble = troubled(evidence, expected)
    for one in evidence.utterances:
        settled = evidence.fates[one.place]
        if settled.fate not in (*BY_THE_BOT, Fate.ON_SCREEN):
            continue
        # Until people have it, a question waits for the bot.
        until_ms = settled.handed_ms if settled.fate is Fate.ON_SCREEN else settled.at_ms
        waited_ms = healthy_ms(one.at_ms, until_ms, trouble)
        if waited_ms > expected.deadline_ms:
            # Seldom looked at, and never in a quiet run.
            waited_ms -= evidence.strain.lost_ms(
                one.at_ms, until_ms, lambda began, ended: healthy_ms(began, ended, trouble)
            )
        if waited_ms > expected.deadline_ms:
            where = f"chat {one.chat}, message {one.message_id}: {waited_ms:.0f} ms"
            yield Violation(Rule.IN_TIME, Wrong.LATE, where, one.at_ms)
    slowest = quantile(latencies(evidence), 0.99)
    if expected.p99_ms is not None and slowest > expected.p99_ms:
        where = f"p99 {slowest:.0f} ms"
        yield Violation(Rule.IN_TIME, Wrong.SLOW, where, evidence.end_ms)


def no_leak(evidence: Evidence, expected: Expected, log: Iterable[str]) -> Iterator[Violation]:
    """No log line holds a secret, a name, or a word of what was said."""
    spoken = {one.mark for one in evidence.utterances} | {one.mark for one in evidence.said}
    for number, line in enumerate(log, 1):
        words = [mark for mark in marks_in(line) if mark in spoken and not mark.startswith("W")]
        secrets = any(canary in line for canary in expected.canaries)
        if words or secrets:
            what = words[0] if words else "a canary"  # the report must not leak it once more
            yield Violation(Rule.NO_LEAK, Wrong.LEAK, f"{what} in line {number}")


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long after a fault's end the next answer came; None when nobody waited for one."""

    fault: FaultInjected
    took_ms: float | None


def back_to_normal(evidence: Evidence, expected: Expected) -> Iterator[Violation]:
    """After each fault somebody who waits is answered within the time its kind has."""
    for recovery in recoveries(evidence):
        limit_ms = expected.recovery_of(recovery.fault)
        if recovery.took_ms is not None and recovery.took_ms > limit_ms:
            where = f"{recovery.fault.kind} {recovery.fault.target}: {recovery.took_ms:.0f} ms"
            yield Violation(Rule.BACK_TO_NORMAL, Wrong.NOT_BACK, where, recovery.fault.at_ms)


def recoveries(evidence: Evidence) -> list[Recovery]:
    """For each fault the time from its end (or from the first message after it, when nobody was
    waiting) to the next text that was begun; ended by the next fault, which then has its own.
    """
    shown = [text.began_ms for text in evidence.shown]
    waiting = _waiting(evidence)
    faults = sorted(evidence.faults, key=lambda fault: fault.until_ms)
    found = []
    for place, fault in enumerate(faults):
        others = [other.at_ms for other in faults[place + 1 :] if other.until_ms > fault.until_ms]
        until_ms = min(others, default=evidence.end_ms)
        began_ms = _first_open(waiting, fault.until_ms, until_ms)
        answers = [at_ms for at_ms in shown if began_ms is not None and at_ms >= began_ms]
        if began_ms is None or (min(answers, default=until_ms) >= until_ms and others):
            found.append(Recovery(fault, None))
        else:
            found.append(Recovery(fault, min(answers, default=until_ms) - began_ms))
    return found


def _waiting(evidence: Evidence) -> list[tuple[float, float]]:
    """From when to when each customer waited for the bot."""
    waits = []
    for one in evidence.utterances:
        settled = evidence.fates[one.place]
        if settled.fate in BY_THE_BOT:
            waits.append((one.at_ms, settled.at_ms))
        elif settled.fate is Fate.LOST:
            waits.append((one.at_ms, evidence.end_ms))
    return waits


def _first_open(
    waiting: list[tuple[float, float]], after_ms: float, until_ms: float
) -> float | None:
    """When, from `after_ms` on, somebody waits: at once, or from the next message on."""
    starts = [max(began, after_ms) for began, ended in waiting if ended > after_ms]
    first = min(starts, default=until_ms)
    return first if first < until_ms else None


def troubled(evidence: Evidence, expected: Expected) -> list[tuple[float, float]]:
    """The times in which a fault lasted or its kind had time to recover, joined."""
    spans = sorted(
        (fault.at_ms, fault.until_ms + expected.recovery_of(fault)) for fault in evidence.faults
    )
    joined: list[tuple[float, float]] = []
    for began, ended in spans:
        if joined and began <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ended))
        else:
            joined.append((began, ended))
    return joined


def healthy_ms(began_ms: float, ended_ms: float, trouble: list[tuple[float, float]]) -> float:
    """How much of a wait lay outside trouble."""
    troubled_ms = sum(
        max(0.0, min(ended_ms, ended) - max(began_ms, began)) for began, ended in trouble
    )
    return max(0.0, ended_ms - began_ms - troubled_ms)


def latencies(evidence: Evidence) -> list[float]:
    """How long everybody waited whose answer is known to be theirs, trouble included."""
    settled = ((one, evidence.fates[one.place]) for one in evidence.utterances)
    return [end.at_ms - one.at_ms for one, end in settled if end.fate is Fate.ECHOED]


def own_latencies(evidence: Evidence) -> list[float]:
    """The same, in the time that the machine gave."""
    settled = ((one, evidence.fates[one.place]) for one in evidence.utterances)
    own_ms = evidence.strain.own_ms
    return [own_ms(one.at_ms, end.at_ms) for one, end in settled if end.fate is Fate.ECHOED]


def quantile(values: list[float], share: float) -> float:
    """The value below which this share lies; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
