"""Alerts reach the chat of those on duty, over real HTTP."""

from bot.telegram.alerting import ChatSink
from handoff.ops.telling import Telling
from tests.flows.product import Product

OWNER = 10002


async def test_alert_and_its_end_are_told_once_each_with_the_remedy(product: Product) -> None:
    await product.ask(OWNER, "Hello!")
    before = len(await product.heard(OWNER))
    sink = ChatSink(product.store.upkeep, 4242, OWNER)
    house = product.store.house

    await house.alert("nobody_there", "3 wait")
    for _ in range(2):
        await Telling(product.store, "flow", sink).tell_on()
    await product.phone.wait_until(OWNER, lambda seen: "nobody_there" in seen[-1].text)
    await house.clear_alert("nobody_there")
    for _ in range(2):
        await Telling(product.store, "flow", sink).tell_on()
    await product.phone.wait_until(OWNER, lambda seen: "is over" in seen[-1].text)

    opened, over = (await product.heard(OWNER))[before:]
    assert "nobody_there (3 wait)" in opened
    assert "Call a colleague." in opened
    assert over == "✅ nobody_there is over."
