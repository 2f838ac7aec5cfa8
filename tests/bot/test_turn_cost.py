from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from bot.understanding.reading import Reading, Utterance
from handoff.knowledge import ArticleIndex, Hit
from handoff.text import Language
from tests.chat import Chat, trained_reader


class Counted:
    """The reader itself, and how often a text was read."""

    def __init__(self, spent: Counter[str]) -> None:
        self._spent = spent

    def read(
        self, text: str, *, context: Sequence[Utterance] = (), hint: Language | None = None
    ) -> Reading:
        self._spent["readings"] += 1
        return trained_reader().read(text, context, hint)

    def agrees(self, text: str, restated: str = "") -> bool | None:
        return trained_reader().agrees(text, restated)

    def aside(self, text: str) -> Any:
        return trained_reader().aside(text)


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counter: Counter[str] = Counter()
    search = ArticleIndex.search

    def counted(
        index: ArticleIndex, query: str, language: str, top: int = 3, *, on: date | None = None
    ) -> list[Hit]:
        counter["searches"] += 1
        return search(index, query, language, top, on=on)

    monkeypatch.setattr(ArticleIndex, "search", counted)
    return counter


@pytest.mark.parametrize(
    ("text", "searches"),
    [
        ("Hello, my payment failed with the code do_not_honor. What should I do?", 0),
        ("您好，付款失败，提示 insufficient_funds，怎么办？", 0),
        ("W1000001 到哪了？尾号1001", 0),
        ("Where is my order W1000002?", 0),
        ("Can I get an invoice for my company?", 1),
        ("运费怎么算？", 1),
        ("我要投诉你们，东西坏了，气死我了！", 1),
    ],
)
async def test_a_standard_turn_is_read_once_and_searched_no_more_than_it_needs(
    spent: Counter[str], text: str, searches: int
) -> None:
    customer = Chat()
    customer.reader = Counted(spent)  # type: ignore[assignment]

    outcome = await customer.says(text)

    assert outcome.words
    assert spent == Counter(readings=1, searches=searches)
