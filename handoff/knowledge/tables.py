"""The tables that tell numbers and codes in a message apart, without the articles.

Who only reads messages (`python -m bot predict`) needs no search index.
"""

from dataclasses import dataclass
from pathlib import Path

from handoff.knowledge.carriers import Carriers, WaybillPatterns
from handoff.knowledge.payments import PaymentCodes


@dataclass(frozen=True, slots=True)
class Tables:
    """Payment codes, shapes of waybill numbers, and carriers by name."""

    codes: PaymentCodes
    waybills: WaybillPatterns
    carriers: Carriers


def load_tables(seeds_dir: Path) -> Tables:
    """Returns the tables in the seeds; raises SeedErrors with every mistake in them."""
    from handoff.knowledge import loader  # pydantic and yaml come with the first reading

    return loader.read_tables(seeds_dir)
