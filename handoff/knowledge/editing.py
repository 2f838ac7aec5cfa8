"""`kb new`, `kb gaps`, `kb used`, `kb stale`: what an editor does next.

It prints, and writes drafts and articles. What counts as missing, near or stale is decided in
`drafts.py`, `grouping.py` and `freshness.py`.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Protocol

import typer

from handoff.errors import SeedError, SeedErrors
from handoff.gaps import Gap, Gaps, Use, UseKind
from handoff.knowledge.articles import Articles
from handoff.knowledge.drafts import (
    ASKED,
    article_path,
    begin,
    draft_path,
    hint_of,
    missing,
    publish,
)
from handoff.knowledge.freshness import over, unwritten
from handoff.knowledge.grouping import Group, grouped
from handoff.knowledge.index import ArticleIndex
from handoff.knowledge.snapshot import load_articles, load_synonyms

WORDINGS_SHOWN = 3


class Kept(Protocol):
    """What these commands need of the store."""

    @property
    def gaps(self) -> Gaps: ...


Opens = Callable[[], AbstractAsyncContextManager[Kept]]
Name = Annotated[str, typer.Argument(help="The new article's id, such as cash-on-delivery.")]
Given = Annotated[
    list[str] | None, typer.Argument(help="field=text: intent, source, zh.title, en.answer …")
]
Days = Annotated[int, typer.Option(help="So many days back.", min=1, max=90)]
Most = Annotated[int, typer.Option(help="So many questions at most.", min=1)]


def add_editing_commands(app: typer.Typer, seeds_dir: Callable[[], Path], store: Opens) -> None:
    """Adds `new`, `gaps`, `used` and `stale`."""

    @app.command()
    def new(name: Name, given: Given = None) -> None:
        """Begin an article, or go on with its draft: say what it lacks, and publish it when that is
        nothing.
        """
        _new(seeds_dir(), name, given or [])

    @app.command()
    def gaps(days: Days = 30, most: Most = 20) -> None:
        """Show what customers asked and we did not know, the most asked first."""
        since = datetime.now(UTC) - timedelta(days=days)
        found = [gap for gap in asyncio.run(_gaps(store)) if gap.at >= since]
        for line in _gap_lines(seeds_dir(), found, most):
            typer.echo(line)
        typer.echo(f"{len(found)} questions in {days} days had no answer of their own.")

    @app.command()
    def used(days: Days = 30) -> None:
        """Show how often each scenario's article was told, and what came of it."""
        since = datetime.now(UTC) - timedelta(days=days)
        found = [use for use in asyncio.run(_uses(store)) if use.at >= since]
        for line in _use_lines(_articles(seeds_dir()), found):
            typer.echo(line)

    @app.command()
    def stale() -> None:
        """Show articles past their last day, and goods sold for 48 hours without an article; exits
        with 1 when there are any.
        """
        products = asyncio.run(_products(store))
        lines = list(_stale_lines(_articles(seeds_dir()), products, datetime.now(UTC)))
        for line in lines:
            typer.echo(line)
        typer.echo(f"{len(lines)} to renew or write; {len(products)} products seen in orders.")
        raise typer.Exit(bool(lines))


async def _gaps(store: Opens) -> tuple[Gap, ...]:
    async with store() as opened:
        return await opened.gaps.recent()


async def _uses(store: Opens) -> tuple[Use, ...]:
    async with store() as opened:
        return await opened.gaps.uses()


def _use_lines(articles: Articles, uses: list[Use]) -> Iterator[str]:
    """Scenario by scenario, the most told first; who left without a word is in no other column."""
    counted = Counter((use.article, use.kind) for use in uses)
    names = [str(article.id) for article in articles if article.zh.scenario is not None]
    for name in sorted(names, key=lambda name: (-counted[name, UseKind.TOLD], name)):
        yield f"{name:28}" + "".join(f"  {kind} {counted[name, kind]:4}" for kind in UseKind)


async def _products(store: Opens) -> Mapping[str, datetime]:
    async with store() as opened:
        return await opened.gaps.products()


def _articles(seeds_dir: Path) -> Articles:
    try:
        return load_articles(seeds_dir)
    except SeedErrors as errors:
        _tell_wrong(errors.errors)
        raise typer.Exit(1) from None


def _tell_wrong(errors: Iterable[SeedError]) -> None:
    for error in errors:
        typer.echo(f"wrong {error}", err=True)


def _stale_lines(
    articles: Articles, products: Mapping[str, datetime], now: datetime
) -> Iterator[str]:
    for article in over(articles, now.date()):
        yield f"over     {article.id}  since {article.expires}; it is not quoted any more"
    for one in unwritten(articles, products, now):
        hours = int((now - one.since).total_seconds() // 3600)
        yield f"product  {one.product}  sold for {hours} hours, and no article names it"


def _gap_lines(seeds_dir: Path, gaps: list[Gap], most: int) -> Iterator[str]:
    """Each group with how often and when it was asked last, and the article that comes nearest."""
    if not gaps:
        return
    synonyms = load_synonyms(seeds_dir)
    index = ArticleIndex(_articles(seeds_dir), synonyms)
    for group in grouped(gaps, synonyms)[:most]:
        last = group.gaps[-1].at
        yield f"{len(group.gaps):4}×  {group.language}  {last:%Y-%m-%d}  {group.text}"
        yield from (f"{'':8}also: {text}" for text in group.others[:WORDINGS_SHOWN])
        yield f"{'':8}{_nearest(index, group)}"


def _nearest(index: ArticleIndex, group: Group) -> str:
    hits = index.search(group.text, group.language, top=1)
    if not hits:
        return "no article comes near: `kb new ID`"
    return f"nearest: {hits[0].article_id} {hits[0].confidence:.2f}"


def _new(seeds_dir: Path, name: str, words: list[str]) -> None:
    if article_path(seeds_dir, name).exists():
        typer.echo(f"{article_path(seeds_dir, name)} is there already; edit it.", err=True)
        raise typer.Exit(1)
    path = draft_path(seeds_dir, name)
    if path.exists() and words:
        typer.echo(f"{path} is there already; edit it.", err=True)
        raise typer.Exit(1)
    if not path.exists():
        try:
            begin(seeds_dir, name, _asked(words))
        except SeedErrors as errors:
            _tell_wrong(errors.errors)
            raise typer.Exit(1) from None
        typer.echo(f"Begun: {path}")
    _go_on(seeds_dir, name)


def _asked(words: list[str]) -> dict[str, str]:
    """What was given, and at a terminal the answers to what was not."""
    given = _pairs(words)
    if not sys.stdin.isatty():
        return given
    for field in ASKED:
        if field not in given:
            hint = hint_of(field)
            prompt = f"{field} ({hint})" if hint else field
            given[field] = typer.prompt(prompt, default="", show_default=False)
    return {field: text for field, text in given.items() if text}


def _pairs(words: Iterable[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    return {field.strip(): text.strip() for field, _equals, text in pairs}


def _go_on(seeds_dir: Path, name: str) -> None:
    lacks = publish(seeds_dir, name)
    if not lacks:
        typer.echo(f"Published: {article_path(seeds_dir, name)}. A running bot takes it over.")
        return
    for error in lacks:
        typer.echo(f"lacks {error}")
    if not missing(seeds_dir, name):
        typer.echo("The draft itself is whole; what is named lies between it and other articles.")
    typer.echo(f"Fill them in, then run `python -m handoff kb new {name}` again to publish it.")
    raise typer.Exit(1)
