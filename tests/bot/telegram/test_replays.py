import orjson
import pytest

from bot.telegram.api import BotApi
from bot.telegram.replays import Replays
from handoff.ports import Store
from tests.bot.telegram.intake_hall import Hall, text


@pytest.fixture
def hall(api: BotApi, store: Store) -> Hall:
    return Hall(api, store)


async def test_replayed_update_is_received_like_any_other(hall: Hall) -> None:
    await hall.store.house.bury("update", "mended since", orjson.dumps(text(7)))
    (letter,) = await hall.store.house.dead_letters()
    await hall.store.upkeep.replay(letter["id"])

    received = await Replays(hall.store, hall.intake).receive()

    assert received == 1
    assert hall.heard == [7]
    assert await hall.store.upkeep.replays() == []


async def test_update_that_still_cannot_be_read_is_set_aside_again(hall: Hall) -> None:
    await hall.store.house.bury("update", "json", b"{broken")
    (letter,) = await hall.store.house.dead_letters()
    await hall.store.upkeep.replay(letter["id"])

    await Replays(hall.store, hall.intake).receive()

    assert hall.heard == []
    assert [one["raw"] for one in await hall.store.house.dead_letters()] == ["{broken"]
    assert await hall.store.upkeep.replays() == []
