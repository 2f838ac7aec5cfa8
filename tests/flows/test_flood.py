"""Many messages at once from one chat: everything kept, one notice, one answer; others go on."""

from tests.flows.product import Product

EMMA, NOAH = 10002, 10005


async def test_flood_is_kept_whole_and_answered_once_while_others_are_served(
    product: Product,
) -> None:
    await product.ask(EMMA, "Hello!")
    before = len(await product.heard(EMMA))
    await product.phone.inject((EMMA, f"Hello? Number {n}!") for n in range(150))
    await product.phone.inject([(EMMA, "Do you ship abroad?")])

    other = await product.ask(NOAH, "My card says do_not_honor")
    bubbles = await product.phone.wait_until(
        EMMA, lambda seen: seen[-1].from_bot and len([s for s in seen if s.from_bot]) > before + 1
    )
    await product.all_read(EMMA)

    conversation = await product.conversation(EMMA)
    written = [line.text for line in conversation.transcript if line.author == "contact"]
    said = [seen.text for seen in bubbles if seen.from_bot][before:]
    assert "do_not_honor" in other.text
    assert written[1:] == [*(f"Hello? Number {n}!" for n in range(150)), "Do you ship abroad?"]
    assert sum("all your messages" in text for text in said) == 1
    assert len(said) <= 3
