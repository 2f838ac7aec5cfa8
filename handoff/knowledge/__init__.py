"""What the shop knows: articles, payment codes, states, carriers and return rules, read from the
seeds.

Everything exported here is a frozen value or a table over such values. Importing it is cheap;
pydantic and yaml are loaded with the first reading of the seeds, never here.
"""

from handoff.errors import SeedError, SeedErrors
from handoff.knowledge.articles import (
    Article,
    ArticleButton,
    ArticleId,
    Articles,
    ArticleText,
    Both,
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
    "SURE",
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
