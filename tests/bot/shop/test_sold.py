from datetime import UTC, datetime, timedelta

import pytest

from bot.shop.demo import load_demo_shop
from bot.shop.sold import UNWRITTEN_ALERT, SoldGoods
from handoff.errors import StoreDown
from handoff.ports import Store
from handoff.store.memory import open_memory_store
from tests.chat import NOON, SEEDS, answerer


@pytest.fixture
def store() -> Store:
    return open_memory_store()


@pytest.fixture
def goods() -> SoldGoods:
    shop = load_demo_shop(SEEDS, lambda: NOON, answerer().seeds.hours.zone)
    return SoldGoods(shop, lambda: answerer().seeds.knowledge.articles)


async def test_goods_of_found_orders_are_written_down_once(goods: SoldGoods, store: Store) -> None:
    order = await goods.find("W1000001")
    await goods.find("W9999999")
    assert order is not None
    await goods.of_phone(order.phone)
    await goods.write(store.gaps)

    assert set(await store.gaps.products()) >= {item.name for item in order.items}

    class Closed:
        async def sold(self, *_: object) -> None:
            raise AssertionError

    await goods.find("W1000001")
    await goods.write(Closed())


async def test_goods_that_could_not_be_written_are_written_later(
    goods: SoldGoods, store: Store
) -> None:
    class Away:
        async def sold(self, *_: object) -> None:
            raise StoreDown

    await goods.find("W1000001")
    with pytest.raises(StoreDown):
        await goods.write(Away())
    await goods.write(store.gaps)

    assert "真丝眼罩" in await store.gaps.products()


async def test_the_alert_stands_while_goods_are_sold_without_an_article(
    goods: SoldGoods, store: Store
) -> None:
    now = datetime.now(UTC)
    await store.gaps.sold(["瑜伽垫"], now)

    await goods.look(store.gaps, store.house, now + timedelta(hours=47))
    early = await store.house.alerts()
    await goods.look(store.gaps, store.house, now + timedelta(hours=48))
    late = await store.house.alerts()
    await goods.look(store.gaps, store.house, now)

    assert (UNWRITTEN_ALERT in early, UNWRITTEN_ALERT in late) == (False, True)
    assert "瑜伽垫" in late[UNWRITTEN_ALERT]["detail"]
    assert UNWRITTEN_ALERT not in await store.house.alerts()
