from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handoff.knowledge import OrderStatus
from handoff.shop import Money, Order, proves

ORDER = Order(
    no="W1000001",
    phone="+8613900001001",
    status=OrderStatus.SHIPPED,
    placed_at=datetime(2026, 11, 1, tzinfo=UTC),
    total=Money("CNY", 26800),
)


@pytest.mark.parametrize(
    ("phone", "tail", "holds"),
    [
        ("+8613900001001", "", True),
        ("+86 139-0000-1001", "", True),
        ("+8613900001002", "", False),
        ("", "1001", True),
        ("", "1002", False),
        ("", "001", False),
        ("", "01001", False),
        ("", "", False),
    ],
)
def test_only_the_whole_phone_or_its_last_four_digits_prove_an_order(phone, tail, holds):
    assert proves(ORDER, phone=phone, tail=tail) is holds


def test_nothing_proves_an_order_that_does_not_exist():
    assert not proves(None, tail="0000")
    assert not proves(None, phone="+000000000000000")


def test_an_order_without_a_phone_belongs_to_nobody():
    assert not proves(replace(ORDER, phone=""), tail="")


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money("CNY", 629900), "CNY 6,299"),
        (Money("USD", 8450), "USD 84.50"),
        (Money("USD", 5), "USD 0.05"),
    ],
)
def test_money_is_written_with_its_currency(money, text):
    assert str(money) == text
