"""A later version was at work here: what it wrote waits for it, and nobody is forgotten."""

import asyncio

from tests.flows.product import Product
from tests.tomorrow import MOOD, tomorrow_on

EMMA, NOAH = 10002, 10005


async def test_customer_remembered_by_a_later_version_waits_for_it_and_is_answered(
    product: Product, server_url: str, shop: str
) -> None:
    await product.ask(EMMA, "Hello!")
    await product.all_read(EMMA)
    emma = product.id_of(EMMA)
    async with tomorrow_on(server_url, shop) as tomorrow:
        await tomorrow.remembers(emma)
        said = await product.phone.say(EMMA, "My card says do_not_honor")
        async with asyncio.timeout(10):
            while "records_newer" not in await product.store.house.alerts():
                await product.store.house.wait_for("nothing", 0.05)
        parked = await product.store.conversations.explain(emma)
        unharmed = await tomorrow.memory(emma)
        await tomorrow.reads(emma)
        reply = await product.phone.wait_for_reply(EMMA, after=said.message_id)
        other = await product.ask(NOAH, "My card says do_not_honor")

    control = parked["control"]
    assert isinstance(control, dict)
    assert "do_not_honor" in other.text
    assert len(parked["mail"]) == 1
    assert control.get("x", "0") == "0"
    assert int(control["n"]) <= 1
    assert (unharmed["schema"], unharmed["mood"]) == (2, MOOD)
    assert "do_not_honor" in reply.text
    assert await product.store.house.dead_letter_count() == 0
