import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import typer
from typer.testing import CliRunner

from handoff.errors import CaseNotFound, ConversationNotFound
from handoff.ops.doctor import add_doctor_commands, examine, tell
from handoff.ports import Store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import (
    ANNA,
    BEN,
    BLOCKED,
    K1,
    K2,
    MEI,
    UNKNOWN,
    Story,
    answer,
    notice,
    spoken,
)

Told = Callable[[str], Awaitable[str]]


@pytest.fixture
def told(story: Story, clock: FakeClock) -> Told:
    async def tell_of(subject: str) -> str:
        now = datetime.fromtimestamp(clock() / 1000, UTC)
        return "\n".join(tell(await examine(story.store, subject), now))

    return tell_of


async def test_waiting_case_is_told_with_its_place(
    story: Story, told: Told, clock: FakeClock
) -> None:
    await story.opens(K2, BEN, head_start_ms=60_000)
    await story.opens(K1)
    clock.advance(120_000)

    lines = await told(K1.lower())

    assert "held by queue, epoch 1" in lines
    assert "waiting, opened 2 min ago: emotion, normal" in lines
    assert "1 before it; any agent can take it" in lines


async def test_agent_who_is_there_and_one_who_is_gone(
    story: Story, told: Told, clock: FakeClock
) -> None:
    await story.opens(K1)
    await story.claims(K1)
    await story.store.presence.seen(MEI)
    there = await told(K1)
    await story.store.cases.say(K1, MEI, [spoken()], op="s1")
    clock.advance(240_000)
    gone = await told(K1)

    assert "mei is there and has not answered yet" in there
    assert "mei was last seen 4 min ago and has answered" in gone


async def test_agent_who_was_never_seen(story: Story, told: Told) -> None:
    await story.opens(K1)
    await story.claims(K1)

    assert "mei was never seen" in await told(K1)


async def test_mail_that_keeps_failing(story: Story, told: Told) -> None:
    turn = await story.hears()
    await story.store.turns.fail(turn, retry_ms=5_000)

    lines = await told(ANNA)

    assert "the same mail has failed 1 times" in lines
    assert "1 mail, due in " in lines


async def test_turn_that_is_being_thought_about(story: Story, told: Told) -> None:
    await story.hears()

    assert "bot-1 is thinking, its lease ends in " in await told(ANNA)


async def test_mail_that_nobody_reads(story: Story, told: Told) -> None:
    story.clock.advance(-60_000)
    await story.arrives(story.mail())

    assert "1 mail, overdue for 60 s: is `python -m bot` running?" in await told(ANNA)


async def test_words_nobody_knows_about_and_words_on_their_way(
    story: Story, told: Told, clock: FakeClock
) -> None:
    first = await story.answers(answer("one"))
    await story.settles(first, UNKNOWN)
    clock.advance(3_000)
    (again,) = await story.begins()
    await story.settles(again, UNKNOWN)
    (turn,) = await story.takes()
    await story.commits(turn, notice())

    lines = await told(ANNA)

    assert "number 1: unknown" in lines
    assert "1 on the way, 0 delivered" in lines


async def test_customer_who_blocked_the_bot(story: Story, told: Told) -> None:
    await story.settles(await story.answers(answer()), BLOCKED)

    lines = await told(ANNA)

    assert "has blocked the bot" in lines
    assert "number 1: failed 403" in lines


async def test_timer_is_told_with_its_time(story: Story, told: Told, clock: FakeClock) -> None:
    await story.commits(await story.hears(), timers={"promise:1": clock() + 300_000})

    assert "promise:1 in 5 min" in await told(ANNA)


async def test_unknown_ids_are_not_found(story: Story) -> None:
    with pytest.raises(CaseNotFound):
        await examine(story.store, "KNOSUCH2")
    with pytest.raises(ConversationNotFound):
        await examine(story.store, "tg-1-999")


async def test_command_tells_a_case_a_dead_letter_and_an_unknown_id(
    story: Story, server_url: str, shop: str
) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Store]:
        async with open_store(server_url, shop) as store:
            yield store

    await story.opens(K1)
    await story.store.house.alert("track_stuck:chores", "a job has waited for 40 s")
    await story.store.house.bury("mail", "3 exceptions", "我的电话".encode(), conversation=ANNA)
    app = typer.Typer()
    app.command()(lambda: None)
    add_doctor_commands(app, opened)

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["doctor", *words])

    subjects = ([K1], [K1, "--json"], ["dead"], ["KNOSUCH2"])
    text, told, dead, nobody = [await asyncio.to_thread(run, *words) for words in subjects]

    assert "alert       track_stuck:chores: a job has waited for 40 s" in text.output
    assert orjson.loads(told.output)["status"] == "waiting"
    assert orjson.loads(dead.output)["bytes"] == 4
    assert "我的电话" not in dead.output
    assert (nobody.exit_code, "KNOSUCH2" in nobody.output) == (1, True)
