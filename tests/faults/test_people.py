"""Rows of the fault matrix that concern customers and agents: 12, 13, 34, 35 and 38 to 46."""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox.bots import Bot
from bot.sandbox.updates import Pending
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
from tests.faults.checker import Verdict, check
from tests.faults.customers import Crowd, Person, make_people, write_shop
from tests.faults.history import (
    Claimed,
    ClaimRefused,
    Event,
    FrameSeen,
    History,
    RunSettled,
    SayRefused,
    Shown,
    Wrote,
    load,
    now_ms,
)
from tests.faults.injector import inject
from tests.faults.nursery import Nursery
from tests.faults.proxy import proxy_running, to_port
from tests.faults.verdict import Expected
from tests.faults.world import Plan, World, world_running
from tests.flows.processes import until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
]
AGENTS = ("amy", "ben", "cat", "dan", "eve", "fay")
PEOPLE = 200
RACES = int(os.environ.get("RACES", "200"))
REQUEUED_SECONDS = 90.0
_WAIT = re.compile(r"within|分钟|小时|hour|minute|next")
_PLACE = re.compile(r"(?:number |第 )(\d+)")
DESK_BACK_SECONDS = 5.0
LINES_SHOWN = 200
"""So much of a long conversation a page shows."""
SETTLE_SECONDS = 1.5


@dataclass
class Stage:
    """A running product, its customers, and agents with open pages."""

    world: World
    crowd: Crowd
    browsers: list[Browser]
    passwords: dict[str, str]
    _next: int = 0
    _cast: list[Person] = field(default_factory=list)

    async def cast(self, count: int) -> list[Person]:
        """Customers nobody has seen yet."""
        people = self.crowd.people[self._next : self._next + count]
        self._next += count
        await self.crowd.arrive(people)
        return people

    async def cases_of(self, people: Sequence[Person]) -> dict[int, str]:
        """Everybody wants a person; the case of each chat, as the desk lists it."""
        for person in people:
            await self.crowd.wants_a_person(person)
        return await self.listed(people)

    async def listed(self, people: Sequence[Person], seconds: float = 30.0) -> dict[int, str]:
        """The cases of these people as soon as all of them wait in the desk's list."""
        async with asyncio.timeout(seconds):
            while True:
                rows = await self.browsers[0].queue()
                waiting = {row.chat: row.case for row in rows if row.group == "waiting"}
                if all(person.chat in waiting for person in people):
                    for browser in self.browsers:
                        browser.chats.update({case: chat for chat, case in waiting.items()})
                    return {person.chat: waiting[person.chat] for person in people}
                await asyncio.sleep(max(0.1, len(rows) / 500))

    async def verdict(self, people: Sequence[Person], expected: Expected | None = None) -> Verdict:
        """Let everything settle, and judge what concerns these people."""
        await asyncio.sleep(SETTLE_SECONDS)
        self.world.recorder.note(RunSettled(at_ms=now_ms()))
        return check(self.history(people), expected)

    def history(self, people: Sequence[Person]) -> History:
        """What concerns these people."""
        history = load(self.world.recorder.path)
        chats = {person.chat for person in people}
        cases = {getattr(event, "case", "") for event in history if _chat(event) in chats} - {""}
        return tuple(
            event
            for event in history
            if (_chat(event) in chats)
            or (_chat(event) is None and (getattr(event, "case", None) in {None, *cases}))
        )


def _chat(event: Event) -> int | None:
    return getattr(event, "chat", None)


@asynccontextmanager
async def staged(
    nursery: Nursery, folder: Path, people: int = PEOPLE, **plan: Any
) -> AsyncIterator[Stage]:
    crowd_people = make_people(people, 2)
    seeds = write_shop(folder, crowd_people)
    more = (("SEEDS_DIR", str(seeds)),)
    async with world_running(nursery, Plan(more=more, **plan), folder / "world") as world:
        crowd = Crowd(world.phone, world.recorder, crowd_people)
        passwords = await hire(world.store, AGENTS)
        async with logged_in(world.desk_url, world.recorder, passwords, crowd.marks) as browsers:
            yield Stage(world, crowd, browsers, passwords)


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
        await asyncio.sleep(6)  # what comes in the last moments is not asked of every page
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)

    history = stage.history(people)
    frames = [event for event in history if isinstance(event, FrameSeen)]
    verdict = await stage.verdict(people)
    assert verdict.violations == (), verdict.report()
    assert len({frame.agent for frame in frames if frame.name == "figures"}) == 50
    assert all(page.streams >= 2 for page in pages)
    opened = [frame for frame in frames if (frame.name, frame.stream) == (OPENED, 2)]
    assert len(opened) == 50
    assert max(frame.at_ms for frame in opened) - fault.at_ms <= DESK_BACK_SECONDS * 1000


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


# Row 34
async def test_every_update_twice_and_a_replay_of_all_have_one_effect_each(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with staged(nursery, tmp_path, 30, mode="webhook") as stage:
        webhooks = stage.world.telegram.exchange.webhooks
        once, sent = webhooks.post, []

        async def twice(bot: Bot, pending: Pending) -> Any:
            sent.append((bot, pending))
            await once(bot, pending)
            return await once(bot, pending)

        webhooks.post = twice  # type: ignore[method-assign]
        people = await stage.cast(30)
        await stage.crowd.talk(rate=30, seconds=5)
        before = await _quiet(stage)
        for bot, pending in tuple(sent):
            await once(bot, pending)
        after = await _quiet(stage)
        await clear_queue(stage.browsers)

        verdict = await stage.verdict(people)

    assert len(sent) > 150
    assert after == before
    assert verdict.violations == (), verdict.report()


async def _quiet(stage: Stage, seconds: float = 3.0) -> int:
    """Wait until nothing was shown for so long; how many texts there are then."""
    shown = -1
    while shown < stage.world.telegram.shown:
        shown = stage.world.telegram.shown
        await asyncio.sleep(seconds)
    return shown


# Row 35
async def test_edit_before_its_message_and_press_before_its_text_lose_nobody(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with staged(nursery, tmp_path, 20, mode="webhook") as stage:
        people = await stage.cast(10)
        held: list[tuple[Bot, Pending]] = []
        webhooks = stage.world.telegram.exchange.webhooks
        once = webhooks.post

        async def keep(bot: Bot, pending: Pending) -> tuple[int, float | None, bytes]:
            held.append((bot, pending))
            return 200, None, b""

        webhooks.post = keep  # type: ignore[method-assign]
        for person in people:
            await stage.crowd.edits_a_question(person)
            await stage.crowd.presses_menu(person)
        await until(lambda: len(held) == 3 * len(people), 30, "Telegram delivers nothing")
        webhooks.post = once  # type: ignore[method-assign]
        for bot, pending in reversed(held):
            status, _, _ = await once(bot, pending)
            assert status == 200
        verdict = await stage.verdict(people)

    assert verdict.violations == (), verdict.report()


# Row 38
async def test_flood_from_one_chat_keeps_nobody_else_waiting_and_is_kept_whole(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with staged(nursery, tmp_path, 30) as stage:
        flooder, *others = await stage.cast(30)

        async def flood(count: int, rate: float) -> None:
            began = time.monotonic()
            for number in range(count):
                await stage.crowd.write(flooder, "hello", stage.crowd.marks.word(), burst="flood")
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))

        talking = Crowd(stage.world.phone, stage.world.recorder, others)
        talking.marks = stage.crowd.marks
        await asyncio.gather(flood(450, 200), talking.talk(rate=10, seconds=5))
        case = (await stage.cases_of([flooder]))[flooder.chat]
        await stage.browsers[0].claim(case)
        screen = await stage.browsers[0].look(case)
        await until_resolved(stage.browsers[0], case)
        await clear_queue(stage.browsers)

        written = [event.mark for event in stage.history([flooder]) if isinstance(event, Wrote)]
        verdict = await stage.verdict([flooder, *others])
        neighbours = await stage.verdict(others)

    assert screen.marks == tuple(written[-len(screen.marks) :])
    assert len(screen.marks) >= LINES_SHOWN - 10
    assert verdict.violations == (), verdict.report()
    assert neighbours.figures.latency_ms(0.95) <= 1_500


# Row 39
async def test_thousand_new_chats_in_ten_seconds_are_told_an_honest_place(
    nursery: Nursery, tmp_path: Path
) -> None:
    count = 1000
    async with staged(nursery, tmp_path, 1) as stage:
        people = make_people(count, 1, first_id=5_000_000)
        await stage.world.phone.new_customers(count, first_id=5_000_000)
        began = time.monotonic()
        asking = []
        for number, person in enumerate(people):
            await asyncio.sleep(max(0.0, began + number / 100 - time.monotonic()))
            asking.append(asyncio.create_task(stage.crowd.wants_a_person(person)))
        await asyncio.gather(*asking)
        await until(lambda: stage.world.telegram.shown >= count, 60, "somebody hears nothing")
        taken = sum(await asyncio.gather(*map(_take_all, stage.browsers)))
        verdict = await stage.verdict(people, Expected(deadline_ms=45_000))
        texts = [event.text for event in stage.history(people) if isinstance(event, Shown)]
        places = [int(told.group(1)) for told in map(_PLACE.search, texts) if told]

    assert taken == count
    assert verdict.violations == (), verdict.report()
    assert all(_WAIT.search(text) for text in texts)
    # Whoever is next hears no number. Few of the others may hear only how long it takes.
    assert len(places) >= 0.95 * count
    assert max(places) <= count


async def _take_all(browser: Browser) -> int:
    taken = 0
    while await browser.take_next():
        taken += 1
    return taken


# Row 40
async def test_album_reaches_the_agent_whole_though_the_bot_dies_in_its_quiet_second(
    stage: Stage,
) -> None:
    (person,) = people = await stage.cast(1)
    await stage.crowd.sends_an_album(person, pictures=10)
    await asyncio.sleep(0.5)
    fault = await inject(stage.world, "bot.kill", random.Random(1))
    case = (await stage.cases_of(people))[person.chat]
    browser = stage.browsers[2]
    await browser.claim(case)
    screen = await browser.look(case)
    await until_resolved(browser, case)

    verdict = await stage.verdict(people)
    assert fault.in_flight > 0
    assert screen.pictures == 10
    assert verdict.violations == (), verdict.report()


# Row 41
async def test_every_race_for_a_case_has_one_winner_and_five_who_are_told_who(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with staged(nursery, tmp_path, 1) as stage:
        people = make_people(RACES, 1, first_id=5_000_000)
        await stage.world.phone.new_customers(RACES, first_id=5_000_000)
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
            while len(won) < RACES:
                won += await _race_for_all(stage, sets)
        verdict = await stage.verdict(people, Expected(deadline_ms=600_000))
        refused = [e for e in stage.history(people) if isinstance(e, ClaimRefused)]
        claimed = [e for e in stage.history(people) if isinstance(e, Claimed)]

    assert [sum(one) for one in won] == [1] * RACES
    assert len(refused) == 5 * RACES
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
