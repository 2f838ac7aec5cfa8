"""Rows of the fault matrix that concern customers and what they send: 34, 35 and 38 to 40."""

from __future__ import annotations

import asyncio
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.bots import Bot
from bot.sandbox.updates import Pending
from tests.faults.agents import Browser, clear_queue, until_resolved
from tests.faults.customers import Crowd, Person, make_people
from tests.faults.history import Shown, Wrote
from tests.faults.injector import inject
from tests.faults.nursery import Nursery
from tests.faults.stage import Stage, staged
from tests.faults.verdict import Expected
from tests.flows.processes import until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
]
_WAIT = re.compile(r"within|分钟|小时|hour|minute|next")
_PLACE = re.compile(r"(?:number |第 )(\d+)")
LINES_SHOWN = 200
"""So much of a long conversation a page shows."""


# Row 34
async def test_every_update_twice_and_a_replay_of_all_have_one_effect_each(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with staged(nursery, tmp_path, 30, mode="webhook", bots=2) as stage:
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
    assert verdict.figures.duplicates == 0


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
        await asyncio.gather(*(_edits_and_presses(stage, person) for person in people))
        await until(lambda: len(held) == 3 * len(people), 30, "Telegram delivers nothing")
        webhooks.post = once  # type: ignore[method-assign]
        for bot, pending in reversed(held):
            status, _, _ = await once(bot, pending)
            assert status == 200
        verdict = await stage.verdict(people)

    assert verdict.violations == (), verdict.report()


async def _edits_and_presses(stage: Stage, person: Person) -> None:
    await stage.crowd.edits_a_question(person)
    await stage.crowd.presses_menu(person)


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
    assert neighbours.figures.own_latency_ms(0.95) <= 1_500, neighbours.report()


# Row 39
@pytest.mark.long
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
    nursery: Nursery, tmp_path: Path
) -> None:
    async with staged(nursery, tmp_path, 1) as stage:
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
