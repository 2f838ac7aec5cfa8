from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from handoff.ports import Store
from handoff.shelf import LINES_KEPT
from handoff.store.calls import Calls
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import ANNA, Story, answer


class Interrupted:
    """Something happens in the store right after the first of our calls."""

    def __init__(self, calls: Calls, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._calls = calls
        self._meanwhile: list[Callable[[], Awaitable[object]]] = [meanwhile]

    async def one(self, *command: Any) -> Any:
        return await self._then(await self._calls.one(*command))

    async def both(self, *commands: tuple[Any, ...]) -> Any:
        return await self._then(await self._calls.both(*commands))

    async def _then(self, reply: Any) -> Any:
        while self._meanwhile:
            await self._meanwhile.pop()()
        return reply


@pytest.fixture
async def store(server_url: str, shop: str, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(server_url, shop, now=clock) as opened:
        yield opened


async def says(story: Story, *texts: str) -> None:
    for text in texts:
        await story.settles(await story.answers(answer(text)))


async def test_no_line_is_skipped_when_old_ones_go_while_they_are_read(
    store: Store, clock: FakeClock
) -> None:
    story = Story(store, clock)
    await says(story, *map(str, range(LINES_KEPT + 50)))
    await store.shelf.shelve(ANNA, 100)

    store.shelf._calls = Interrupted(store.shelf._calls, lambda: says(story, "one more"))
    meanwhile = await store.shelf.lines(ANNA, 100, 50)

    assert [line.message.seq for line in meanwhile][:1] in ([], [101])
    assert [line.message.seq for line in await store.shelf.lines(ANNA, 100, 2)] == [101, 102]


async def test_words_that_are_said_while_lines_are_read_keep_their_outcome(
    store: Store, clock: FakeClock
) -> None:
    story = Story(store, clock)
    await says(story, "one")

    store.shelf._calls = Interrupted(store.shelf._calls, lambda: story.queues(answer("two")))
    lines = await store.shelf.lines(ANNA, 0, 50)

    assert [(line.message.text, line.delivery is None) for line in lines] == [("one", False)]
