"""JSON schemas of the seeds, made from the code so that an editor's hints are never out of date."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from handoff.knowledge.rows import (
    CarrierRow,
    OrderStatusRow,
    PaymentCodeRow,
    ProviderRow,
    ReturnRuleRow,
    TrackingStatusRow,
    WaybillRow,
)
from handoff.knowledge.schema import ArticleSeed, SynonymSeed

MODELS: Mapping[str, type[BaseModel]] = {
    "article": ArticleSeed,
    "carriers": CarrierRow,
    "order_statuses": OrderStatusRow,
    "payment_codes": PaymentCodeRow,
    "payment_providers": ProviderRow,
    "return_rules": ReturnRuleRow,
    "synonyms": SynonymSeed,
    "tracking_statuses": TrackingStatusRow,
    "waybill_patterns": WaybillRow,
}


def schema_text(model: type[BaseModel]) -> str:
    """Returns the schema of one kind of seed as it stands in its file."""
    return json.dumps(model.model_json_schema(), ensure_ascii=False, indent=2) + "\n"


def write_schemas(seeds_dir: Path) -> list[Path]:
    """Writes all schemas into the seeds and returns their paths."""
    folder = seeds_dir / "schemas"
    folder.mkdir(exist_ok=True)
    paths = []
    for name, model in MODELS.items():
        path = folder / f"{name}.json"
        path.write_text(schema_text(model), encoding="utf-8")
        paths.append(path)
    return paths
