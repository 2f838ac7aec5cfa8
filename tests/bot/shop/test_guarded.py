import asyncio

import pytest

from bot.shop.guarded import GuardedShop
from handoff.breaker import Breaker
from handoff.ports import Store
from handoff.shop import Order, Parcel, ShopDown
from handoff.store.memory import open_memory_store
from tests.clock import FakeClock


class Backend:
    """A shop that answers, breaks, or never answers."""

    def __init__(self) -> None:
        self.asked = 0
        self.mood = "well"

    async def find(self, order_no: str) -> Order | None:
        self.asked += 1
        if self.mood == "broken":
            raise ValueError("a huge JSON")
        if self.mood == "silent":
            await asyncio.Event().wait()
        return None

    async def of_phone(self, phone: str) -> tuple[Order, ...]:
        return ()

    async def track(self, tracking_no: str, carrier: str) -> Parcel | None:
        return None


class Levels:
    def __init__(self) -> None:
        self.now: dict[str, float] = {}

    def level(self, name: str, value: float) -> None:
        self.now[name] = value


@pytest.fixture
def store() -> Store:
    return open_memory_store(FakeClock())


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def time() -> list[float]:
    return [100.0]


@pytest.fixture
def shop(backend: Backend, time: list[float]) -> GuardedShop:
    breakers = {n: Breaker(failures=3, clock=lambda: time[0]) for n in ("orders", "parcels")}
    return GuardedShop(backend, backend, breakers=breakers, deadline_seconds=0.01)


async def asks(shop: GuardedShop, times: int) -> int:
    """Asks for an order; returns how often there was no answer."""
    failed = 0
    for _ in range(times):
        try:
            await shop.find("W1000001")
        except ShopDown:
            failed += 1
    return failed


@pytest.mark.parametrize("mood", ["broken", "silent"])
async def test_shop_that_keeps_failing_is_left_alone(
    shop: GuardedShop, backend: Backend, mood: str
) -> None:
    backend.mood = mood

    failed = await asks(shop, 10)

    assert (failed, backend.asked) == (10, 3)
    assert await shop.track("SF1", "sf") is None, "parcels have a breaker of their own"


async def test_one_question_after_each_pause_goes_through_and_its_answer_is_trusted(
    shop: GuardedShop, backend: Backend, time: list[float]
) -> None:
    backend.mood = "broken"
    await asks(shop, 3)
    time[0] += 5.0
    await asks(shop, 4)
    still = backend.asked
    backend.mood = "well"
    time[0] += 5.0

    assert await asks(shop, 4) == 0
    assert (still, backend.asked) == (4, 8)


async def test_few_failures_between_answers_open_nothing(
    shop: GuardedShop, backend: Backend
) -> None:
    for mood in ("broken", "broken", "well") * 3:
        backend.mood = mood
        await asks(shop, 1)

    assert backend.asked == 9


async def test_question_given_up_by_who_asked_counts_as_unanswered(
    shop: GuardedShop, backend: Backend
) -> None:
    backend.mood = "silent"
    for _ in range(3):
        asking = asyncio.ensure_future(shop.find("W1000001"))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    assert shop.breakers["orders"].is_open


async def test_open_breaker_is_told_while_it_fails_and_closed_when_it_answers(
    shop: GuardedShop, backend: Backend, store: Store, time: list[float]
) -> None:
    levels = Levels()
    backend.mood = "broken"
    await asks(shop, 3)
    was = await shop._told(levels, store.house, set())
    raised = (dict(levels.now), set(await store.house.alerts()))

    backend.mood = "well"
    time[0] += 5.0
    await asks(shop, 1)
    await shop._told(levels, store.house, was)

    assert raised == (
        {"breaker_open:orders": 1.0, "breaker_open:parcels": 0.0},
        {"shop_down:orders"},
    )
    assert levels.now["breaker_open:orders"] == 0.0
    assert await store.house.alerts() == {}
