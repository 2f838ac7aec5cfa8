import asyncio

import pytest

from bot.glance import Glance
from handoff.errors import StoreDown


class Desk:
    """A queue and who is there; every question is noted and answered when `answers` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = asyncio.Event()
        self.down = False

    async def ahead(self, rank: float) -> int:
        self.asked.append("ahead")
        return int(rank)

    async def present(self) -> tuple[str, ...]:
        return await self._answer("present", ("mei",))

    async def claimed_within(self, seconds: int) -> tuple[tuple[float, float], ...]:
        return await self._answer("claims", ((1.0, float(seconds)),))

    async def _answer(self, name, answer):
        self.asked.append(name)
        await self.answers.wait()
        if self.down:
            raise StoreDown
        return answer


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def seconds():
    return [100.0]


@pytest.fixture
def glance(desk, seconds):
    return Glance(desk, desk, clock=lambda: seconds[0])


async def test_a_thousand_who_are_handed_over_at_once_ask_the_same_once(desk, glance):
    looks = [glance.ahead(n) for n in range(1000)]
    looks += [glance.claimed_within(3600) for _ in range(1000)]
    looks += [glance.present() for _ in range(1000)]
    asking = asyncio.gather(*looks)
    await asyncio.sleep(0)
    desk.answers.set()
    answers = await asking

    assert (desk.asked.count("claims"), desk.asked.count("present")) == (1, 1)
    assert answers[:1000] == list(range(1000))
    assert set(answers[1000:2000]) == {((1.0, 3600.0),)}


async def test_a_look_is_old_after_a_second(desk, glance, seconds):
    desk.answers.set()
    await glance.present()
    seconds[0] += 0.9
    await glance.present()
    seconds[0] += 0.2
    await glance.present()

    assert desk.asked == ["present", "present"]


async def test_who_gives_up_leaves_the_look_to_the_others(desk, glance):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(glance.present(), 0.01)
    desk.answers.set()

    assert await glance.present() == ("mei",)
    assert desk.asked == ["present"]


async def test_a_look_that_failed_is_not_kept(desk, glance):
    desk.down = True
    desk.answers.set()
    with pytest.raises(StoreDown):
        await glance.present()
    desk.down = False

    assert await glance.present() == ("mei",)
