from pathlib import Path

import pytest

from handoff.knowledge import Knowledge, load_knowledge

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge(SEEDS)
