"""The dictionary and the real server, told the same things in any order, give the same answers."""

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from handoff.agenda import (
    Committed,
    Mail,
    MailKind,
    Outcome,
    Sending,
    SendResult,
    Settlement,
    Taken,
    TakenSends,
    Turn,
)
from handoff.agents import AgentId
from handoff.case import CaseId, Resolution
from handoff.errors import HandoffError
from handoff.ports import Accepted, Store
from handoff.store.memory import open_memory_store
from handoff.store.redis import open_store
from handoff.words import Parting
from tests.clock import FakeClock
from tests.contracts.story import ANNA, BEN, GROUP, TRUE, WIDE, answer, new_case, notice, spoken

T = TypeVar("T")
Ask = Callable[[Store, Any], Awaitable[Any]]
CHATS = (ANNA, BEN, GROUP)
WORDS = {"answer": answer(), "notice": notice()}
SETTLEMENTS = [
    Settlement(SendResult.SENT, message_id=5),
    Settlement(SendResult.FAILED, reason="400"),
    Settlement(SendResult.FAILED, reason="403", unreachable=True),
    Settlement(SendResult.LATER, park_ms=4_000),
    Settlement(SendResult.UNKNOWN, park_ms=2_000),
]
chats, agents = st.sampled_from(CHATS), st.sampled_from([AgentId("mei"), AgentId("tom")])
kinds = st.sampled_from([MailKind.MESSAGE, MailKind.EDIT, MailKind.BUTTON, MailKind.OTHER])
pauses = st.sampled_from([(0, 0), (1_500, 4_000)])
words = st.lists(st.sampled_from(sorted(WORDS)), max_size=3)
choices, times = st.integers(0, 1_000), st.integers(1, 2)
limits = st.sampled_from([TRUE, WIDE])
steps = st.sampled_from([1, 400, 1_500, 3_000, 4_000, 15_000, 61_000, 1_900_000])
resolutions = st.sampled_from([Resolution.SOLVED, Resolution.UNREACHABLE])


def plain(value: Any) -> Any:
    """The same answer without its random tokens."""
    match value:
        case Turn() | Sending():
            return replace(value, token="")
        case Accepted() | Taken():
            return replace(value, turns=tuple(map(plain, value.turns)))
        case TakenSends():
            by_chat = sorted(value.sendings, key=lambda sending: sending.conversation)
            return replace(value, sendings=tuple(map(plain, by_chat)))
        case Committed():
            return replace(value, sending=plain(value.sending))
        case HandoffError():
            return type(value), vars(value)
        case _:
            return value


def late(handles: Sequence[T], which: int) -> T:
    """One of the latest, which are the ones that still matter; older ones are only stale."""
    return handles[-1 - which % min(3, len(handles))]


class Twins(RuleBasedStateMachine):
    """Every question is put to both, under the same operation id and with their own tokens."""

    server_url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.ops, self.clock = asyncio.Runner(), itertools.count(1), FakeClock()
        shop = f"twins-{secrets.token_hex(6)}"
        self.context = open_store(self.server_url, shop, now=self.clock)
        real = self.runner.run(self.context.__aenter__())
        self.stores = (open_memory_store(self.clock), real)
        self.turns = list[tuple[Turn, Turn]]()
        self.sendings = list[tuple[Sending, Sending]]()
        self.opened = list[CaseId]()

    def teardown(self) -> None:
        self.runner.run(self.context.__aexit__(None, None, None))
        self.runner.close()

    def both(self, ask: Ask, handles: tuple[Any, Any] = (None, None), repeats: int = 1) -> Any:
        """Ask both, perhaps again after a lost reply; returns the two answers, which agree."""
        for _ in range(repeats):
            pair = self.runner.run(self._answers(ask, handles))
            assert plain(pair[0]) == plain(pair[1])
        return pair

    async def _answers(self, ask: Ask, handles: tuple[Any, Any]) -> tuple[Any, Any]:
        answers = []
        for store, handle in zip(self.stores, handles, strict=True):
            try:
                answers.append(await ask(store, handle))
            except HandoffError as refused:
                answers.append(refused)
        return answers[0], answers[1]

    def keep_turns(self, pair: Any) -> None:
        self.turns += zip(pair[0].turns, pair[1].turns, strict=True)

    def keep_sendings(self, *pair: Any) -> None:
        by_chat = [sorted(filter(None, one), key=lambda s: s.conversation) for one in pair]
        self.sendings += zip(*by_chat, strict=True)

    def op(self) -> str:
        return f"op-{next(self.ops)}"

    @rule(ms=steps)
    def time_passes(self, ms: int) -> None:
        self.clock.advance(ms)

    @rule(chat=chats, kind=kinds, pause=pauses, message_id=st.integers(0, 2), room=times)
    def accept(
        self, chat: Any, kind: MailKind, pause: tuple[int, int], message_id: int, room: int
    ) -> None:
        number = next(self.ops)
        mail = Mail(number, chat, kind, b"%d" % number, message_id, *pause)
        self.keep_turns(
            self.both(lambda s, _: s.turns.accept("bot", [mail], owner="b", room=room - 1))
        )

    @rule(chat=chats)
    def hear(self, chat: Any) -> None:
        self.accept(chat, MailKind.MESSAGE, (0, 0), 0, 2)

    @rule(chat=chats, which=choices, repeats=times)
    def hand_over(self, chat: Any, which: int, repeats: int) -> None:
        self.hear(chat)
        if self.turns:
            self.commit(which, ["notice", "answer"], WIDE, repeats, opens=True, owner="")

    @precondition(lambda self: self.turns)
    @rule(which=choices, said=words, repeats=times)
    def answer(self, which: int, said: list[str], repeats: int) -> None:
        self.commit(which, said, WIDE, repeats, owner="b")

    @rule(most=st.integers(1, 3))
    def take(self, most: int) -> None:
        self.keep_turns(self.both(lambda s, _: s.turns.take("b", most)))

    @precondition(lambda self: self.turns)
    @rule(
        which=choices,
        said=words,
        within=limits,
        repeats=times,
        opens=st.booleans(),
        restart=st.booleans(),
        timer=st.sampled_from([None, 0, 900]),
    )
    def commit(self, which: int, said: list[str], within: Any, repeats: int, **more: Any) -> None:
        case = new_case(CaseId(f"K{next(self.ops)}")) if more.get("opens") else None
        timer, owner = more.get("timer"), more.get("owner", "")
        outcome = Outcome(
            b"state",
            tuple(WORDS[name] for name in said),
            open_case=case,
            timers={} if timer is None else {"idle": timer and self.clock.ms + timer},
            may_restart=more.get("restart", False),
        )
        pair = self.both(
            lambda s, t: s.turns.commit(t, outcome, owner=owner, limits=within),
            late(self.turns, which),
            repeats,
        )
        self.keep_sendings(*([one.sending] for one in pair))
        if case:
            self.opened.append(case.id)

    @rule(chat=chats, which=choices, repeats=times)
    def something_rare(self, chat: Any, which: int, repeats: int) -> None:
        mail, op = Mail(0, chat, MailKind.NOTICE, b"n"), self.op()
        asks: list[Ask] = [
            lambda s, _: s.turns.post(mail, op=op),
            lambda s, _: s.turns.release("b"),
            lambda s, _: s.sends.release("b"),
        ]
        with_a_turn: list[Ask] = [
            lambda s, t: s.turns.renew(t),
            lambda s, t: s.turns.fail(t, retry_ms=500),
            lambda s, t: s.turns.interim(t, [notice()]),
        ]
        if which % 6 < 3:
            self.both(asks[which % 3], repeats=repeats)
        elif self.turns:
            self.both(with_a_turn[which % 3], late(self.turns, which), repeats)

    @rule(within=limits)
    def take_sends(self, within: Any) -> None:
        pair = self.both(lambda s, _: s.sends.take("b", 10, within))
        self.keep_sendings(*(one.sendings for one in pair))

    @precondition(lambda self: self.sendings)
    @rule(which=choices, what=st.sampled_from(SETTLEMENTS), within=limits, repeats=times)
    def settle(self, which: int, what: Settlement, within: Any, repeats: int) -> None:
        handles = late(self.sendings, which)
        pair = self.both(lambda s, h: s.sends.settle(h, what, within), handles, repeats)
        self.keep_sendings(*([one] for one in pair))

    @rule(agent=agents, repeats=times)
    def claim_best(self, agent: AgentId, repeats: int) -> None:
        op = self.op()
        self.both(lambda s, _: s.cases.claim(None, agent, op=op), repeats=repeats)

    @precondition(lambda self: self.opened)
    @rule(which=choices, agent=agents, how=resolutions, repeats=times)
    def work_on_a_case(self, which: int, agent: AgentId, how: Any, repeats: int) -> None:
        case, op = late(self.opened, which), self.op()
        asks: list[Ask] = [
            lambda s, _: s.cases.claim(case, agent, op=op),
            lambda s, _: s.cases.say(case, agent, [spoken(), spoken()], op=op),
            lambda s, _: s.cases.say(case, agent, [spoken()], op=op),
            lambda s, _: s.cases.note(case, agent, "note", op=op),
            lambda s, _: s.cases.requeue(case, agent, op=op, note="draft"),
            lambda s, _: s.cases.requeue(case, None, op=op),
            lambda s, _: s.cases.resolve(case, agent, how, op=op, parting=Parting(notice())),
            lambda s, _: s.cases.retract(case, agent, 1 + which % 9),
        ]
        self.both(asks[which % len(asks)], repeats=repeats)

    @invariant()
    def they_remember_the_same(self) -> None:
        for chat in CHATS:
            self.both(lambda s, _, chat=chat: s.conversations.conversation(chat))
        self.both(lambda s, _: s.cases.waiting())
        self.both(lambda s, _: s.cases.assigned())
        for case_id in self.opened[-2:]:
            self.both(lambda s, _, case_id=case_id: s.cases.case(case_id))


@pytest.mark.timeout(120)
def test_dictionary_and_server_agree_whatever_happens(server_url: str) -> None:
    run_state_machine_as_test(
        type("TwinsOnServer", (Twins,), {"server_url": server_url}),
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
