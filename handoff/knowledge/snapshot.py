"""Everything the shop knows at one moment, as one value, and the doors to read it from the seeds.

The reading itself needs pydantic and yaml; they are loaded on the first call, because processes
import this package long before, and often without, reading anything.
"""

from dataclasses import dataclass
from pathlib import Path

from handoff.knowledge.articles import Articles
from handoff.knowledge.carriers import Carriers, WaybillPatterns
from handoff.knowledge.index import ArticleIndex
from handoff.knowledge.payments import PaymentCodes
from handoff.knowledge.returns import ReturnRules
from handoff.knowledge.statuses import OrderStatuses, TrackingStatuses
from handoff.knowledge.wording import Synonyms


@dataclass(frozen=True, slots=True)
class Knowledge:
    """It never changes; a reload makes a new one."""

    articles: Articles
    index: ArticleIndex
    codes: PaymentCodes
    orders: OrderStatuses
    tracking: TrackingStatuses
    carriers: Carriers
    waybills: WaybillPatterns
    returns: ReturnRules


def load_knowledge(seeds_dir: Path) -> Knowledge:
    """Returns everything in the seeds; raises SeedErrors with every mistake in them."""
    from handoff.knowledge import loader

    return loader.read_knowledge(seeds_dir)


def load_articles(seeds_dir: Path) -> Articles:
    """Returns the articles alone; raises SeedErrors with every mistake in them."""
    from handoff.knowledge import loader

    return loader.read_articles(seeds_dir)


def load_synonyms(seeds_dir: Path) -> Synonyms:
    """Returns the synonym table alone; raises SeedErrors with every mistake in it."""
    from handoff.knowledge import loader

    return loader.read_synonyms(seeds_dir)
