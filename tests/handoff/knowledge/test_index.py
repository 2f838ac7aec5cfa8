from dataclasses import replace
from datetime import date

import pytest

from handoff.knowledge import (
    SURE,
    ArticleId,
    ArticleIndex,
    Articles,
    Knowledge,
    load_synonyms,
)
from tests.handoff.knowledge.conftest import SEEDS


def test_traditional_question_finds_the_simplified_article(knowledge: Knowledge) -> None:
    hit = knowledge.index.search("發票抬頭寫錯了怎麼改", "zh-Hant")[0]

    assert hit.article_id == "invoice-change-title"
    assert hit.confidence >= SURE


def test_question_written_in_an_article_belongs_to_it(knowledge: Knowledge) -> None:
    hit = knowledge.index.search("  怎么，改手机号？ ", "zh")[0]

    assert (hit.article_id, hit.confidence) == ("account-login", 1.0)


def test_synonyms_and_english_words_in_chinese_meet_the_article(knowledge: Knowledge) -> None:
    for text in ("票据在哪里申请", "invoice 怎么申请"):
        assert knowledge.index.search(text, "zh")[0].article_id == "invoice-get"


def test_expired_article_is_not_found_on_the_next_day(knowledge: Knowledge) -> None:
    articles = {
        article.id: replace(article, expires=date(2026, 11, 30))
        if article.id == "promo-dates"
        else article
        for article in knowledge.articles
    }
    index = ArticleIndex(Articles(articles), load_synonyms(SEEDS))
    question = "现在有什么活动"

    last_day = index.search(question, "zh", on=date(2026, 11, 30))
    next_day = index.search(question, "zh", on=date(2026, 12, 1))

    assert last_day[0].article_id == "promo-dates"
    assert all(hit.article_id != "promo-dates" for hit in next_day)


@pytest.mark.parametrize("text", ["", "   ", "？？？", "😀", "的了吗", "a the of", "202612010355"])
def test_text_without_meaning_finds_nothing_sure(knowledge: Knowledge, text: str) -> None:
    for language in ("zh", "en"):
        assert all(hit.confidence < SURE for hit in knowledge.index.search(text, language))


def test_very_long_message_is_searched_by_its_rarest_words(knowledge: Knowledge) -> None:
    text = "我想说一件事，" * 200 + "发票抬头写错了能改吗" + "谢谢" * 20_000

    assert knowledge.index.search(text, "zh")[0].article_id == "invoice-change-title"


def test_operators_of_the_search_engine_are_plain_text(knowledge: Knowledge) -> None:
    text = 'asked:"invoice" AND (return OR -refund)^3 [* TO *] invoice'

    assert knowledge.index.search(text, "en")


@pytest.mark.parametrize(
    ("text", "tongue", "article"),
    [
        ("收件人写别人可以吗", "zh", "address-before-dispatch"),
        ("收件人可以写别人吗？", "zh", "address-before-dispatch"),
        ("我收到的包裹收件人是别人", "zh", "parcel-of-another"),
        ("can I put somebody else's name on the parcel?", "en", "address-before-dispatch"),
        ("the parcel I got has somebody else's name on it", "en", "parcel-of-another"),
    ],
)
def test_whose_name_may_stand_on_a_parcel_is_not_what_to_do_with_anothers(
    knowledge: Knowledge, text: str, tongue: str, article: str
) -> None:
    assert knowledge.index.search(text, tongue)[0].article_id == article


def test_empty_knowledge_finds_nothing() -> None:
    index = ArticleIndex(Articles({}), load_synonyms(SEEDS))

    assert index.search("退货", "zh") == []


@pytest.mark.parametrize(
    ("text", "tongue", "line", "sure"),
    [
        ("这个充电宝能带上飞机吗", "zh", "line-baby", False),
        ("婴儿车能带上飞机吗", "zh", "line-baby", True),
        ("is the rug machine washable", "en", "line-knitwear", False),
        ("is the cardigan machine washable", "en", "line-knitwear", True),
    ],
)
def test_a_question_like_one_about_other_goods_is_hardly_that_lines(
    knowledge: Knowledge, text: str, tongue: str, line: str, sure: bool
) -> None:
    hits = {hit.article_id: hit.confidence for hit in knowledge.index.search(text, tongue)}

    assert (hits.get(ArticleId(line), 0.0) >= SURE) is sure
