import os
import subprocess
import sys
from pathlib import Path

import pytest

from handoff.errors import SeedErrors
from handoff.knowledge import KnowledgeBase


def test_broken_seeds_keep_the_old_content_until_they_are_mended(seeds: Path) -> None:
    base = KnowledgeBase(seeds)
    path = seeds / "articles" / "points.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("intent: promo_rules", "intent: nothing"), encoding="utf-8")

    with pytest.raises(SeedErrors):
        base.reload()
    kept = base.current.articles.get("points")
    path.write_text(good.replace("version: 1", "version: 2"), encoding="utf-8")
    renewed = base.reload().articles.get("points")

    assert kept
    assert kept.version == 1
    assert renewed
    assert renewed.version == 2


def test_change_is_noticed_once_even_when_it_cannot_be_read(seeds: Path) -> None:
    base = KnowledgeBase(seeds)
    before = base.changed()
    path = seeds / "articles" / "points.yaml"
    path.write_text("broken: [", encoding="utf-8")
    noticed = base.changed()
    with pytest.raises(SeedErrors):
        base.reload()

    assert (before, noticed, base.changed()) == (False, True, False)


def test_new_and_removed_articles_are_changes(seeds: Path) -> None:
    base = KnowledgeBase(seeds)
    (seeds / "articles" / "points.yaml").unlink()

    assert base.changed()
    assert base.reload().articles.get("points") is None


def test_importing_the_package_loads_no_parser_and_no_neighbour() -> None:
    code = (
        "import sys, handoff.knowledge;"
        "print(*sorted({'pydantic','yaml','aiogram','redis','rq','structlog','aiohttp','opencc'}"
        " & set(sys.modules)))"
    )

    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )

    assert out.stdout.strip() == ""
