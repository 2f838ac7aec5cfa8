"""Ways to spoil any history, one at a time, each with the rule it breaks. No tests here.

A corruption returns None where the history has nothing it could spoil.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations
from random import Random
from typing import TypeVar

from tests.faults.history import (
    AgentNoted,
    AgentSaid,
    CaseListed,
    Claimed,
    Event,
    FaultInjected,
    History,
    Released,
    RunSettled,
    ScreenSeen,
    Shown,
    Wrote,
    in_order,
)
from tests.faults.marks import marks_in
from tests.faults.verdict import Rule

Corrupt = Callable[[History, Random], History | None]
_Kind = TypeVar("_Kind", bound=Event)
FAR_MS = 40_000.0
"""So far behind everything no fault is near."""


def _all(history: History, kind: type[_Kind]) -> list[_Kind]:
    return [event for event in history if isinstance(event, kind)]


def _one(items: Sequence[_Kind], chance: Random) -> _Kind | None:
    return chance.choice(items) if items else None


def _answers(history: History) -> list[Shown]:
    """Texts that are the only answer to some question."""
    counts: dict[str, int] = {}
    for text in _all(history, Shown):
        for mark in marks_in(text.text):
            counts[mark] = counts.get(mark, 0) + 1
    proofs = {proof for wrote in _all(history, Wrote) for proof in wrote.proofs}
    alone = {mark for mark, n in counts.items() if n == 1} & proofs
    return [text for text in _all(history, Shown) if alone & {*marks_in(text.text)}]


def _late(history: History, text: Shown, chat: int = 0) -> Shown:
    at_ms = _all(history, RunSettled)[0].at_ms - FAR_MS
    return replace(
        text, at_ms=at_ms, began_ms=at_ms - 2, message_id=900_000, chat=chat or text.chat
    )


def lose_an_answer(history: History, chance: Random) -> History | None:
    # Before a handoff nobody can tell an answer that got lost from one that was withdrawn.
    called = [wrote for wrote in _all(history, Wrote) if wrote.hands_over]
    answers = _answers(history)
    certain = [
        text
        for text, later in permutations(answers, 2)
        if text.chat == later.chat
        and text.at_ms < later.at_ms
        and not any(c.chat == text.chat and text.at_ms < c.at_ms < later.at_ms for c in called)
    ]
    text = _one(certain, chance)
    return tuple(event for event in history if event is not text) if text else None


def lose_an_agents_words(history: History, chance: Random) -> History | None:
    said = _one(_all(history, AgentSaid), chance)
    if said is None:
        return None
    return tuple(e for e in history if not (isinstance(e, Shown) and said.mark in e.text))


def swap_two_answers(history: History, chance: Random) -> History | None:
    text = _one(_answers(history), chance)
    if text is None:
        return None
    moved = {one.mark for one in _all(history, Wrote) if one.proofs == (one.mark,)}
    others = [
        other
        for other in _answers(history)
        if other.chat == text.chat
        and other is not text
        and {*marks_in(other.text)} <= moved
        and {*marks_in(text.text)} <= moved
    ]
    if not others:
        return None
    other = chance.choice(others)
    swap = {id(text): other.message_id, id(other): text.message_id}
    return tuple(
        replace(event, message_id=swap[id(event)])
        if isinstance(event, Shown) and id(event) in swap
        else event
        for event in history
    )


def repeat_an_answer(history: History, chance: Random) -> History | None:
    text = _one(_answers(history), chance)
    quiet = text and not any(
        fault.at_ms <= text.at_ms + 2_000 and fault.until_ms >= text.began_ms - 2_000
        for fault in _all(history, FaultInjected)
    )
    return in_order([*history, _late(history, text)]) if text and quiet else None


def hear_an_update_twice(history: History, chance: Random) -> History | None:
    screen = _one([one for one in _all(history, ScreenSeen) if one.marks], chance)
    if screen is None:
        return None
    twice = replace(screen, marks=(*screen.marks, screen.marks[-1]))
    return tuple(twice if event is screen else event for event in history)


def show_it_to_somebody_else(history: History, chance: Random) -> History | None:
    text = _one(_answers(history), chance)
    others = {wrote.chat for wrote in _all(history, Wrote)} - ({text.chat} if text else set())
    if text is None or not others:
        return None
    return in_order([*history, _late(history, text, min(others))])


def let_a_note_leave(history: History, chance: Random) -> History | None:
    note, text = _one(_all(history, AgentNoted), chance), _one(_all(history, Shown), chance)
    if note is None or text is None:
        return None
    return in_order([*history, _late(history, replace(text, text=note.text), note.chat)])


def invent_an_order(history: History, chance: Random) -> History | None:
    text = _one(_all(history, Shown), chance)
    return in_order([*history, _late(history, replace(text, text="W2987654"))]) if text else None


def give_a_case_to_a_second(history: History, chance: Random) -> History | None:
    claim = _one(_all(history, Claimed), chance)
    if claim is None:
        return None
    at_ms = claim.at_ms + 1
    other = replace(claim, agent="eve", op="eve", at_ms=at_ms, began_ms=at_ms)
    return in_order([*history, other])


def accept_words_after_the_end(history: History, chance: Random) -> History | None:
    ended = {one.case for one in _all(history, Released)}
    said = _one([one for one in _all(history, AgentSaid) if one.case in ended], chance)
    if said is None:
        return None
    at_ms = _all(history, RunSettled)[0].at_ms - 1
    late = replace(said, op="late", mark="vxzzzzzz", at_ms=at_ms, began_ms=at_ms)
    return in_order([*history, late])


def open_a_second_case(history: History, chance: Random) -> History | None:
    rows = _all(history, CaseListed)
    first = _one([row for row in rows if row.status == "waiting"], chance)
    if first is None:
        return None
    return in_order([*history, replace(first, case="beside", at_ms=first.at_ms + 0.5)])


def answer_too_late(history: History, chance: Random) -> History | None:
    if _all(history, FaultInjected):
        return None
    first = _all(history, Wrote)[:1]
    if not first or not any(first[0].mark in text.text for text in _all(history, Shown)):
        return None
    early = replace(first[0], at_ms=first[0].at_ms - 20_000)
    return in_order([early, *history[:1], *(e for e in history[1:] if e is not first[0])])


def stay_away_after_a_fault(history: History, chance: Random) -> History | None:
    if _all(history, FaultInjected):
        return None
    text, wrote = _all(history, Shown)[-1], _all(history, Wrote)[-1]
    fault = FaultInjected(
        at_ms=wrote.at_ms - 1, until_ms=wrote.at_ms - 1, kind="bot.kill", target="bot", in_flight=1
    )
    late = replace(text, at_ms=text.at_ms + 9_000, began_ms=text.began_ms + 9_000)
    return in_order([fault, late, *(event for event in history if event is not text)])


CORRUPTIONS: dict[str, tuple[Rule, Corrupt]] = {
    corrupt.__name__: (rule, corrupt)
    for rule, corrupt in (
        (Rule.NOTHING_LOST, lose_an_answer),
        (Rule.NOTHING_LOST, lose_an_agents_words),
        (Rule.IN_ORDER, swap_two_answers),
        (Rule.NOT_TWICE, repeat_an_answer),
        (Rule.NOT_TWICE, hear_an_update_twice),
        (Rule.RIGHT_RECIPIENT, show_it_to_somebody_else),
        (Rule.RIGHT_RECIPIENT, let_a_note_leave),
        (Rule.NOTHING_INVENTED, invent_an_order),
        (Rule.ONE_HOLDER, give_a_case_to_a_second),
        (Rule.ONE_HOLDER, accept_words_after_the_end),
        (Rule.ONE_CASE, open_a_second_case),
        (Rule.IN_TIME, answer_too_late),
        (Rule.BACK_TO_NORMAL, stay_away_after_a_fault),
    )
}
