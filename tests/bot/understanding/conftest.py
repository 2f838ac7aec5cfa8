from pathlib import Path

import pytest

from bot.understanding import Reader
from handoff.escalation import Rules, load_rules

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.from_seeds(SEEDS)


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules(SEEDS / "escalation.yaml")
