"""The product behind a webhook: Telegram calls us, with the secret, and again when we are away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.deciding import Mind
from handoff.files import Files
from tests.flows.conftest import SIGNER
from tests.flows.processes import free_port
from tests.flows.product import Product, running_product

EMMA = 10002


@pytest.fixture
async def called(server_url: str, shop: str, mind: Mind, tmp_path: Path) -> AsyncIterator[Product]:
    port, files = free_port(), Files(tmp_path / "files")
    address = {"webhook_url": f"http://127.0.0.1:{port}/hook", "webhook_port": port}
    webhook = {"mode": "webhook", "webhook_secret": "a-secret-for-stories", **address}
    async with running_product(server_url, shop, mind, SIGNER, files, **webhook) as running:
        yield running


async def test_customer_is_answered_through_the_webhook(called: Product) -> None:
    greeting = await called.ask(EMMA, "Hello!")
    answer = await called.ask(EMMA, "My card says do_not_honor")

    assert greeting.text
    assert "do_not_honor" in answer.text


async def test_person_is_reached_through_the_webhook(called: Product) -> None:
    await called.ask(EMMA, "I would like to talk to a person please.")

    assert (await called.case_of(EMMA)).reason == "explicit_request"
