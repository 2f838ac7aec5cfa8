"""Customers who ask one thing at a time, for runs that try one fault. No tests here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.checker import Verdict, check
from tests.faults.history import RunSettled, Shown, Wrote, load, now_ms
from tests.faults.marks import Marks
from tests.faults.strain import Strain
from tests.faults.verdict import Expected
from tests.faults.world import World

ANSWER_SECONDS = 60.0
SETTLE_SECONDS = 1.5
"""Whatever is said twice is said by then."""


@dataclass
class Asking:
    """People with questions about parcels, each of which the answer must name."""

    world: World
    marks: Marks = field(default_factory=Marks)
    asked: dict[str, float] = field(default_factory=dict)

    async def people(self, count: int) -> list[int]:
        """New customers."""
        return await self.world.phone.new_customers(count)

    async def ask(self, chat: int, *, person: bool = False) -> str:
        """One question, or the wish for a person; returns its mark."""
        mark = self.marks.word() if person else self.marks.waybill()
        text = f"A human please, now! {mark}" if person else f"Where is parcel {mark}?"
        self.asked[mark] = time.monotonic()
        at_ms = now_ms()
        said = await self.world.phone.say(chat, text)
        self.world.recorder.note(
            Wrote(
                at_ms=at_ms,
                chat=chat,
                message_id=said.message_id,
                update_id=said.update_id,
                mark=mark,
                text=text,
                proofs=() if person else (mark,),
                hands_over=person,
            )
        )
        return mark

    async def all_ask(self, chats: Sequence[int]) -> list[str]:
        """Everybody asks at once."""
        return list(await asyncio.gather(*(self.ask(chat) for chat in chats)))

    async def begin(self, chats: Sequence[int]) -> asyncio.Future[list[str]]:
        """Everybody begins to ask, one after the other within a second; returns when the first
        few have, and gives the marks of all.
        """
        pause = 1.0 / len(chats)

        async def ask(place: int, chat: int) -> str:
            await asyncio.sleep(place * pause)
            return await self.ask(chat)

        asking = asyncio.gather(*(ask(place, chat) for place, chat in enumerate(chats)))
        await asyncio.sleep(2 * pause)
        return asking

    async def each_asks(self, chats: Sequence[int], *, rate: float) -> list[str]:
        """One after the other asks once, so many a second."""
        loop = asyncio.get_running_loop()
        began, marks = loop.time(), []
        for number, chat in enumerate(chats):
            await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
            marks.append(await self.ask(chat))
        return marks

    async def keep_asking(self, chats: Sequence[int], *, rate: float, seconds: float) -> list[str]:
        """Round and round everybody asks, so many a second, however long an answer takes."""
        loop = asyncio.get_running_loop()
        began, asking = loop.time(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
            asking.append(asyncio.create_task(self.ask(chats[number % len(chats)])))
        return list(await asyncio.gather(*asking))

    async def until_answered(self, marks: Sequence[str], seconds: float = ANSWER_SECONDS) -> float:
        """Wait until each of these is named in some text; how long that took from now."""
        started = time.monotonic()
        missing = set(marks)
        while missing := {mark for mark in missing if mark not in self.world.telegram.named}:
            if time.monotonic() - started > seconds:
                raise AssertionError(f"{len(missing)} of {len(marks)} not answered: {missing}")
            await asyncio.sleep(0.02)
        return time.monotonic() - started

    async def until_alert(self, name: str, seconds: float = 30.0) -> None:
        """Wait until this alert was raised."""
        until = time.monotonic() + seconds
        while name not in self.world.alerts:
            assert time.monotonic() < until, f"no {name} within {seconds:.0f} s"
            await asyncio.sleep(0.05)

    async def verdict(self, expected: Expected | None = None) -> Verdict:
        """Let everything settle, and judge the run."""
        await asyncio.sleep(SETTLE_SECONDS)
        return settled(self.world, expected)


def settled(world: World, expected: Expected | None = None) -> Verdict:
    """Close the history and judge it."""
    world.recorder.note(RunSettled(at_ms=now_ms()))
    return check(load(world.recorder.path), expected)


def slowest_ms(world: World, marks: Sequence[str]) -> float:
    """How long the slowest of these waited for its answer, of the time that the machine gave."""
    history = load(world.recorder.path)
    own_ms = Strain(history).own_ms
    wrote = {e.mark: e.at_ms for e in history if isinstance(e, Wrote)}
    waits = [
        own_ms(
            wrote[mark], next(s.at_ms for s in history if isinstance(s, Shown) and mark in s.text)
        )
        for mark in marks
    ]
    return max(waits, default=0.0)
