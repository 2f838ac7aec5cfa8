from pathlib import Path

import pytest

from handoff.errors import SeedErrors
from handoff.knowledge import load_articles, load_knowledge


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _errors(seeds: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(SeedErrors) as caught:
        load_knowledge(seeds)
    return [(error.path, error.place, error.problem) for error in caught.value.errors]


def test_every_mistake_is_told_at_once_with_file_and_place(seeds: Path) -> None:
    articles = seeds / "articles"
    _edit(articles / "points.yaml", "version: 1", "version: one")
    _edit(articles / "points.yaml", "owner: marketing", "owner: marketing\ncolour: red")
    _edit(articles / "invoice-get.yaml", "intent: invoice", "intent: invoices")
    _edit(articles / "return-window.yaml", "\nen:", "\nen: [")
    _edit(seeds / "payment_codes.csv", ",other_method,", ",whenever,")
    _edit(seeds / "carriers.csv", "hotline", "phone")
    (seeds / "return_rules.csv").unlink()

    lines = (articles / "return-window.yaml").read_text(encoding="utf-8").splitlines()
    broken = lines.index("en: [") + 1

    errors = _errors(seeds)

    assert {(path, place) for path, place, _problem in errors} == {
        ("articles/points.yaml", "line 5, version"),
        ("articles/points.yaml", "line 4, colour"),
        ("articles/invoice-get.yaml", "line 2, intent"),
        ("articles/return-window.yaml", f"line {broken + 2}"),
        ("payment_codes.csv", "line 2, retry"),
        ("carriers.csv", "line 1"),
        ("return_rules.csv", "file"),
    }


SCENARIO = """  scenario:
    demand: 知道积分去哪了
    plan: 查到账时间，缺的补上
    time: 10 分钟内答复
    execution: 先看订单是否完成
    follow_up: 到账后告诉客户
"""


def test_scenario_stands_in_both_languages_and_holds_all_five(seeds: Path) -> None:
    path = seeds / "articles" / "points.yaml"
    _edit(path, "\nen:\n", f"\n{SCENARIO}en:\n")
    alone = _errors(seeds)
    path.write_text(
        path.read_text(encoding="utf-8") + SCENARIO.replace("    plan: 查到账时间，缺的补上\n", ""),
        encoding="utf-8",
    )
    short = _errors(seeds)

    assert "only one of the two languages has a scenario" in alone[0][2]
    assert short[0][1].endswith("en.scenario.plan")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("id: points", "id: credits", "id"),
        ("  answer: 每消费", "  answer: 好。好。每消费", "line 11, zh.answer"),
        ("title: 积分怎么用", "title: 積分怎麼用", "line 9, zh"),
        ("每消费 1 元", "你每消费 1 元", "line 9, zh"),
        ("title: Points", "title: Points 积分", "line 32, en"),
        ("    - 积分怎么用", "    - 积分会过期吗", "zh.questions"),
        ("expires: null", "expires: tomorrow", "expires"),
        ("owner: marketing", "owner: marketing\nowner: me", "line 4"),
    ],
)
def test_mistakes_inside_an_article_are_named(seeds: Path, old: str, new: str, place: str) -> None:
    _edit(seeds / "articles" / "points.yaml", old, new)

    with pytest.raises(SeedErrors) as caught:
        load_articles(seeds)
    assert any(place.split(", ")[-1] in error.place for error in caught.value.errors)


def test_same_question_in_two_articles_is_refused(seeds: Path) -> None:
    _edit(seeds / "articles" / "points.yaml", "    - 积分怎么用", "    - 怎么开发票？")

    assert any("invoice-get" in problem for _path, _place, problem in _errors(seeds))


def test_code_whose_words_would_tell_a_hidden_reason_is_refused(seeds: Path) -> None:
    path = seeds / "payment_codes.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if line.startswith("stripe,decline_code,lost"))
    lines[number] = lines[number].replace("declined this payment", "knows the card is lost")
    path.write_text("".join(lines), encoding="utf-8")

    assert [(path, place) for path, place, _problem in _errors(seeds)] == [
        ("payment_codes.csv", f"line {number + 1}")
    ]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("waybill_patterns.csv", "1Z5R89390357567127", "1Z5R89390357567128"),
        ("waybill_patterns.csv", "^1Z[A-Z0-9]{16}$", "^1Z(?=[A-Z]).{16}$"),
        ("order_statuses.csv", "warmline,shipped,shipped", "warmline,sent,shipped"),
        ("carriers.csv", "YTO Express,yuantong", "SF Express,yuantong"),
        ("payment_providers.csv", "paypal,", "alipay,"),
        ("tracking_statuses.csv", "17track,NotFound,", "17track,NotFound,x,y,"),
    ],
)
def test_tables_are_checked_row_by_row_and_as_a_whole(
    seeds: Path, name: str, old: str, new: str
) -> None:
    _edit(seeds / name, old, new)

    assert {path for path, _place, _problem in _errors(seeds)} == {name}


def test_file_that_is_not_text_is_named_and_the_others_are_still_read(seeds: Path) -> None:
    (seeds / "synonyms.yaml").write_bytes(b"\xff\xfe\x00")
    (seeds / "articles" / "points.yaml").write_bytes(b"\xff")

    assert [path for path, _place, _problem in _errors(seeds)] == [
        "articles/points.yaml",
        "synonyms.yaml",
    ]


def test_alias_in_yaml_is_refused(seeds: Path) -> None:
    path = seeds / "articles" / "points.yaml"
    path.write_text("a: &a [x]\nb: [*a, *a]\n", encoding="utf-8")

    assert any("aliases" in problem for _path, _place, problem in _errors(seeds))
