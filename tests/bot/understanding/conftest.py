import pytest

from bot.understanding import Reader
from handoff.escalation import Rules, load_rules
from tests.chat import SEEDS, trained_reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    return trained_reader()


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules(SEEDS / "escalation.yaml")
