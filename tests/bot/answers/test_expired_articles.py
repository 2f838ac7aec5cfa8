from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.answering import Answerer
from bot.understanding.reading import Intent
from handoff.knowledge import Articles, load_synonyms
from handoff.knowledge.index import ArticleIndex
from tests import chat as paper
from tests.chat import NOON, SEEDS, Chat, actions_of, answerer, text_of

OVER = "double-11"
PROMO = {"intent": Intent.PROMO_RULES, "confidence": 0.9}


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Chat:
    """A chat on the day after the promotion's last one; the index was made while it ran."""
    seeds = answerer().seeds
    ended = {
        article.id: replace(article, expires=(NOON - timedelta(days=1)).date())
        if article.id == OVER
        else article
        for article in seeds.knowledge.articles
    }
    articles = Articles(ended)
    index = ArticleIndex(articles, load_synonyms(Path(SEEDS)))
    knowledge = replace(seeds.knowledge, articles=articles, index=index)
    late = Answerer(replace(seeds, knowledge=knowledge))
    monkeypatch.setattr(paper, "answerer", lambda: late)
    return Chat(tongue="zh-Hans")


def told() -> str:
    article = answerer().seeds.knowledge.articles.by_id[OVER]
    return article.zh.answer


async def test_its_own_question_no_longer_reaches_it(chat: Chat) -> None:
    question = answerer().seeds.knowledge.articles.by_id[OVER].zh.questions[0]

    assert told() not in text_of(await chat.says(question, **PROMO))


async def test_an_old_button_says_that_it_is_over_and_offers_what_holds(chat: Chat) -> None:
    outcome = await chat.presses(f"article:{OVER}")

    assert told() not in text_of(outcome)
    assert "已经结束" in text_of(outcome)
    assert f"article:{OVER}" not in actions_of(outcome)
    assert [action for action in actions_of(outcome) if action.startswith("article:")]


async def test_its_topic_does_not_list_it(chat: Chat) -> None:
    outcome = await chat.presses("topic:promo_rules")

    assert f"article:{OVER}" not in actions_of(outcome)
