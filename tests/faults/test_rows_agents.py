"""Rows of the fault matrix that concern agents and their pages: 12, 13 and 41 to 46."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.agents import (
    OPENED,
    Browser,
    clear_queue,
    hire,
    logged_in,
    race,
    serve,
    until_resolved,
)
from tests.faults.customers import Person, make_people
from tests.faults.history import Claimed, ClaimRefused, FrameSeen, SayRefused, Shown
from tests.faults.injector import inject
from tests.faults.nursery import Nursery
from tests.faults.proxy import proxy_running, to_port
from tests.faults.stage import AGENTS, Stage, staged
from tests.faults.strain import Strain
from tests.faults.verdict import Expected
from tests.flows.processes import until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
]
REQUEUED_SECONDS = 90.0
DESK_BACK_MS, BUSY_MS = 5_000, 5_000
"""And what a machine that does other things may add."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(nursery, tmp_path_factory.mktemp("stage"), gauged=True) as running:
        yield running


# Row 12
async def test_fifty_open_pages_miss_nothing_when_the_desk_is_killed(stage: Stage) -> None:
    people = await stage.cast(16)
    passwords = await hire(stage.world.store, [f"page-{n}" for n in range(50)])
    async with logged_in(
        stage.world.desk_url, stage.world.recorder, passwords, stage.crowd.marks
    ) as pages:
        listening = [asyncio.create_task(page.listen()) for page in pages]
        await until(lambda: all(page.streams for page in pages), 30, "a page hears nothing")

        for place, person in enumerate(people):
            await stage.crowd.wants_a_person(person)
            if place == 8:
                await inject(stage.world, "desk.kill", random.Random(1))
        fault = stage.world.faults[-1]
        cases = await stage.listed(people)
        browser = stage.browsers[0]
        await browser.claim(cases[people[0].chat])
        await until_resolved(browser, cases[people[0].chat])
        await clear_queue(stage.browsers)
        newest = max((page.last_event for page in pages), key=_place)
        await until(lambda: all(page.last_event == newest for page in pages), 30, "a gap")
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)

    history = stage.history(people)
    frames = [event for event in history if isinstance(event, FrameSeen)]
    verdict = await stage.verdict(people)
    assert verdict.violations == (), verdict.report()
    told = {page.agent: _told(frames, page.agent) for page in pages}
    assert set(map(len, told.values())) == {len(set().union(*told.values()))}
    assert all(page.streams >= 2 for page in pages)
    opened = [frame for frame in frames if (frame.name, frame.stream) == (OPENED, 2)]
    assert len(opened) == 50
    back_ms = max(frame.at_ms for frame in opened)
    assert Strain(history).own_ms(fault.at_ms, back_ms) <= DESK_BACK_MS + BUSY_MS


def _place(event_id: str) -> tuple[int, ...]:
    return tuple(map(int, event_id.split("-")))


def _told(frames: Sequence[FrameSeen], agent: str) -> set[str]:
    return {frame.event_id for frame in frames if (frame.agent, frame.name) == (agent, "figures")}


# Row 13
@pytest.mark.parametrize("side", ["before", "after"])
async def test_desk_that_dies_while_it_accepts_a_reply_says_it_once(
    stage: Stage, side: str
) -> None:
    (person,) = people = await stage.cast(1)
    case = (await stage.cases_of(people))[person.chat]
    browser, desk = stage.browsers[1], stage.world.desks[0]
    await browser.claim(case)
    await browser.look(case)

    assert desk.gauge is not None
    desk.gauge.arm(f"cases.say:{side}")
    mark = await browser.say(case)
    await until_resolved(browser, case)

    shown = [e for e in stage.history(people) if isinstance(e, Shown) and mark in e.text]
    verdict = await stage.verdict(people)
    assert desk.gauge.ended_at == f"cases.say:{side}"
    assert verdict.violations == (), verdict.report()
    assert len(shown) == 1


# Row 41
@pytest.mark.parametrize("races", [100, pytest.param(2000, marks=pytest.mark.long)])
async def test_every_race_for_a_case_has_one_winner_and_five_who_are_told_who(
    nursery: Nursery, tmp_path: Path, races: int
) -> None:
    async with staged(nursery, tmp_path, 1) as stage:
        people = make_people(races, 1, first_id=5_000_000)
        await stage.world.phone.new_customers(races, first_id=5_000_000)
        places = asyncio.Semaphore(50)

        async def call(person: Person) -> None:
            async with places:
                await stage.crowd.wants_a_person(person)

        await asyncio.gather(*(call(person) for person in people))
        won: list[list[bool]] = []
        async with AsyncExitStack() as stack:
            # A session may do twenty things a second, so everybody works in four browsers.
            sets = [stage.browsers]
            for _ in range(3):
                logged = logged_in(
                    stage.world.desk_url, stage.world.recorder, stage.passwords, stage.crowd.marks
                )
                sets.append(await stack.enter_async_context(logged))
            while len(won) < races:
                won += await _race_for_all(stage, sets)
        verdict = await stage.verdict(people, Expected(deadline_ms=600_000))
        refused = [e for e in stage.history(people) if isinstance(e, ClaimRefused)]
        claimed = [e for e in stage.history(people) if isinstance(e, Claimed)]

    assert [sum(one) for one in won] == [1] * races
    assert len(refused) == 5 * races
    assert all(one.code == "already_claimed" and one.holder for one in refused)
    holders = {one.case: one.agent for one in claimed}
    assert all(holders[one.case] == one.holder for one in refused)
    assert verdict.broken == set(), verdict.report()


async def _race_for_all(stage: Stage, sets: Sequence[Sequence[Browser]]) -> list[list[bool]]:
    """Every case the desk lists as waiting, one after the other."""
    rows = [row for row in await stage.browsers[0].queue() if row.group == "waiting"]
    won = []
    for number, row in enumerate(rows):
        for browser in sets[number % len(sets)]:
            browser.chats[row.case] = row.chat
        won.append(await race(sets[number % len(sets)], row.case))
    return won


# Rows 42 and 43
@pytest.mark.long
async def test_vanished_agents_case_goes_back_with_its_draft_and_is_lost_to_the_agent(
    stage: Stage,
) -> None:
    (person,) = people = await stage.cast(1)
    case = (await stage.cases_of(people))[person.chat]
    vera, colleague = stage.browsers[3], stage.browsers[4]
    await vera.claim(case)
    await vera.look(case)
    draft = await vera.draft(case)
    vera.vanish()
    gone = time.monotonic()
    await stage.crowd.asks_for_a_parcel(person)

    await stage.listed(people, seconds=REQUEUED_SECONDS + 10)
    seconds = time.monotonic() - gone
    assert await colleague.claim(case)
    screen = await colleague.look(case)
    vera.come_back()
    await vera.say(case, "Sorry, I was away.")
    await serve(colleague, case)

    verdict = await stage.verdict(people)
    (refused,) = [e for e in stage.history(people) if isinstance(e, SayRefused)]
    assert seconds <= REQUEUED_SECONDS
    assert draft in screen.marks
    assert (refused.agent, refused.code) == (vera.agent, "not_assignee")
    assert verdict.violations == (), verdict.report()


# Row 44
async def test_reply_pressed_twice_on_a_line_that_loses_answers_is_said_once(
    stage: Stage,
) -> None:
    (person,) = people = await stage.cast(1)
    case = (await stage.cases_of(people))[person.chat]
    async with proxy_running(to_port(stage.world.desk_port)) as line:
        name = AGENTS[5]
        async with logged_in(
            f"http://127.0.0.1:{line.port}",
            stage.world.recorder,
            {name: stage.passwords[name]},
            stage.crowd.marks,
        ) as (browser,):
            browser.chats[case] = person.chat
            await browser.claim(case)
            said = []
            for number in range(8):
                line.weather.lost_replies = 1 + number % 2
                said.append(await browser.say(case, presses=2))
                assert line.weather.lost_replies == 0
            line.clear()
            await until_resolved(browser, case)

    verdict = await stage.verdict(people)
    shown = [e.text for e in stage.history(people) if isinstance(e, Shown)]
    assert verdict.violations == (), verdict.report()
    assert [sum(mark in text for text in shown) for mark in said] == [1] * len(said)


# Row 45
async def test_words_written_while_a_case_is_being_closed_are_never_nowhere(stage: Stage) -> None:
    people = await stage.cast(16)
    cases = await stage.cases_of(people)
    chance = random.Random(45)

    async def close(number: int, person: Person) -> None:
        browser, case = stage.browsers[number % 3], cases[person.chat]
        await browser.claim(case)
        await browser.look(case)

        async def write() -> None:
            await asyncio.sleep(chance.uniform(0.0, 0.03))
            await stage.crowd.asks_for_a_parcel(person)

        await asyncio.gather(until_resolved(browser, case), write())

    for number, person in enumerate(people):
        await close(number, person)

    verdict = await stage.verdict(people)
    assert verdict.violations == (), verdict.report()


# Row 46
async def test_bot_that_is_answering_says_nothing_more_once_an_agent_has_the_case(
    stage: Stage,
) -> None:
    people = await stage.cast(16)
    cases = await stage.cases_of(people)
    chance = random.Random(46)
    stage.world.api.weather.latency_ms = 20

    async def take(number: int, person: Person) -> None:
        browser, case = stage.browsers[number % 3], cases[person.chat]

        async def claim() -> None:
            await asyncio.sleep(chance.uniform(0.0, 0.06))
            await browser.claim(case)

        await asyncio.gather(stage.crowd.asks_for_a_parcel(person), claim())
        await asyncio.sleep(0.2)
        await browser.look(case)
        await stage.crowd.asks_for_a_parcel(person)
        await asyncio.sleep(0.2)
        await until_resolved(browser, case)

    for number, person in enumerate(people):
        await take(number, person)
    stage.world.api.clear()

    verdict = await stage.verdict(people)
    assert verdict.violations == (), verdict.report()
