"""Read the seeds into one snapshot of knowledge, or say everything that is wrong with them at
once.

It decides what must hold over several files (nothing twice, nothing missing). It keeps nothing and
writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from handoff.errors import SeedErrors
from handoff.knowledge.articles import TONGUES, Article, ArticleId, Articles
from handoff.knowledge.carriers import Carriers, WaybillPatterns
from handoff.knowledge.payments import PaymentCodes
from handoff.knowledge.returns import ReturnRules
from handoff.knowledge.rows import (
    CarrierRow,
    OrderStatusRow,
    PaymentCodeRow,
    ProviderRow,
    ReturnRuleRow,
    TrackingStatusRow,
    WaybillRow,
)
from handoff.knowledge.schema import ArticleSeed, Seed, SynonymSeed
from handoff.knowledge.seedfiles import Faults, read_rows, read_yaml
from handoff.knowledge.statuses import (
    OUR_SYSTEM,
    OrderStatus,
    OrderStatuses,
    TrackingStatus,
    TrackingStatuses,
)
from handoff.knowledge.tables import Tables as NumberTables
from handoff.knowledge.wording import Synonyms, Wording, normal

if TYPE_CHECKING:
    from handoff.knowledge.snapshot import Knowledge

Row = TypeVar("Row", bound=Seed)
Value_co = TypeVar("Value_co", covariant=True)


class _Valued(Protocol[Value_co]):
    def value(self) -> Value_co: ...


def read_knowledge(seeds_dir: Path) -> Knowledge:
    """Returns everything in the seeds; raises SeedErrors with every mistake in them."""
    # Who reads the tables alone needs no index.
    from handoff.knowledge.index import ArticleIndex
    from handoff.knowledge.snapshot import Knowledge

    faults = Faults(seeds_dir)
    articles = _articles(faults)
    synonyms = _synonyms(faults)
    tables = _Tables(faults)
    snapshot = (
        tables.codes(),
        tables.orders(),
        tables.tracking(),
        tables.carriers(),
        tables.waybills(),
        tables.returns(),
    )
    if faults.found:
        raise SeedErrors(faults.found)
    return Knowledge(articles, ArticleIndex(articles, synonyms), *snapshot)


def read_tables(seeds_dir: Path) -> NumberTables:
    """Returns codes, waybills and carriers alone; raises SeedErrors with every mistake in them."""
    faults = Faults(seeds_dir)
    tables = _Tables(faults)
    found = NumberTables(tables.codes(), tables.waybills(), tables.carriers())
    if faults.found:
        raise SeedErrors(faults.found)
    return found


def read_articles(seeds_dir: Path) -> Articles:
    """Returns the articles alone; raises SeedErrors with every mistake in them."""
    faults = Faults(seeds_dir)
    articles = _articles(faults)
    if faults.found:
        raise SeedErrors(faults.found)
    return articles


def read_synonyms(seeds_dir: Path) -> Synonyms:
    """Returns the synonym table alone; raises SeedErrors with every mistake in it."""
    faults = Faults(seeds_dir)
    synonyms = _synonyms(faults)
    if faults.found:
        raise SeedErrors(faults.found)
    return synonyms


def _articles(faults: Faults) -> Articles:
    found: dict[ArticleId, Article] = {}
    questions: dict[tuple[str, str], str] = {}
    paths = sorted((faults.root / "articles").glob("*.yaml"))
    if not paths:
        faults.add(faults.root / "articles", "folder", "holds no article")
    for path in paths:
        seed = read_yaml(path, ArticleSeed, faults)
        if seed is None:
            continue
        if seed.id != path.stem:
            faults.add(path, "id", f"must be the file's name, {path.stem}")
        _claim_questions(path, seed, questions, faults)
        found[ArticleId(seed.id)] = seed.value()
    return Articles(found)


def _claim_questions(
    path: Path, seed: ArticleSeed, claimed: dict[tuple[str, str], str], faults: Faults
) -> None:
    """A question two articles claim could reach only one of them."""
    for tongue, text in zip(TONGUES, (seed.zh, seed.en), strict=True):
        for number, question in enumerate(text.questions, 1):
            owner = claimed.setdefault((tongue, normal(question)), seed.id)
            if owner != seed.id:
                place = f"{tongue}.questions.{number}"
                faults.add(path, place, f"is asked in {owner} too: {question}")


def _synonyms(faults: Faults) -> Synonyms:
    seed = read_yaml(faults.root / "synonyms.yaml", SynonymSeed, faults)
    if seed is None:
        return Synonyms(Wording(), Wording())
    zh, en = (
        Wording(map(tuple, tongue.groups), tongue.ignore, tongue.weak, tongue.elsewhere)
        for tongue in (seed.zh, seed.en)
    )
    return Synonyms(zh, en)


class _Tables:
    """Reads the CSV tables of one seeds folder, noting their faults."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def codes(self) -> PaymentCodes:
        rows = self._rows("payment_codes.csv", PaymentCodeRow, lambda r: (r.provider, r.code))
        providers = self._rows("payment_providers.csv", ProviderRow, lambda r: r.provider)
        named = {row.provider for row in providers}
        for provider in sorted({row.provider for row in rows} - named):
            path = self._faults.root / "payment_providers.csv"
            self._faults.add(path, "provider", f"{provider} has codes and no name")
        return PaymentCodes(_values(rows), _values(providers))

    def orders(self) -> OrderStatuses:
        name = "order_statuses.csv"
        rows = self._rows(name, OrderStatusRow, lambda r: (r.system, r.status_code))
        ours = {row.status_code for row in rows if row.system == OUR_SYSTEM}
        self._complete(name, ours, OrderStatus)
        return OrderStatuses(_values(rows))

    def tracking(self) -> TrackingStatuses:
        name = "tracking_statuses.csv"
        rows = self._rows(name, TrackingStatusRow, lambda r: (r.system, r.code))
        self._complete(name, {row.code for row in rows if row.system == OUR_SYSTEM}, TrackingStatus)
        return TrackingStatuses(_values(rows))

    def carriers(self) -> Carriers:
        return Carriers(_values(self._rows("carriers.csv", CarrierRow, lambda r: r.carrier)))

    def waybills(self) -> WaybillPatterns:
        rows = self._rows("waybill_patterns.csv", WaybillRow, lambda r: (r.carrier, r.service))
        return WaybillPatterns(_values(rows))

    def returns(self) -> ReturnRules:
        rows = self._rows("return_rules.csv", ReturnRuleRow, lambda r: (r.region, r.topic))
        return ReturnRules(_values(rows))

    def _rows(self, name: str, model: type[Row], key: Callable[[Row], Hashable]) -> list[Row]:
        path = self._faults.root / name
        first: dict[Hashable, int] = {}
        rows: list[Row] = []
        for line, row in read_rows(path, model, self._faults):
            if first.setdefault(key(row), line) != line:
                self._faults.add(path, f"line {line}", f"repeats line {first[key(row)]}")
            rows.append(row)
        return rows

    def _complete(self, name: str, ours: set[str], vocabulary: Iterable[str]) -> None:
        path = self._faults.root / name
        for status in vocabulary:
            if status not in ours:
                self._faults.add(path, "status", f"our own words for {status} are missing")


def _values(rows: Iterable[_Valued[Value_co]]) -> tuple[Value_co, ...]:
    return tuple(row.value() for row in rows)
