from datetime import UTC, datetime

import pytest
import yaml

from bot.shop.demo import load_demo_shop
from handoff.calendar import load_hours
from handoff.errors import SeedErrors
from handoff.knowledge import load_knowledge
from handoff.shop import ShopDown
from tests.chat import NOON, SEEDS

ZONE = load_hours(SEEDS).zone


def _shop(now: datetime = NOON):
    return load_demo_shop(SEEDS, lambda: now, ZONE)


async def test_demo_customers_find_their_orders_by_their_own_phone():
    shop = _shop()
    customers = yaml.safe_load((SEEDS / "demo/customers.yaml").read_text(encoding="utf-8"))

    counts = {c["id"]: len(await shop.of_phone(c["phone"])) for c in customers["customers"]}

    assert counts[10007] == 0
    assert all(count for customer, count in counts.items() if customer != 10007)
    assert sum(counts.values()) >= 12


@pytest.mark.parametrize("year", [2026, 2031])
async def test_the_demo_is_fresh_whenever_it_is_opened(year):
    now = datetime(year, 3, 1, 15, 30, tzinfo=UTC)

    order = await _shop(now).find("W1000001")

    assert order is not None
    assert order.due_at is not None
    assert 0 < (order.due_at - now).total_seconds() < 2 * 86400
    assert 2 * 86400 < (now - order.placed_at).total_seconds() < 4 * 86400


async def test_scans_lie_in_the_past_newest_first_and_carriers_are_known():
    shop, carriers = _shop(), load_knowledge(SEEDS).carriers

    for number in ("W1000001", "W1000003", "W1000006", "W1000016", "202611050001"):
        order = await shop.find(number)
        assert order is not None
        for waybill in order.waybills:
            parcel = await shop.track(waybill.tracking_no, waybill.carrier)
            assert parcel is not None
            times = [event.at for event in parcel.events]
            assert times == sorted(times, reverse=True)
            assert times[0] <= NOON
            assert carriers.named(parcel.carrier)


async def test_an_unknown_order_and_a_foreign_carrier_find_nothing():
    shop = _shop()

    assert await shop.find("W9999999") is None
    assert await shop.track("SF1234567890123", "UPS") is None


async def test_a_shop_that_is_down_says_so():
    shop = _shop()
    shop.down = True

    with pytest.raises(ShopDown):
        await shop.find("W1000001")


def test_every_mistake_in_the_demo_shop_is_told_at_once(tmp_path):
    (tmp_path / "demo").mkdir()
    good = (SEEDS / "demo/shop.yaml").read_text(encoding="utf-8")
    broken = good.replace("customer: 10004", "customer: 99").replace("W1000002", "W1000001")
    (tmp_path / "demo/shop.yaml").write_text(broken, encoding="utf-8")
    customers = (SEEDS / "demo/customers.yaml").read_text(encoding="utf-8")
    (tmp_path / "demo/customers.yaml").write_text(customers, encoding="utf-8")

    with pytest.raises(SeedErrors) as caught:
        load_demo_shop(tmp_path, lambda: NOON, ZONE)

    problems = " ".join(error.problem for error in caught.value.errors)
    assert "no demo customer 99" in problems
    assert "W1000001 stands here twice" in problems
