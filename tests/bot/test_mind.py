import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.deciding import Mind
from bot.mind import SEEDS_ALERT, keep_fresh
from handoff.errors import SeedError, SeedErrors
from handoff.store.memory import open_memory_store
from tests.chat import Chat, answerer


@dataclass
class Shop:
    """A shop whose seeds are one file: what stands in it is what the mind reads with."""

    seeds: Path
    mind: Mind = field(default_factory=lambda: Mind(answerer(), Chat().reader))

    def __post_init__(self) -> None:
        self.store = open_memory_store()
        self.made: list[str] = []
        self.writes("first")

    def writes(self, text: str) -> None:
        (self.seeds / "words.yaml").write_text(text, encoding="utf-8")

    def make(self, seeds: Path) -> Mind:
        text = (seeds / "words.yaml").read_text("utf-8")
        self.made.append(text)
        if text.startswith("broken"):
            raise SeedErrors([SeedError("words.yaml", "line 1", "no colon")])
        if text.startswith("odd"):
            raise KeyError(text)
        return Mind(answerer(), Chat().reader)

    async def looks(self) -> dict[str, str]:
        """One look at the seeds; returns the alert that is open after it."""
        self.go.set()
        await self.slept.wait()
        self.slept.clear()
        return (await self.store.house.alerts()).get(SEEDS_ALERT, {})

    async def sleep(self, _seconds: float) -> None:
        self.slept.set()
        await self.go.wait()
        self.go.clear()

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[None]:
        self.go, self.slept = asyncio.Event(), asyncio.Event()
        work = keep_fresh(self.mind, self.seeds, self.store.house, self.make, sleep=self.sleep)
        keeping = asyncio.create_task(work)
        await self.slept.wait()
        self.slept.clear()
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_changed_seeds_are_thought_with_and_read_once(shop: Shop) -> None:
    before = shop.mind.reads
    async with shop.fresh():
        shop.writes("second one")
        for _ in range(3):
            await shop.looks()

    assert shop.made == ["second one"]
    assert shop.mind.reads is not before


@pytest.mark.timeout(30)
@pytest.mark.parametrize("how", ["broken", "odd"])
async def test_seeds_that_cannot_be_read_leave_the_old_ones_and_are_told_until_mended(
    shop: Shop, how: str
) -> None:
    before = shop.mind.reads
    async with shop.fresh():
        shop.writes(f"{how} seeds")
        told = [await shop.looks() for _ in range(2)]
        kept = shop.mind.reads
        shop.writes("mended seeds")
        over = await shop.looks()

    assert kept is before
    assert [alert["count"] for alert in told] == ["1", "2"]
    assert over == {}
    assert shop.mind.reads is not before
    assert shop.made == [f"{how} seeds", "mended seeds"]
