"""An article: what the shop knows about one question, in both languages, and when it may be quoted.

Values only. Reading the files is the loader's work, finding the right article the index's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, NewType

ArticleId = NewType("ArticleId", str)
Tongue = Literal["zh", "en"]
"""The languages articles are written in. Traditional Chinese is derived from `zh` when it is said,
never stored.
"""

TONGUES: tuple[Tongue, ...] = ("zh", "en")


def tongue_of(language: str) -> Tongue:
    """Returns the language of the articles that serves a reader of `language` ("en", "zh",
    "zh-hant", "mixed" ...).
    """
    return "en" if language.lower().startswith("en") else "zh"


class Topic(StrEnum):
    """What the customer wants, in the words of the label guide; an article answers one of them."""

    ORDER_STATUS = "order_status"
    LOGISTICS_TRACKING = "logistics_tracking"
    PAYMENT_ERROR = "payment_error"
    RETURN_REFUND_POLICY = "return_refund_policy"
    REFUND_STATUS = "refund_status"
    INVOICE = "invoice"
    PRODUCT_QUESTION = "product_question"
    PROMO_RULES = "promo_rules"
    ADDRESS_CHANGE = "address_change"
    CANCEL_ORDER = "cancel_order"
    COMPLAINT = "complaint"
    HUMAN_REQUEST = "human_request"
    GREETING_THANKS = "greeting_thanks"
    OUT_OF_SCOPE = "out_of_scope"


class Verified(StrEnum):
    """Whether somebody checked a fact at its source."""

    YES = "yes"
    PARTIAL = "partial"
    NO = "no"


class ArticleButton(StrEnum):
    """An action the bot knows and may offer under an article."""

    TRACK = "track"
    ORDER = "order"
    HUMAN = "human"
    RETURN = "return"
    MENU = "menu"


@dataclass(frozen=True, slots=True)
class Both:
    """One short text in both languages."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """Returns the text for a reader of `language`."""
        return self.en if tongue_of(language) == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Scenario:
    """What an agent does in a case of this kind: what the customer is after, a plan that works, the
    time to promise, what to mind on the way, and what to look after when it is done.
    """

    demand: str
    plan: str
    time: str
    execution: str
    follow_up: str


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article in one language. `answer` has two sentences at most; `questions` are its tests.

    `scenario` is for agents; the bot says `answer`, `next_step`, `steps` and `example`.
    """

    title: str
    answer: str
    next_step: str
    steps: tuple[str, ...]
    call_person_when: str
    questions: tuple[str, ...]
    scenario: Scenario | None = None
    example: str = ""
    """The same told by one case, for whoever asks what it means."""


@dataclass(frozen=True, slots=True)
class Article:
    """What the shop says to one question. From the day after `expires` on it must not be quoted."""

    id: ArticleId
    intent: Topic
    owner: str
    version: int
    source: str
    verified: Verified
    expires: date | None
    buttons: tuple[ArticleButton, ...]
    zh: ArticleText
    en: ArticleText
    products: tuple[str, ...] = ()
    """Goods it is about: words of their names as orders show them."""

    def text(self, language: str) -> ArticleText:
        """Returns the article for a reader of `language`."""
        return self.en if tongue_of(language) == "en" else self.zh

    def quotable(self, on: date) -> bool:
        """Tells whether the article may be quoted on the day `on`."""
        return self.expires is None or on <= self.expires


@dataclass(frozen=True, slots=True)
class Articles:
    """All articles of one reading of the seeds, by id, in the order of their ids."""

    by_id: Mapping[ArticleId, Article]

    def __iter__(self) -> Iterator[Article]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def get(self, article_id: str) -> Article | None:
        """Returns the article with this id, or None."""
        return self.by_id.get(ArticleId(article_id))

    def about(self, intent: str) -> tuple[Article, ...]:
        """Returns the articles that answer one intent."""
        return tuple(article for article in self if article.intent == intent)
