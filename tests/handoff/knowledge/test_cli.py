from contextlib import nullcontext
from datetime import date
from pathlib import Path

import typer
from typer.testing import CliRunner

from handoff.knowledge import Articles, load_articles
from handoff.knowledge.cli import make_kb_commands
from handoff.knowledge.lint import remarks
from handoff.store.memory import open_memory_store


def _run(seeds: Path, *words: str) -> tuple[int, str]:
    app: typer.Typer = make_kb_commands(lambda: seeds, lambda: nullcontext(open_memory_store()))
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.output


def test_lint_passes_good_seeds_and_fails_broken_ones(seeds: Path) -> None:
    good = _run(seeds, "lint")
    (seeds / "articles" / "points.yaml").write_text("id: points\n", encoding="utf-8")
    broken = _run(seeds, "lint")

    assert good[0] == 0
    assert broken[0] == 1
    assert "articles/points.yaml: line 1, zh" in broken[1]


def test_ask_shows_the_article_and_its_answer(seeds: Path) -> None:
    code, shown = _run(seeds, "ask", "积分怎么用")

    assert code == 0
    assert "points" in shown
    assert "100 积分抵 1 元" in shown


def test_ask_explains_a_code_and_does_not_guess(seeds: Path) -> None:
    assert "unionpay 51" in _run(seeds, "ask", "银联报错 51")[1]
    assert "Not sure enough" in _run(seeds, "ask", "who painted the Mona Lisa")[1]


def test_remarks_name_what_is_over_unchecked_or_vague(seeds: Path) -> None:
    path = seeds / "articles" / "points.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("expires: null", "expires: 2026-11-30")
    text = text.replace("verified: partial", 'verified: "no"')
    text = text.replace("They arrive when", "They arrive soon when")
    path.write_text(text, encoding="utf-8")
    articles = load_articles(seeds)
    points = Articles({article.id: article for article in articles if article.id == "points"})

    before = [remark.place for remark in remarks(points, date(2026, 11, 20))]
    after = [remark.problem for remark in remarks(points, date(2026, 12, 1))]

    assert before == ["expires", "verified", "en"]
    assert "over since 2026-11-30" in after[0]
