import asyncio
from collections.abc import Callable

import pytest
from typer.testing import Result

from handoff.agents import Agent, Role
from handoff.case import CaseStatus
from handoff.conversation import Holder
from tests.contracts.story import ANNA, K1, MEI, TOM, Story, spoken
from tests.contracts.test_undelivered import REFUSED

Run = Callable[..., Result]


@pytest.fixture
async def claimed(story: Story) -> Story:
    await story.store.accounts.save_agent(Agent(TOM, "Tom", Role.AGENT, ""))
    await story.opens()
    await story.claims()
    return story


async def test_case_goes_back_to_the_queue_and_the_log_says_who_and_why(
    claimed: Story, run: Run
) -> None:
    result = await asyncio.to_thread(run, "repair", "requeue", K1.lower(), "--why", "Mei is ill")
    log = await asyncio.to_thread(run, "repair", "log")

    assert result.exit_code == 0
    assert (await claimed.store.cases.case(K1)).status is CaseStatus.WAITING
    (line,) = await claimed.store.upkeep.audited()
    assert (line.what, line.subject, line.why) == ("requeue", K1, "Mei is ill")
    assert line.who
    assert f"{line.who}: requeue {K1} (Mei is ill)" in log.output


async def test_case_is_given_to_somebody_else_whoever_holds_it(claimed: Story, run: Run) -> None:
    await asyncio.to_thread(run, "repair", "claim", K1, TOM, "--why", "knows the matter")

    conversation = await claimed.store.conversations.conversation(ANNA)
    assert (await claimed.store.cases.case(K1)).agent == TOM
    assert (conversation.holder, conversation.agent) == (Holder.AGENT, TOM)


async def test_case_is_not_given_to_somebody_without_an_account(claimed: Story, run: Run) -> None:
    result = await asyncio.to_thread(run, "repair", "claim", K1, "nobody", "--why", "x")

    assert result.exit_code == 1
    assert (await claimed.store.cases.case(K1)).agent == MEI


@pytest.mark.parametrize("waits", [True, False], ids=["waiting", "assigned"])
async def test_case_is_closed_whoever_holds_it(story: Story, run: Run, waits: bool) -> None:
    await story.opens()
    if not waits:
        await story.claims()

    result = await asyncio.to_thread(run, "repair", "close", K1, "solved", "--why", "a test case")

    assert result.exit_code == 0
    assert (await story.store.cases.case(K1)).status is CaseStatus.RESOLVED
    assert (await story.store.conversations.conversation(ANNA)).holder is Holder.BOT


async def test_case_with_words_that_did_not_arrive_is_closed_only_as_unreachable(
    claimed: Story, run: Run
) -> None:
    await claimed.says(spoken())
    (sending,) = await claimed.begins()
    await claimed.settles(sending, REFUSED)

    refused = await asyncio.to_thread(run, "repair", "close", K1, "solved", "--why", "x")
    given_up = await asyncio.to_thread(run, "repair", "close", K1, "unreachable", "--why", "x")

    assert (refused.exit_code, given_up.exit_code) == (1, 0)
    assert "Words 1 were not delivered" in refused.output


async def test_unknown_case_says_so(run: Run) -> None:
    result = await asyncio.to_thread(run, "repair", "requeue", "KNOSUCH2", "--why", "x")

    assert result.exit_code == 1
    assert "CaseNotFound" in result.output


async def test_everything_is_reconciled_at_once(claimed: Story, run: Run) -> None:
    result = await asyncio.to_thread(run, "repair", "mend", "all", "--why", "after a restore")

    assert result.output.strip() == "everything agrees"


async def test_dead_letters_are_put_back_in_their_order_or_thrown_away(
    story: Story, run: Run
) -> None:
    for number in (1, 2):
        turn = await story.hears(f"odd {number}")
        await story.commits(turn, dead_letter="3 exceptions")
    await story.store.house.bury("update", "json", b"{")

    (newest, *_) = await story.store.house.dead_letters()
    dropped = await asyncio.to_thread(run, "doctor", "dead", "--drop", newest["id"], "--why", "x")
    back = await asyncio.to_thread(run, "doctor", "dead", "--replay", "all", "--why", "mended")
    nothing = await asyncio.to_thread(run, "doctor", "dead", "--drop", "1-1")
    listed = await asyncio.to_thread(run, "doctor", "dead")

    (turn,) = await story.takes()
    assert [mail.raw for mail in turn.mail] == [b"odd 1", b"odd 2"]
    assert "1 thrown away" in dropped.output
    assert "2 put back" in back.output
    assert nothing.exit_code == 1
    assert listed.output.strip() == "nothing is set aside"
    assert [line.what for line in await story.store.upkeep.audited()] == ["drop", "replay", "drop"]
