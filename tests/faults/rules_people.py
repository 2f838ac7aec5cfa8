"""Rules about cases: I3 one holder and nothing stale, I5 one open case. No tests here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.faults.evidence import Evidence, Hold, Utterance
from tests.faults.history import (
    AgentNoted,
    AgentSaid,
    CaseListed,
    Claimed,
    ClaimRefused,
    FrameSeen,
    Released,
    Shown,
    Vanished,
)
from tests.faults.marks import marks_in
from tests.faults.verdict import Expected, Rule, Violation, Wrong

TOLD_TO_ALL = "figures"
"""The frame that every agent gets for every case that moves."""
LOOK_MS = 5_000.0
"""So long an answer may take to reach the page that asked what is in the queue."""


def one_holder(evidence: Evidence) -> Iterator[Violation]:
    """A case changes hands only when it was given up, and a refusal names a true holder."""
    for case, taken in evidence.claims.items():
        for first, second in pairwise(sorted(taken, key=lambda claim: claim.at_ms)):
            if first.agent != second.agent and not _given_up(evidence, first, second):
                yield _case(Wrong.TWO_HOLDERS, case, f"{first.agent}, {second.agent}", second.at_ms)
    for refused in evidence.all_of(ClaimRefused):
        holders = {claim.agent for claim in evidence.claims.get(refused.case, ())}
        if refused.holder and refused.holder not in holders:
            yield _case(Wrong.WRONG_HOLDER, refused.case, refused.holder, refused.at_ms)


def no_stale_action(evidence: Evidence) -> Iterator[Violation]:
    """What an agent does to a case is accepted only while they have it."""
    done: set[tuple[str, str]] = set()
    for event in evidence.history:
        if not isinstance(event, AgentSaid | AgentNoted | Released):
            continue
        again = (event.agent, event.op) in done  # a repeated press is no new action
        done.add((event.agent, event.op))
        own = [c for c in evidence.claims.get(event.case, ()) if c.agent == event.agent]
        own = [c for c in own if c.began_ms <= event.at_ms]
        # Whoever never had a case may still note in it or give it back: a supervisor.
        if again or not (own or isinstance(event, AgentSaid)):
            continue
        began_ms = event.at_ms if isinstance(event, AgentNoted) else event.began_ms
        if not own or _was_lost(evidence, own[-1], began_ms):
            yield _case(Wrong.STALE_ACTION, event.case, event.agent, event.at_ms)


def no_stale_word(evidence: Evidence, expected: Expected) -> Iterator[Violation]:
    """No answer of the bot is begun while an agent holds."""
    spared: set[str] = set()
    for text in evidence.shown:
        answered = [one for mark in marks_in(text.text) for one in evidence.names.get(mark, ())]
        answered = [one for one in answered if one.chat == text.chat]
        hold = evidence.hold_of(text.chat, text.began_ms) if answered else None
        if hold is None or text.edited or _is_notice(evidence, answered):
            continue
        late_ms = text.began_ms - hold.from_ms
        first = hold.claim.op not in spared
        if hold.claim.in_flight and first and late_ms <= expected.in_flight_ms:
            spared.add(hold.claim.op)  # the desk had said that one word was still on its way
            continue
        yield _stale_word(text, hold)


def one_case(evidence: Evidence) -> Iterator[Violation]:
    """A conversation never has two open cases."""
    open_in: dict[int, dict[str, float]] = defaultdict(dict)
    for row in evidence.all_of(CaseListed):
        beside = open_in[row.chat]
        for case, since_ms in beside.items():
            if case != row.case and _was_open(evidence, case, since_ms, row.at_ms):
                where = f"chat {row.chat}: {case} and {row.case}"
                yield Violation(Rule.ONE_CASE, Wrong.TWO_CASES, where, row.at_ms)
        beside[row.case] = row.at_ms


def no_gap(evidence: Evidence) -> Iterator[Violation]:
    """What one page was told of the queue every page was told that came before and stayed, unless
    it was told to read everything anew.
    """
    pages: dict[str, dict[tuple[int, int], float]] = defaultdict(dict)
    anew = {frame.agent for frame in evidence.all_of(FrameSeen) if frame.name == "reset"}
    for frame in evidence.all_of(FrameSeen):
        if frame.name == TOLD_TO_ALL and frame.event_id:
            pages[frame.agent].setdefault(_place(frame.event_id), frame.at_ms)
    told: dict[tuple[int, int], float] = {}
    for seen in pages.values():
        for place, at_ms in seen.items():
            told[place] = min(at_ms, told.get(place, at_ms))
    left = {gone.agent: gone.at_ms for gone in evidence.all_of(Vanished)}
    for agent, seen in pages.items():
        until_ms = left.get(agent, evidence.end_ms) - LOOK_MS
        for place, at_ms in told.items():
            due = min(seen) < place and at_ms < until_ms
            if due and place not in seen and agent not in anew:
                where = f"{agent}, event {place[0]}-{place[1]}"
                yield Violation(Rule.NOTHING_LOST, Wrong.GAP, where, at_ms)


def _place(event_id: str) -> tuple[int, int]:
    ms, _, number = event_id.partition("-")
    return int(ms), int(number)


def _was_open(evidence: Evidence, case: str, since_ms: float, at_ms: float) -> bool:
    """Whether a case listed at `since_ms` was surely open at `at_ms`: it is listed again."""
    resolved = any(
        one.how == "resolved" and since_ms <= one.at_ms and one.began_ms <= at_ms
        for one in evidence.releases.get(case, ())
    )
    return not resolved and evidence.listings[case][-1] >= at_ms


def _given_up(evidence: Evidence, first: Claimed, second: Claimed) -> bool:
    """Whether the case may have left the first agent's hands before it came to the second's."""
    released = any(
        one.at_ms >= first.began_ms and one.began_ms <= second.at_ms
        for one in evidence.releases.get(first.case, ())
    )
    return released or any(
        one.agent == first.agent and first.began_ms <= one.at_ms <= second.at_ms
        for one in evidence.all_of(Vanished)
    )


def _was_lost(evidence: Evidence, claim: Claimed, began_ms: float) -> bool:
    """Whether the case of this claim was surely somebody else's, or nobody's, at `began_ms`."""
    after = claim.at_ms
    taken = any(
        other.agent != claim.agent and other.began_ms > after and other.at_ms < began_ms
        for other in evidence.claims.get(claim.case, ())
    )
    given = any(
        one.began_ms > after and one.at_ms < began_ms
        for one in evidence.releases.get(claim.case, ())
    )
    free = any(after < at_ms < began_ms - LOOK_MS for at_ms in evidence.freed.get(claim.case, ()))
    return taken or given or free


def _is_notice(evidence: Evidence, answered: list[Utterance]) -> bool:
    """What is said to whoever is handed over is a notice, and notices do not die at a claim."""
    bursts = {one.burst for one in answered if one.burst}
    return any(one.hands_over for one in answered) or any(
        one.hands_over and one.burst in bursts for one in evidence.utterances
    )


def _stale_word(text: Shown, hold: Hold) -> Violation:
    where = f"chat {text.chat}, message {text.message_id}, while {hold.claim.agent} held"
    return Violation(Rule.ONE_HOLDER, Wrong.STALE_WORD, where, text.at_ms)


def _case(wrong: Wrong, case: str, who: str, at_ms: float) -> Violation:
    return Violation(Rule.ONE_HOLDER, wrong, f"case {case}, {who}", at_ms)
