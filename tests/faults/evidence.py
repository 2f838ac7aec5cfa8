"""Read a history: who said what, what was shown for it, who held a case when. No tests here.

Pure. It gathers and decides nothing but one thing: what became of each utterance of a customer, by
what was seen from outside. Evidence in order of strength:

* **echoed**: a text in the same chat, begun after it, names one of its proofs. Nobody who has not
  read the message can do that. Messages that have proofs are only settled this way or the next.
* **on screen**: an agent's page showed its mark, and people had the conversation: it was written
  after the handoff, or the bot had answered nothing later before it. What the bot should have
  answered and did not stays lost, even if an agent reads it afterwards.
* **leaned**: it has no proof to give (a thank-you, a press), and some text was begun in its chat
  after it. That shows that the customer was not left in silence, not that it was read. A screen
  that shows the whole conversation without the mark overrules it; a page that shows the mark makes
  it whole (**leaned and seen on a page**).
* **replaced**: its customer edited it, and the edit was settled.
* **failed**: an alert names the chat; **unreachable**: Telegram says the customer is gone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from tests.faults.history import (
    AgentSaid,
    AlertRaised,
    Blocked,
    CallRefused,
    CaseListed,
    Claimed,
    Edited,
    Event,
    FaultInjected,
    History,
    Pressed,
    Released,
    RunSettled,
    ScreenSeen,
    Shown,
    ToastShown,
    Vanished,
    Wrote,
)
from tests.faults.marks import marks_in
from tests.faults.strain import Strain

_Kind = TypeVar("_Kind", bound=Event)
_Any = TypeVar("_Any")
_Cased = TypeVar("_Cased", Claimed, Released, CaseListed)
_Chatted = TypeVar(
    "_Chatted", Shown, ScreenSeen, AlertRaised, CallRefused, ToastShown, Blocked, Released
)
GONE = 403
PROMISE = re.compile(r"passed you to|转给人工同事|轉給人工同事")
"""What the customer is told when people take over for a reason of the bot's own."""


class Fate(StrEnum):
    """What became of an utterance."""

    ECHOED = "echoed"
    ON_SCREEN = "on screen"
    LEANED = "leaned"
    LEANED_AND_SEEN = "leaned and seen on a page"
    REPLACED = "replaced"
    FAILED = "failed with an alert"
    UNREACHABLE = "unreachable"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Something a customer did, in the order of their phone (`place` counts within the run)."""

    place: int
    at_ms: float
    chat: int
    message_id: int
    mark: str
    proofs: tuple[str, ...]
    carries: tuple[str, ...]
    burst: str = ""
    hands_over: bool = False
    written: bool = True
    edit: bool = False
    callback_id: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an utterance, when, which text told it, and since when people had it."""

    fate: Fate
    at_ms: float = 0.0
    by: Shown | None = None
    handed_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Hold:
    """An agent had a case: surely from `from_ms` until `until_ms`."""

    claim: Claimed
    until_ms: float

    @property
    def from_ms(self) -> float:
        """Since the desk had said so."""
        return self.claim.at_ms


class Evidence:
    """A history, looked at from every side a rule needs."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.utterances = tuple(_utterances(history))
        self.shown = self.all_of(Shown)
        self.faults = self.all_of(FaultInjected)
        self.texts = _by_chat(self.shown)
        self.screens = _by_chat(self.all_of(ScreenSeen))
        self.said = self.all_of(AgentSaid)
        self.strain = Strain(history)
        self.by_mark = {one.mark: one for one in self.utterances}
        self.names: dict[str, list[Utterance]] = defaultdict(list)
        for one in self.utterances:
            for name in dict.fromkeys((one.mark, *one.proofs)):
                self.names[name].append(one)

    def all_of(self, kind: type[_Kind]) -> tuple[_Kind, ...]:
        """The events of one kind."""
        return tuple(event for event in self.history if isinstance(event, kind))

    @cached_property
    def end_ms(self) -> float:
        """When the run had settled."""
        settled = self.all_of(RunSettled)
        return settled[-1].at_ms if settled else self.history[-1].at_ms if self.history else 0.0

    @cached_property
    def naming(self) -> dict[tuple[int, str], list[Shown]]:
        """The texts of a chat that name a mark, edits in place left out."""
        found: dict[tuple[int, str], list[Shown]] = defaultdict(list)
        for place, texts in self._telling.items():
            if new := [text for text in texts if not text.edited]:
                found[place] = new
        return found

    @cached_property
    def _telling(self) -> dict[tuple[int, str], list[Shown]]:
        """The texts of a chat that name a mark, as new messages or in the place of old ones."""
        found: dict[tuple[int, str], list[Shown]] = defaultdict(list)
        for text in self.shown:
            for name in marks_in(text.text):
                found[text.chat, name].append(text)
        return found

    @cached_property
    def on_screens(self) -> dict[tuple[int, str], float]:
        """When a mark was first seen on an agent's page of its chat."""
        found: dict[tuple[int, str], float] = {}
        for screen in self.all_of(ScreenSeen):
            for mark in screen.marks:
                found.setdefault((screen.chat, mark), screen.at_ms)
        return found

    @cached_property
    def fates(self) -> dict[int, Settled]:
        """What became of each utterance, by its place."""
        fates = {one.place: self._fate(one) for one in self.utterances}
        versions: dict[tuple[int, int], list[Utterance]] = defaultdict(list)
        for one in self.utterances:
            if one.written:
                versions[one.chat, one.message_id].append(one)
        for first, second in (pair for same in versions.values() for pair in pairs(same)):
            # From the last edit back to the first words.
            after = fates[second.place]
            if fates[first.place].fate is not Fate.ECHOED and after.fate is not Fate.LOST:
                fates[first.place] = Settled(Fate.REPLACED, after.at_ms, after.by)
        return fates

    @cached_property
    def holds(self) -> tuple[Hold, ...]:
        """Who surely held which case when."""
        return tuple(Hold(claim, self._hold_end(claim)) for claim in self.all_of(Claimed))

    def hold_of(self, chat: int, at_ms: float) -> Hold | None:
        """The hold on a chat's case at this moment."""
        for hold in self.holds:
            if hold.claim.chat == chat and hold.from_ms < at_ms <= hold.until_ms:
                return hold
        return None

    def first_echo(self, one: Utterance) -> Shown | None:
        """The first text that proves that an utterance was read."""
        found = [
            text
            for proof in one.proofs
            for text in self._telling.get((one.chat, proof), ())
            if text.at_ms >= one.at_ms
        ]
        return min(found, key=lambda text: (text.at_ms, text.message_id), default=None)

    def hidden_from(self, one: Utterance) -> bool:
        """Whether the last page that showed the whole conversation should show it and does not."""
        whole = [screen for screen in self.screens.get(one.chat, ()) if screen.whole]
        if not whole or one.mark in whole[-1].marks:
            return False
        at_ms = whole[-1].at_ms
        ready_ms = max(
            [one.at_ms, *(fault.until_ms for fault in self.faults if fault.at_ms <= at_ms)]
        )
        return at_ms - ready_ms > SCREEN_DELAY_MS

    def _fate(self, one: Utterance) -> Settled:
        echo, seen = self.first_echo(one), self._seen(one)
        # Named again long after people had dealt with it, it was not answered then.
        if echo and (seen is None or echo.at_ms <= seen.at_ms):
            return Settled(Fate.ECHOED, echo.at_ms, echo)
        leaned = self._leaned(one)
        if leaned is not None and not (one.written and self.hidden_from(one)):
            return leaned
        return seen or self._given_up(one)

    def _seen(self, one: Utterance) -> Settled | None:
        for screen in self.screens.get(one.chat, ()):
            if one.mark in screen.marks and self._was_with_people(one, screen):
                handed_ms = self._handed_over(screen)
                return Settled(Fate.ON_SCREEN, screen.at_ms, handed_ms=handed_ms)
        return None

    def _was_with_people(self, one: Utterance, screen: ScreenSeen) -> bool:
        """Whether it was for people to answer, as far as can be seen: they were called, or the
        customer was told that somebody comes.
        """
        handed_ms = self._handed_over(screen)
        return one.at_ms >= handed_ms or not any(
            later.place > one.place and one.at_ms <= text.began_ms < handed_ms
            for later, text in self._echoes.get(one.chat, ())
        )

    def _handed_over(self, screen: ScreenSeen) -> float:
        """Since when people had the conversation that a page shows."""
        back = [one.at_ms for one in self._returns.get(screen.chat, ())]
        back_ms = max((at_ms for at_ms in back if at_ms <= screen.at_ms), default=0.0)
        called = [one.at_ms for one in self._calls.get(screen.chat, ()) if one.at_ms >= back_ms]
        listed = [at_ms for at_ms in self.listings.get(screen.case, ()) if at_ms >= back_ms]
        texts = self.texts.get(screen.chat, ())
        promised = [text.began_ms for text in texts if PROMISE.search(text.text)]
        promised = [at_ms for at_ms in promised if at_ms >= back_ms]
        return min([*called, *listed, *promised, screen.at_ms])

    @cached_property
    def _returns(self) -> dict[int, list[Released]]:
        """When each chat came back to the bot."""
        resolved = [one for one in self.all_of(Released) if one.how == "resolved"]
        return _by_chat(resolved)

    @cached_property
    def _calls(self) -> dict[int, list[Utterance]]:
        """What had to call a person, by chat."""
        found: dict[int, list[Utterance]] = defaultdict(list)
        for one in self.utterances:
            if one.hands_over:
                found[one.chat].append(one)
        return found

    @cached_property
    def _echoes(self) -> dict[int, list[tuple[Utterance, Shown]]]:
        """The bot's first answer to each question of a chat."""
        found: dict[int, list[tuple[Utterance, Shown]]] = defaultdict(list)
        for one in self.utterances:
            if echo := self.first_echo(one):
                found[one.chat].append((one, echo))
        return found

    def _leaned(self, one: Utterance) -> Settled | None:
        if one.proofs:
            return None
        if one.hands_over and self._last_looked.get(one.chat, 0.0) < one.at_ms:
            return None
        if one.callback_id:
            for toast in self._toasts.get(one.chat, ()):
                if toast.callback_id == one.callback_id:
                    return Settled(Fate.LEANED, toast.at_ms)
        for text in self.texts.get(one.chat, ()):
            # What is asked anew may be told in the same words.
            again = set(one.carries) & set(marks_in(text.text))
            if text.began_ms >= one.at_ms and (again or not self.is_copy(text)):
                seen = (one.chat, one.mark) in self.on_screens
                return Settled(Fate.LEANED_AND_SEEN if seen else Fate.LEANED, text.at_ms, text)
        return None

    def is_copy(self, text: Shown) -> bool:
        """Whether the same text was shown in the chat just before, so that it answers nothing;
        unless somebody sent something since then that may be told in the same words.
        """
        marks = set(marks_in(text.text))
        before = [old for old in self.texts[text.chat] if old.at_ms < text.at_ms]
        if not (marks and before and before[-1].text == text.text):
            return False
        return not any(
            one.chat == text.chat
            and before[-1].at_ms < one.at_ms <= text.began_ms
            and not marks.isdisjoint(one.carries)
            for one in self.utterances
        )

    def _given_up(self, one: Utterance) -> Settled:
        for alert in self._alerts.get(one.chat, ()):
            if alert.at_ms >= one.at_ms:
                return Settled(Fate.FAILED, alert.at_ms)
        for refused in self._refusals.get(one.chat, ()):
            if refused.code == GONE and refused.at_ms >= one.at_ms:
                return Settled(Fate.UNREACHABLE, refused.at_ms)
        for block in self._blocks.get(one.chat, ()):
            if block.blocked and block.at_ms >= one.at_ms:
                return Settled(Fate.UNREACHABLE, block.at_ms)
        return Settled(Fate.LOST)

    def _hold_end(self, claim: Claimed) -> float:
        moves = [move for move in self._moves.get(claim.case, ()) if move.at_ms > claim.at_ms]
        ends = [move.began_ms if not isinstance(move, CaseListed) else move.at_ms for move in moves]
        gone = [one.at_ms for one in self._vanished if one.agent == claim.agent]
        return min([*ends, *(at_ms for at_ms in gone if at_ms > claim.at_ms)], default=self.end_ms)

    @cached_property
    def _moves(self) -> dict[str, list[Claimed | Released | CaseListed]]:
        """What ends a hold on a case, in order."""
        found: dict[str, list[Claimed | Released | CaseListed]] = defaultdict(list)
        for event in self.history:
            free = isinstance(event, CaseListed) and event.status != "assigned"
            if isinstance(event, Claimed | Released) or (isinstance(event, CaseListed) and free):
                found[event.case].append(event)
        return found

    @cached_property
    def _vanished(self) -> tuple[Vanished, ...]:
        return self.all_of(Vanished)

    @cached_property
    def _last_looked(self) -> dict[int, float]:
        """When a desk last knew of a case of this chat."""
        return {
            event.chat: event.at_ms
            for event in self.history
            if isinstance(event, CaseListed | Claimed | ScreenSeen)
        }

    @cached_property
    def claims(self) -> dict[str, list[Claimed]]:
        """The successful claims of each case."""
        return _by_case(self.all_of(Claimed))

    @cached_property
    def releases(self) -> dict[str, list[Released]]:
        """When each case was ended or given back by hand."""
        return _by_case(self.all_of(Released))

    @cached_property
    def listings(self) -> dict[str, list[float]]:
        """When a desk listed each case as open."""
        rows = self.all_of(CaseListed)
        return {case: [row.at_ms for row in of] for case, of in _by_case(rows).items()}

    @cached_property
    def freed(self) -> dict[str, list[float]]:
        """When a desk listed each case as nobody's."""
        rows = [row for row in self.all_of(CaseListed) if row.status != "assigned"]
        return {case: [row.at_ms for row in of] for case, of in _by_case(rows).items()}

    @cached_property
    def acts(self) -> dict[int, list[float]]:
        """When anybody did something in a chat that may bring a text without a mark."""
        found: dict[int, list[float]] = defaultdict(list)
        for one in self.utterances:
            found[one.chat].append(one.at_ms)
        for event in self.history:
            if isinstance(event, Claimed | Released):
                found[event.chat].append(event.began_ms)
        return found

    @cached_property
    def _alerts(self) -> dict[int, list[AlertRaised]]:
        return _by_chat(self.all_of(AlertRaised))

    @cached_property
    def _refusals(self) -> dict[int, list[CallRefused]]:
        return _by_chat(self.all_of(CallRefused))

    @cached_property
    def _blocks(self) -> dict[int, list[Blocked]]:
        return _by_chat(self.all_of(Blocked))

    @cached_property
    def _toasts(self) -> dict[int, list[ToastShown]]:
        return _by_chat(self.all_of(ToastShown))


SCREEN_DELAY_MS = 5_000
"""So long after it was written a message may still be on its way to an agent's page."""


def pairs(items: Sequence[_Any]) -> list[tuple[_Any, _Any]]:
    """Neighbours, from the last pair to the first."""
    return list(pairwise(items))[::-1]


def _by_chat(events: Sequence[_Chatted]) -> dict[int, list[_Chatted]]:
    found: dict[int, list[_Chatted]] = defaultdict(list)
    for event in events:
        found[event.chat].append(event)
    return found


def _by_case(events: Sequence[_Cased]) -> dict[str, list[_Cased]]:
    found: dict[str, list[_Cased]] = defaultdict(list)
    for event in events:
        found[event.case].append(event)
    return found


def _utterances(history: Iterable[Event]) -> Iterator[Utterance]:
    """What customers did, in order."""
    for place, event in enumerate(history):
        if isinstance(event, Wrote | Edited):
            yield Utterance(
                place=place,
                at_ms=event.at_ms,
                chat=event.chat,
                message_id=event.message_id,
                mark=event.mark,
                proofs=event.proofs,
                carries=event.carries,
                burst=event.burst if isinstance(event, Wrote) else "",
                hands_over=isinstance(event, Wrote) and event.hands_over,
                edit=isinstance(event, Edited),
            )
        elif isinstance(event, Pressed):
            yield Utterance(
                place=place,
                at_ms=event.at_ms,
                chat=event.chat,
                message_id=event.message_id,
                mark=f"press {event.callback_id}",
                proofs=event.proofs,
                carries=event.carries,
                written=False,
                callback_id=event.callback_id,
            )
