from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from handoff.gaps import Gap, Use, UseKind
from handoff.knowledge import Knowledge, load_articles, load_synonyms
from handoff.knowledge.cli import make_kb_commands
from handoff.knowledge.drafts import FIELDS, begin, drafts
from handoff.knowledge.freshness import unwritten
from handoff.knowledge.grouping import grouped
from handoff.ports import Store
from handoff.store.memory import open_memory_store

ALL_SEEDS = Path(__file__).parents[3] / "seeds"

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
WHOLE = {
    "intent": "payment_error",
    "source": "the demo shop's terms",
    "zh.title": "货到付款",
    "zh.answer": "支持货到付款：签收时付现金或刷卡，单笔 3000 元以内。",
    "zh.next_step": "结算时选“货到付款”即可。",
    "zh.call_person_when": "地址不支持: 或金额超限",
    "zh.questions": "支持货到付款吗|可以收到再付钱吗|能不能货到付款|快递上门付款行吗|到付可以吗",
    "en.title": "Cash on delivery",
    "en.answer": "Yes: pay in cash or by card when the parcel arrives, up to CNY 3,000.",
    "en.next_step": 'Choose "Cash on delivery" at the checkout.',
    "en.call_person_when": "the address is not served",
    "en.questions": "cash on delivery?|can I pay on arrival|take COD?|pay the courier|pay later",
}


def run(seeds: Path, *words: str, store: Store | None = None) -> tuple[int, str]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Store]:
        yield store or open_memory_store()

    result = CliRunner().invoke(make_kb_commands(lambda: seeds, opened), words)
    return result.exit_code, result.output


def given(fields: dict[str, str]) -> list[str]:
    return [f"{field}={text}" for field, text in fields.items()]


def test_an_empty_draft_names_everything_it_lacks_and_breaks_nothing(seeds: Path) -> None:
    code, told = run(seeds, "new", "cash-on-delivery")

    assert code == 1
    lacking = ("intent", "source", "zh.title", "zh.answer", "en.questions", "en.call_person_when")
    assert [name for name in lacking if f", {name}:" not in told] == []
    assert len(load_articles(seeds)) == 3
    lint, said = run(seeds, "lint")
    assert (lint, "draft cash-on-delivery" in said) == (0, True)


def test_a_whole_article_is_published_at_once_and_is_found(seeds: Path) -> None:
    code, told = run(seeds, "new", "cash-on-delivery", *given(WHOLE))

    assert (code, "Published" in told) == (0, True), told
    assert drafts(seeds) == []
    article = load_articles(seeds).get("cash-on-delivery")
    assert article is not None
    assert article.zh.call_person_when == "地址不支持: 或金额超限"
    assert article.en.next_step == 'Choose "Cash on delivery" at the checkout.'
    assert "支持货到付款" in run(seeds, "ask", "可以收到再付钱吗")[1]


def test_a_draft_is_published_once_what_it_lacked_is_filled_in(seeds: Path) -> None:
    lacking = {field: text for field, text in WHOLE.items() if field != "zh.answer"}
    first = run(seeds, "new", "cash-on-delivery", *given(lacking))
    draft = seeds / "articles" / "cash-on-delivery.yaml.draft"
    text = draft.read_text(encoding="utf-8")
    draft.write_text(text.replace('answer: ""', f"answer: {WHOLE['zh.answer']}"), encoding="utf-8")

    second = run(seeds, "new", "cash-on-delivery")

    assert (first[0], second[0]) == (1, 0)
    assert first[1].count("lacks ") == 1
    assert load_articles(seeds).get("cash-on-delivery") is not None


def test_a_question_of_another_article_keeps_a_draft_from_being_published(seeds: Path) -> None:
    taken = load_articles(seeds).by_id[next(iter(load_articles(seeds))).id].zh.questions[0]
    clash = WHOLE | {"zh.questions": WHOLE["zh.questions"] + "|" + taken}

    code, told = run(seeds, "new", "cash-on-delivery", *given(clash))

    assert (code, "is asked in" in told, "lies between" in told) == (1, True, True)
    assert drafts(seeds) == ["cash-on-delivery"]
    assert len(load_articles(seeds)) == 3


@pytest.mark.parametrize("words", [["Bad_Name"], ["fine", "colour=red"], ["points"]])
def test_what_cannot_be_an_article_is_refused_and_leaves_nothing(
    seeds: Path, words: list[str]
) -> None:
    before = sorted(path.name for path in (seeds / "articles").iterdir())

    code, _told = run(seeds, "new", *words)

    assert code == 1
    assert sorted(path.name for path in (seeds / "articles").iterdir()) == before


def test_every_field_is_written_so_that_yaml_reads_it_back(seeds: Path) -> None:
    odd = 'no: "yes" #1, {a} [b] \\ it\'s 3 & * ! % @'
    scalars = [f for f in FIELDS if f.rpartition(".")[2] not in _LISTS and f != "expires"]

    path = begin(seeds, "odd", dict.fromkeys(scalars, odd) | {"zh.steps": f"{odd}|on|1.5"})

    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert read["en"]["scenario"]["follow_up"] == read["source"] == read["zh"]["title"] == odd
    assert read["zh"]["steps"] == [odd, "on", "1.5"]


_LISTS = {"buttons", "products", "steps", "questions"}


def gap(op: str, language: str, text: str, hours: float = 1) -> Gap:
    return Gap(op, NOW - timedelta(hours=hours), language, text)


def test_questions_that_ask_the_same_are_one_group_and_others_are_not(
    knowledge: Knowledge, seeds: Path
) -> None:
    asked = [
        gap("1", "zh", "支持货到付款吗", 9),
        gap("2", "zh", "能不能货到付款", 8),
        gap("3", "zh", "可以货到付款吗？", 7),
        gap("4", "zh", "可以货到付款吗", 6),
        gap("5", "zh", "门店在哪里", 5),
        gap("6", "en", "do you gift wrap", 4),
        gap("7", "en", "is gift wrapping possible", 3),
        gap("8", "en", "do you have a shop in Berlin", 2),
    ]

    groups = grouped(asked, load_synonyms(seeds))

    assert [(group.text, len(group.gaps)) for group in groups] == [
        ("可以货到付款吗", 4),
        ("is gift wrapping possible", 2),
        ("do you have a shop in Berlin", 1),
        ("门店在哪里", 1),
    ]
    assert groups[0].others == ["能不能货到付款", "支持货到付款吗"]


async def test_gaps_are_shown_with_their_count_and_the_nearest_article(seeds: Path) -> None:
    store = open_memory_store()
    now = datetime.now(UTC)
    for number, text in enumerate(("积分能送人吗", "积分可以送人吗", "有实体店吗")):
        await store.gaps.note(Gap(str(number), now, "zh", text))
    await store.gaps.note(Gap("old", now - timedelta(days=40), "zh", "很久以前的问题"))

    code, told = await to_thread(lambda: run(seeds, "gaps", "--days", "30", store=store))

    assert code == 0
    assert "   2×  zh" in told
    assert "nearest: points" in told
    assert "很久以前" not in told
    assert "3 questions in 30 days" in told


def test_a_product_is_missing_only_after_48_hours_and_without_an_article(
    knowledge: Knowledge,
) -> None:
    seen = {
        "手冲咖啡机": NOW - timedelta(days=9),
        "Trail running shoes": NOW - timedelta(days=9),
        "瑜伽垫": NOW - timedelta(hours=48),
        "保溫杯": NOW - timedelta(hours=47),
        "Bookshelf": NOW - timedelta(days=3),
    }

    late = unwritten(knowledge.articles, seen, NOW)

    assert [one.product for one in late] == ["Bookshelf", "瑜伽垫"]


async def test_stale_names_what_is_over_and_what_is_unwritten(seeds: Path) -> None:
    store = open_memory_store()
    fresh = await to_thread(lambda: run(seeds, "stale", store=store))
    path = seeds / "articles" / "points.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("expires: null", "expires: 2026-01-31"), encoding="utf-8")
    await store.gaps.sold(["瑜伽垫"], datetime.now(UTC) - timedelta(hours=50))

    code, told = await to_thread(lambda: run(seeds, "stale", store=store))

    assert (fresh[0], code) == (0, 1)
    assert "over     points  since 2026-01-31" in told
    assert "product  瑜伽垫  sold for 50 hours" in told


async def test_uses_of_scenarios_are_told_the_most_told_first() -> None:
    store = open_memory_store()
    now = datetime.now(UTC)
    kinds = [UseKind.TOLD, UseKind.TOLD, UseKind.HELPED]
    for number, kind in enumerate(kinds):
        await store.gaps.used(Use(f"op{number}", now, "late-dispatch", kind))
    await store.gaps.used(Use("old", now - timedelta(days=40), "scam-call", UseKind.TOLD))

    code, told = await to_thread(lambda: run(ALL_SEEDS, "used", "--days", "30", store=store))

    first, *others = told.strip().splitlines()
    assert code == 0
    assert " ".join(first.split()) == "late-dispatch told 2 helped 1 missed 0 handed 0"
    assert len(others) == 17
    assert "scam-call                     told    0" in told
