"""`python -m bench.retrieval`: how well and how fast an article is found, and which questions miss.

Every question is asked of an index that lacks it (and an eighth of all others): a harder test than
leaving out one at a time. Then 10,000 articles are searched.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from handoff.knowledge import (
    Article,
    ArticleId,
    ArticleIndex,
    Articles,
    Hit,
    load_articles,
    load_synonyms,
)
from handoff.knowledge.articles import TONGUES, Tongue

SEEDS = Path("seeds")
ROUNDS = 8
MANY = 10_000
KEPT_QUESTIONS = 8
ASKED = 2_000


def main(misses: Annotated[bool, typer.Option(help="name every miss")] = False) -> None:
    """Print top-1 and top-3 by language, then the time of a search among 10,000 articles."""
    articles = load_articles(SEEDS)
    for tongue in TONGUES:
        asked = [(article, question, hits) for article, question, hits in _tries(articles, tongue)]
        first = [hits[:1] == [article.id] for article, _question, hits in asked]
        three = [article.id in hits for article, _question, hits in asked]
        typer.echo(
            f"{tongue}: {len(asked)} questions, top-1 {statistics.mean(first):.4f}, "
            f"top-3 {statistics.mean(three):.4f}"
        )
        for (article, question, hits), right in zip(asked, first, strict=True):
            if misses and not right:
                typer.echo(f"  {article.id}: {question} -> {', '.join(hits)}")
    _time(articles)


def _tries(articles: Articles, tongue: Tongue) -> Iterator[tuple[Article, str, list[ArticleId]]]:
    synonyms = load_synonyms(SEEDS)
    for turn in range(ROUNDS):
        index = ArticleIndex(_without(articles, turn), synonyms)
        for article in articles:
            for question in article.text(tongue).questions[turn::ROUNDS]:
                yield article, question, _ids(index.search(question, tongue))


def _ids(hits: list[Hit]) -> list[ArticleId]:
    return [hit.article_id for hit in hits]


def _without(articles: Articles, turn: int) -> Articles:
    return Articles({article.id: _shorter(article, turn) for article in articles})


def _shorter(article: Article, turn: int) -> Article:
    zh, en = (
        replace(
            text, questions=tuple(q for n, q in enumerate(text.questions) if n % ROUNDS != turn)
        )
        for text in (article.zh, article.en)
    )
    return replace(article, zh=zh, en=en)


def _time(articles: Articles) -> None:
    copies = -(-MANY // len(articles))
    many = [_copy(article, number) for number in range(copies) for article in articles][:MANY]
    index = ArticleIndex(Articles({article.id: article for article in many}), load_synonyms(SEEDS))
    for tongue in TONGUES:
        spent = []
        for number in range(ASKED):
            article = many[number * 37 % len(many)]
            question = article.text(tongue).questions[number % KEPT_QUESTIONS]
            start = time.perf_counter()
            index.search(question, tongue)
            spent.append((time.perf_counter() - start) * 1000)
        typer.echo(
            f"{tongue}: {len(many)} articles, median {statistics.median(spent):.3f} ms, "
            f"p99 {statistics.quantiles(spent, n=100)[98]:.3f} ms (must: <= 0.5)"
        )


def _copy(article: Article, number: int) -> Article:
    """The same article about a thing of its own, as a large shop has it."""
    zh, en = (
        replace(text, questions=tuple(f"{q} x{number}z" for q in text.questions[:KEPT_QUESTIONS]))
        for text in (article.zh, article.en)
    )
    return replace(article, id=ArticleId(f"{article.id}-{number}"), zh=zh, en=en)


if __name__ == "__main__":
    typer.run(main)
