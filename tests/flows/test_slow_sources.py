"""A shop that is slow or away: one line meanwhile, and an honest answer."""

from tests.flows.product import Product

EMMA = 10002


async def test_slow_shop_brings_one_line_that_becomes_the_order(product: Product) -> None:
    await product.ask(EMMA, "Where is my order W1000002?")
    product.shop.delay_seconds = 2.65  # the interim line comes at 2.5 s, the shop has 2.8 s

    meanwhile = await product.ask(EMMA, product.exchange.world.customers[EMMA].phone[-4:])
    bubbles = await product.phone.wait_until(
        EMMA, lambda seen: seen[-1].from_bot and "Linen shirt" in seen[-1].text
    )

    assert "W1000002" not in meanwhile.text
    assert bubbles[-1].id == meanwhile.id
    assert bubbles[-1].buttons
    assert meanwhile.text not in [seen.text for seen in bubbles]


async def test_next_slow_answer_leaves_the_one_before_alone(product: Product) -> None:
    await product.ask(EMMA, "Where is my order W1000002?")
    product.shop.delay_seconds = 2.65
    await product.ask(EMMA, product.exchange.world.customers[EMMA].phone[-4:])
    first = await product.phone.wait_until(EMMA, lambda seen: "Linen shirt" in seen[-1].text)

    await product.ask(EMMA, "W1000002 where is it now")
    bubbles = await product.phone.wait_until(
        EMMA, lambda seen: len(seen) > len(first) + 1 and "Linen shirt" in seen[-1].text
    )

    assert bubbles[-1].id > first[-1].id
    assert len(bubbles) == len(first) + 2


async def test_shop_that_is_away_is_told_and_nothing_is_invented(product: Product) -> None:
    await product.ask(EMMA, "Where is my order W1000002?")
    product.shop.down = True

    told = await product.ask(EMMA, product.exchange.world.customers[EMMA].phone[-4:])

    assert told.text
    assert "84.50" not in told.text
    assert told.buttons
