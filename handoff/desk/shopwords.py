"""What the states of orders and parcels and the carriers are called, for agents.

Read from the tables the bot answers from, so that both sides of a case use the same words.
"""

from __future__ import annotations

from pathlib import Path

from handoff.errors import SeedErrors
from handoff.knowledge import Both
from handoff.knowledge.rows import CarrierRow, OrderStatusRow, TrackingStatusRow
from handoff.knowledge.seedfiles import Faults, read_rows
from handoff.knowledge.statuses import OUR_SYSTEM


def read_shop_words(seeds_dir: Path) -> dict[str, Both]:
    """The words by `order_status.`, `parcel_status.` and `carrier.` and the code.

    Raises SeedErrors with every mistake in the tables.
    """
    faults = Faults(seeds_dir)
    words: dict[str, Both] = {}
    for _, order in read_rows(seeds_dir / "order_statuses.csv", OrderStatusRow, faults):
        if order.system == OUR_SYSTEM:
            words[f"order_status.{order.canonical}"] = order.value().meaning
    for _, parcel in read_rows(seeds_dir / "tracking_statuses.csv", TrackingStatusRow, faults):
        if parcel.system == OUR_SYSTEM:
            words[f"parcel_status.{parcel.canonical}"] = parcel.value().meaning
    for _, row in read_rows(seeds_dir / "carriers.csv", CarrierRow, faults):
        carrier = row.value()
        for name in (*carrier.names, carrier.kuaidi100_code, carrier.name):
            words[f"carrier.{name}"] = carrier.shown
    if faults.found:
        raise SeedErrors(faults.found)
    return words
