"""One mind for all stories (reading the seeds takes a second), one product each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.deciding import Mind
from bot.mind import make_mind
from handoff.files import Files
from handoff.signing import Signer
from tests.flows.product import Product, running_product
from tests.flows.seeds import SEEDS

SIGNER = Signer(b"a secret for stories only, 32 by")


@pytest.fixture(scope="session")
def mind() -> Mind:
    return make_mind(SEEDS)


@pytest.fixture
async def product(server_url: str, shop: str, mind: Mind, tmp_path: Path) -> AsyncIterator[Product]:
    files = Files(tmp_path / "files")
    async with running_product(server_url, shop, mind, SIGNER, files) as running:
        yield running
        asked = [
            await running.asked_known(customer) for customer in running.exchange.world.customers
        ]
        assert sum(asked) == 0, "something was asked whose answer was known"
