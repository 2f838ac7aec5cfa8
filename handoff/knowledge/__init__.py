"""What the shop knows: articles, payment codes, states, carriers and return rules, read from the
seeds.

Everything exported here is a frozen value or a table over such values. A module is loaded when one
of its names is first asked for, so that who needs a status loads no search index; pydantic and yaml
come with the first reading of the seeds.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from handoff.errors import SeedError, SeedErrors

if TYPE_CHECKING:
    from handoff.knowledge.articles import (
        Article,
        ArticleButton,
        ArticleId,
        Articles,
        ArticleText,
        Both,
        Scenario,
        Topic,
        Verified,
    )
    from handoff.knowledge.base import KnowledgeBase
    from handoff.knowledge.carriers import (
        Carrier,
        Carriers,
        Specificity,
        WaybillHit,
        WaybillPattern,
        WaybillPatterns,
    )
    from handoff.knowledge.index import SURE, ArticleIndex, Hit
    from handoff.knowledge.payments import (
        CodeKind,
        PaymentCode,
        PaymentCodes,
        Provider,
        ProviderName,
        Retry,
        same_advice,
    )
    from handoff.knowledge.returns import ReturnRule, ReturnRules
    from handoff.knowledge.snapshot import Knowledge, load_articles, load_knowledge, load_synonyms
    from handoff.knowledge.statuses import (
        OVER,
        PACKING,
        RECEIVED,
        UNPAID,
        Cancellable,
        NeedsHuman,
        OrderStatus,
        OrderStatuses,
        OrderStatusWords,
        TrackingStatus,
        TrackingStatuses,
        TrackingStatusWords,
    )

__all__ = [
    "OVER",
    "PACKING",
    "RECEIVED",
    "SURE",
    "UNPAID",
    "Article",
    "ArticleButton",
    "ArticleId",
    "ArticleIndex",
    "ArticleText",
    "Articles",
    "Both",
    "Cancellable",
    "Carrier",
    "Carriers",
    "CodeKind",
    "Hit",
    "Knowledge",
    "KnowledgeBase",
    "NeedsHuman",
    "OrderStatus",
    "OrderStatusWords",
    "OrderStatuses",
    "PaymentCode",
    "PaymentCodes",
    "Provider",
    "ProviderName",
    "Retry",
    "ReturnRule",
    "ReturnRules",
    "Scenario",
    "SeedError",
    "SeedErrors",
    "Specificity",
    "Topic",
    "TrackingStatus",
    "TrackingStatusWords",
    "TrackingStatuses",
    "Verified",
    "WaybillHit",
    "WaybillPattern",
    "WaybillPatterns",
    "load_articles",
    "load_knowledge",
    "load_synonyms",
    "same_advice",
]

_HOMES = ("statuses", "articles", "returns", "payments", "carriers", "index", "snapshot", "base")
"""The light ones first: a name is looked for until it is found."""


def __getattr__(name: str) -> object:
    for home in _HOMES if name in __all__ else ():
        module = import_module(f"{__name__}.{home}")
        if hasattr(module, name):
            value = globals()[name] = getattr(module, name)
            return value
    raise AttributeError(f"module {__name__} has no attribute {name}")
