"""A running product with its customers, and agents who have its pages open. No tests here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.agents import Browser, hire, logged_in
from tests.faults.asking import settled
from tests.faults.checker import Verdict, check
from tests.faults.customers import Crowd, Person, make_people, write_shop
from tests.faults.history import Event, History, RunSettled, load, now_ms
from tests.faults.nursery import Nursery
from tests.faults.verdict import Expected
from tests.faults.world import Plan, World, world_running

AGENTS = ("amy", "ben", "cat", "dan", "eve", "fay")
PEOPLE = 200
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

    async def verdict_of_all(self, expected: Expected | None = None) -> Verdict:
        """Let everything settle, and judge the whole run."""
        await asyncio.sleep(SETTLE_SECONDS)
        return settled(self.world, expected)

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
