"""What has gone stale: articles past their last day, and goods in orders that no article is about.

It decides from values; where the goods were seen is the store's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handoff.knowledge.articles import Article, Articles
from handoff.knowledge.names import plain, stands_alone

ARTICLE_WITHIN = timedelta(hours=48)
"""A product that is sold has an article this long after its first order."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A product no article is about, and when it stood in an order first."""

    product: str
    since: datetime


def over(articles: Articles, on: date) -> list[Article]:
    """Returns the articles that must not be quoted any more on the day `on`."""
    return [article for article in articles if not article.quotable(on)]


def unwritten(
    articles: Articles, products: Mapping[str, datetime], now: datetime
) -> list[Unwritten]:
    """Returns the products that stood in an order for 48 hours without an article, oldest first."""
    words = _products(articles)
    late = [
        Unwritten(product, since)
        for product, since in products.items()
        if now - since >= ARTICLE_WITHIN and not _covered(plain(product), words)
    ]
    return sorted(late, key=lambda one: (one.since, one.product))


def is_new(articles: Articles, product: str) -> bool:
    """Whether no article is about a product."""
    return not _covered(plain(product), _products(articles))


def _products(articles: Articles) -> list[str]:
    return [plain(word) for article in articles for word in article.products]


def _covered(product: str, words: list[str]) -> bool:
    return any(_holds(product, word) for word in words)


def _holds(product: str, word: str) -> bool:
    """A Latin word must stand alone: a phone is no earphone."""
    at = product.find(word)
    while at >= 0:
        if not word.isascii() or stands_alone(product, at, at + len(word)):
            return True
        at = product.find(word, at + 1)
    return False
