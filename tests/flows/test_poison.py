"""A message that cannot be read, or that breaks the thinking: it alone is set aside, a person gets
the customer, and everything around it is read as ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from bot.deciding import Mind
from bot.telegram.decoding import Update, update_of
from handoff.conversation import Holder
from tests.flows.product import Product

EMMA = 10002
BOOM = "zebra crossing"


@dataclass
class Fragile:
    """A reader that breaks at a word."""

    inner: Any

    def read(self, text: str, **more: Any) -> Any:
        if BOOM in text:
            raise ZeroDivisionError
        return self.inner.read(text, **more)

    def agrees(self, text: str, restated: str = "") -> bool | None:
        return self.inner.agrees(text, restated)

    def aside(self, text: str) -> Any:
        return self.inner.aside(text)


@pytest.fixture
def fragile(mind: Mind) -> Iterator[None]:
    inner, mind.reads = mind.reads, Fragile(mind.reads)
    yield
    mind.reads = inner


def wrote(number: int, text: str, **odd: Any) -> Update:
    chat = {"id": EMMA, "type": "private", "first_name": "Emma"}
    person = {"id": EMMA, "is_bot": False, "first_name": "Emma"}
    message = {"message_id": number, "date": 1_795_000_000, "chat": chat, "from": person}
    update = {"update_id": 70_000 + number, "message": message | {"text": text} | odd}
    return update_of(orjson.dumps(update))


async def test_unreadable_message_is_set_aside_alone_and_shown(product: Product) -> None:
    before = [wrote(n, f"My order W100000{n} and") for n in (1, 2)]
    poison = wrote(3, "This one is odd", date="yesterday")
    after = [wrote(4, "Are you there?")]

    await product.parts.intake.receive([*before, poison, *after])
    await product.all_read(EMMA)

    (letter,) = await product.store.house.dead_letters()
    conversation = await product.conversation(EMMA)
    written = [line.text for line in conversation.transcript if line.author == "contact"]
    assert (letter["kind"], letter["reason"]) == ("mail", "unreadable")
    assert "This one is odd" in letter["raw"]
    assert written == [
        "My order W1000001 and",
        "My order W1000002 and",
        "This one is odd",
        "Are you there?",
    ]
    assert conversation.holder is Holder.QUEUE
    assert (await product.case_of(EMMA)).reason == "bot_failed"
    assert "mail_set_aside" in await product.store.house.alerts()


@pytest.mark.usefixtures("fragile")
async def test_message_that_breaks_the_thinking_is_found_among_its_neighbours(
    product: Product,
) -> None:
    texts = ("Do you ship abroad, and", f"{BOOM}, and", "which cards do you take?")

    await product.parts.intake.receive([wrote(n, text) for n, text in enumerate(texts, start=1)])
    await product.all_read(EMMA, seconds=40)  # five tries, each after a longer pause

    (letter,) = await product.store.house.dead_letters()
    conversation = await product.conversation(EMMA)
    written = [line.text for line in conversation.transcript if line.author == "contact"]
    assert BOOM in letter["raw"]
    assert letter["reason"] == "3 exceptions"
    assert written == list(texts)
    assert (await product.case_of(EMMA)).reason == "bot_failed"
    assert {"mail_set_aside", "turns_failing"} <= set(await product.store.house.alerts())
