from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handoff.ops.watch import Disk, Watch, missing
from handoff.ports import Store
from handoff.store.memory import open_memory_store
from handoff.upkeep import DEAD_LETTERS_KEPT, STARTED, MemoryUse
from tests.clock import FakeClock
from tests.contracts.story import BEN, Story, answer

ROOMY = Disk(free_bytes=10 << 30, total_bytes=20 << 30)


@pytest.fixture
def store(clock: FakeClock) -> Store:
    return open_memory_store(clock)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def watching(store: Store, clock: FakeClock, disk: Disk = ROOMY) -> Watch:
    return Watch(
        store,
        "desk-a-1",
        folders=(Path("/srv/data"),),
        disk=lambda _: disk,
        machine="attic",
        now=lambda: clock() / 1000,
    )


async def names(store: Store) -> set[str]:
    return set(await store.house.alerts())


async def test_calm_shop_raises_nothing(story: Story) -> None:
    await watching(story.store, story.clock).look()

    assert await names(story.store) == set()


async def test_turns_and_words_nobody_takes_are_told_and_over_when_taken(story: Story) -> None:
    watch = watching(story.store, story.clock)
    await story.arrives(story.mail())
    await story.queues(answer(), chat=BEN)
    story.clock.advance(61_000)
    await watch.look()
    late = await names(story.store)

    await story.takes()
    await story.begins()
    await watch.look()

    assert late == {"turns_late", "sends_late"}
    assert await names(story.store) == set()


async def test_dead_letter_stays_told_until_it_is_gone(story: Story, store: Store) -> None:
    watch = watching(store, story.clock)
    await store.house.bury("update", "json", b"{")
    await watch.look()

    assert await names(store) == {"dead_letters"}


async def test_dead_letters_are_told_once_more_before_the_oldest_go(store: Store) -> None:
    watch = watching(store, FakeClock())
    for _ in range(DEAD_LETTERS_KEPT * 8 // 10):
        await store.house.bury("update", "json", b"{")
    await watch.look()
    before = await names(store)
    await store.house.bury("update", "json", b"{")
    await watch.look()

    assert before == {"dead_letters"}
    assert await names(store) == {"dead_letters", "dead_letters_full"}


async def test_every_round_looks_at_the_disks_too(store: Store) -> None:
    full = Disk(free_bytes=1 << 20, total_bytes=20 << 30)

    await watching(store, FakeClock(), full)._once()

    assert await names(store) == {"disk_filling:attic:/srv/data"}


class Filling:
    """A store whose server is so full."""

    def __init__(self, store: Store, share: float) -> None:
        self._upkeep = store.upkeep
        self._share = share

    def __getattr__(self, name: str) -> Any:
        return getattr(self._upkeep, name)

    async def memory_use(self) -> MemoryUse:
        return MemoryUse(int(self._share * 1000), 1000)


@pytest.mark.parametrize(
    ("share", "raised"),
    [(0.6, set()), (0.61, {"memory_high"}), (0.81, {"memory_high", "memory_full"})],
)
async def test_memory_is_told_at_sixty_and_at_eighty_percent(
    story: Story, share: float, raised: set[str]
) -> None:
    filling = replace(story.store, upkeep=Filling(story.store, share))

    await watching(filling, story.clock).look()
    full = await names(story.store)
    await watching(story.store, story.clock).look()

    assert full == raised
    assert await names(story.store) == set()


async def test_disk_without_room_is_told_with_what_is_left(story: Story) -> None:
    await watching(story.store, story.clock, Disk(100 << 20, 20 << 30)).look_at_disks()

    alerts = await story.store.house.alerts()

    assert alerts["disk_filling:attic:/srv/data"]["detail"] == "100 MB free (0 %)"


async def test_folders_of_one_name_and_machines_of_one_folder_have_an_alert_each(
    story: Story,
) -> None:
    full, folders = Disk(100 << 20, 20 << 30), (Path("/srv/a/files"), Path("/srv/b/files"))
    for machine, filling in (("attic", folders[0]), ("cellar", folders[1])):
        await Watch(
            story.store,
            f"desk-{machine}-1",
            folders=folders,
            disk=lambda folder, filling=filling: full if folder == filling else ROOMY,
            machine=machine,
        ).look_at_disks()

    assert await names(story.store) == {
        "disk_filling:attic:/srv/a/files",
        "disk_filling:cellar:/srv/b/files",
    }


async def test_process_that_fell_silent_is_missed_until_it_is_back(story: Story) -> None:
    house, watch = story.store.house, watching(story.store, story.clock)
    await house.report("bot-a-1", {f"={STARTED}": 1.0})
    story.clock.advance(18_000)
    await watch.look()
    gone = await names(story.store)

    await house.report("bot-a-1", {f"={STARTED}": story.clock() / 1000})
    await watch.look()

    assert gone == {"process_missing:bot-a-1"}
    assert await names(story.store) == set()


async def test_process_that_left_in_order_is_not_missed(story: Story) -> None:
    await story.store.house.report("bot-a-1", {})
    await story.store.upkeep.leave("bot-a-1")
    story.clock.advance(60_000)

    await watching(story.store, story.clock).look()

    assert await names(story.store) == set()


@pytest.mark.parametrize(
    ("seen", "started", "gone"),
    [
        ({"bot-a-1": 100, "desk-a-1": 199}, {"desk-a-1": 150.0}, {"bot-a-1"}),
        ({"bot-a-1": 100, "bot-b-1": 199}, {"bot-b-1": 120.0}, set()),
        ({"bot-a-1": 100, "bot-b-1": 199}, {"bot-b-1": 20.0}, {"bot-a-1"}),
        ({"bot-a-1": 100, "bot-b-1": 101, "bot-c-1": 199}, {"bot-c-1": 120.0}, {"bot-b-1"}),
    ],
    ids=["another kind", "replaced", "was there before", "one heir for two"],
)
def test_who_is_missing(seen: dict[str, float], started: dict[str, float], gone: set[str]) -> None:
    assert missing(seen, started, now=200.0) == gone
