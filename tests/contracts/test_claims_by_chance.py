"""Claims, returns and ends in any order, each perhaps repeated after a lost reply: the store must
agree with four lines of bookkeeping.
"""

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from handoff.agents import AgentId
from handoff.case import CaseId, CaseStatus, Resolution
from handoff.conversation import ConversationId, Holder
from handoff.errors import AlreadyClaimed, CaseClosed, HandoffError, NotAssignee
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import Story, spoken

T = TypeVar("T")
CASES = tuple(CaseId(f"KAAAAAA{n}") for n in range(2, 6))
CHATS = {case: ConversationId(f"tg-1-{n}") for n, case in enumerate(CASES)}
cases, agents, repeats = st.sampled_from(CASES), st.sampled_from("abc"), st.integers(1, 3)


class ByTheBook(RuleBasedStateMachine):
    """The bookkeeping: who holds which case, and the epoch of its conversation."""

    server_url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.ops = itertools.count()
        self.context = open_store(
            self.server_url, f"chance-{secrets.token_hex(6)}", now=FakeClock()
        )
        self.store = self.runner.run(self.context.__aenter__())
        self.story = Story(self.store, FakeClock())
        self.holder: dict[CaseId, str | None] = dict.fromkeys(CASES, "")
        self.epoch = dict.fromkeys(CASES, 1)
        self.said = dict.fromkeys(CASES, 0)
        self.done = list[Callable[[], Awaitable[object]]]()

    def teardown(self) -> None:
        self.runner.run(self.context.__aexit__(None, None, None))
        self.runner.close()

    def attempt(self, times: int, act: Callable[[str], Awaitable[T]]) -> T | HandoffError:
        """Do the same thing under one operation id, as often as replies are lost."""
        op = f"op-{next(self.ops)}"

        async def once() -> T | HandoffError:
            try:
                return await act(op)
            except HandoffError as refused:
                return refused

        outcomes = [self.runner.run(once()) for _ in range(times)]
        assert len({repr(outcome) for outcome in outcomes}) == 1
        if outcomes[0] is not None and not isinstance(outcomes[0], HandoffError):
            self.done.append(lambda: act(op))
        return outcomes[0]

    @precondition(lambda self: self.done)
    @rule(choice=st.integers(0, 1_000))
    def repeat_something_done_long_ago(self, choice: int) -> None:
        self.runner.run(self.done[choice % len(self.done)]())

    @initialize()
    def open_cases(self) -> None:
        for case in CASES:
            self.story.clock.advance(1_000)
            self.runner.run(self.story.opens(case, CHATS[case]))

    @rule(case=cases, agent=agents, times=repeats)
    def claim(self, case: CaseId, agent: str, times: int) -> None:
        outcome = self.attempt(
            times, lambda op: self.store.cases.claim(case, AgentId(agent), op=op)
        )
        self.expect_claim(case, agent, outcome)

    @rule(agent=agents, times=repeats)
    def claim_best(self, agent: str, times: int) -> None:
        best = next((case for case in CASES if self.holder[case] == ""), None)
        outcome = self.attempt(
            times, lambda op: self.store.cases.claim(None, AgentId(agent), op=op)
        )
        if best is None:
            assert outcome is None
        else:
            self.expect_claim(best, agent, outcome)

    def expect_claim(self, case: CaseId, agent: str, outcome: Any) -> None:
        if self.holder[case] is None:
            assert isinstance(outcome, CaseClosed)
        elif self.holder[case]:
            assert isinstance(outcome, AlreadyClaimed)
            assert outcome.holder == self.holder[case]
        else:
            assert (outcome.case_id, outcome.agent) == (case, agent)
            self.holder[case] = agent
            self.epoch[case] += 1

    def expect_held(self, case: CaseId, agent: str | None, outcome: Any) -> bool:
        if self.holder[case] is None:
            assert isinstance(outcome, CaseClosed)
            return False
        if agent is not None and self.holder[case] != agent:
            assert isinstance(outcome, NotAssignee)
            assert outcome.holder == self.holder[case]
            return False
        assert not isinstance(outcome, HandoffError)
        return True

    @rule(case=cases, agent=agents, times=repeats)
    def say(self, case: CaseId, agent: str, times: int) -> None:
        outcome = self.attempt(
            times, lambda op: self.store.cases.say(case, AgentId(agent), [spoken()], op=op)
        )
        if self.expect_held(case, agent, outcome):
            self.said[case] += 1
            assert outcome == (self.said[case],)

    @rule(case=cases, agent=st.none() | agents, times=repeats)
    def requeue(self, case: CaseId, agent: str | None, times: int) -> None:
        held_by = None if agent is None else AgentId(agent)
        outcome = self.attempt(times, lambda op: self.store.cases.requeue(case, held_by, op=op))
        if self.expect_held(case, agent, outcome) and self.holder[case]:
            self.holder[case] = ""
            self.epoch[case] += 1

    @rule(case=cases, agent=agents, times=repeats)
    def resolve(self, case: CaseId, agent: str, times: int) -> None:
        outcome = self.attempt(
            times,
            lambda op: self.store.cases.resolve(case, AgentId(agent), Resolution.SOLVED, op=op),
        )
        if self.expect_held(case, agent, outcome):
            self.holder[case] = None
            self.epoch[case] += 1

    @invariant()
    def the_store_agrees(self) -> None:
        self.runner.run(self.compare())

    async def compare(self) -> None:
        waiting = {case.id for case in await self.store.cases.waiting()}
        assigned = {case.id: case.agent for case in await self.store.cases.assigned()}
        if not waiting and not assigned and "" in self.holder.values():
            return  # Nothing is open before the first step.
        assert waiting == {case for case in CASES if self.holder[case] == ""}
        assert assigned == {case: agent for case, agent in self.holder.items() if agent}
        for case in CASES:
            seen = await self.store.conversations.conversation(CHATS[case])
            assert seen.epoch == self.epoch[case]
            assert seen.holder == self.expected_holder(case)
            closed = (await self.store.cases.case(case)).status is CaseStatus.RESOLVED
            assert closed == (self.holder[case] is None)

    def expected_holder(self, case: CaseId) -> Holder:
        held_by = self.holder[case]
        if held_by is None:
            return Holder.BOT
        return Holder.AGENT if held_by else Holder.QUEUE


@pytest.mark.timeout(120)
def test_cases_change_hands_by_the_book_in_any_order(server_url: str) -> None:
    run_state_machine_as_test(
        type("ByTheBookOnServer", (ByTheBook,), {"server_url": server_url}),
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
