import shutil
from pathlib import Path

import pytest

from handoff.knowledge import Knowledge, load_knowledge

SEEDS = Path(__file__).parents[3] / "seeds"
FILES = (
    "synonyms.yaml",
    "payment_codes.csv",
    "payment_providers.csv",
    "order_statuses.csv",
    "tracking_statuses.csv",
    "carriers.csv",
    "waybill_patterns.csv",
    "return_rules.csv",
)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge(SEEDS)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    for name in ("return-window", "invoice-get", "points"):
        shutil.copy(SEEDS / "articles" / f"{name}.yaml", tmp_path / "articles")
    for name in FILES:
        shutil.copy(SEEDS / name, tmp_path)
    return tmp_path
