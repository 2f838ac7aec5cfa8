"""One mind for all stories (reading the seeds takes a second), one product each."""

from collections.abc import AsyncIterator

import pytest

from bot.mind import make_mind
from bot.turn import Mind
from handoff.signing import Signer
from tests.flows.product import Product, running_product
from tests.flows.seeds import SEEDS

SIGNER = Signer(b"a secret for stories only, 32 by")


@pytest.fixture(scope="session")
def mind() -> Mind:
    return make_mind(SEEDS)


@pytest.fixture
async def product(server_url: str, shop: str, mind: Mind) -> AsyncIterator[Product]:
    async with running_product(server_url, shop, mind, SIGNER) as running:
        yield running
