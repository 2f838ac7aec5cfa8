"""How an article and the synonym table are written down; `seeds/schemas` is generated from here.

It checks what one file can be wrong in by itself. What concerns several files is the loader's.
"""

import re
from datetime import date
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from handoff.knowledge.articles import (
    Article,
    ArticleButton,
    ArticleId,
    ArticleText,
    Scenario,
    Topic,
    Verified,
)
from handoff.language import has_han, to_simplified

MAX_SENTENCES = 2
MIN_QUESTIONS = 5
_SENTENCE_END = re.compile(r"[。!?！？]+[”」』）)\"']*|\.[”\"')]*(?=\s|$)")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|a\.m|p\.m|No|St)\.", re.IGNORECASE)


def sentences(text: str) -> int:
    """Returns how many sentences a text has."""
    parts = _SENTENCE_END.split(_ABBREVIATION.sub("x", text))
    return sum(any(char.isalnum() for char in part) for part in parts)


def _two_sentences(text: str) -> str:
    if sentences(text) > MAX_SENTENCES:
        raise ValueError(f"has {sentences(text)} sentences; an answer has two at most")
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("must be one line")
    return text


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_one_line),
]
Title = Annotated[Line, Field(max_length=80)]
Answer = Annotated[Line, AfterValidator(_two_sentences)]
Question = Annotated[Line, Field(max_length=160)]


class Seed(BaseModel):
    """Anything written in the seeds: nothing unknown, nothing guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ScenarioSeed(Seed):
    """For agents: how a case of this kind is settled, all five or none."""

    demand: Line = Field(description="What the customer is really after.")
    plan: Line = Field(description="What can be done, best first.")
    time: Line = Field(description="What is promised by when.")
    execution: Line = Field(description="What to mind while doing it.")
    follow_up: Line = Field(description="What to look after once it is done.")

    def value(self) -> Scenario:
        """Returns the domain value."""
        return Scenario(self.demand, self.plan, self.time, self.execution, self.follow_up)


class TextSeed(Seed):
    """An article in one language."""

    title: Title
    answer: Answer = Field(description="At most two sentences: the answer first.")
    next_step: Line = Field(description="What the customer, or the bot for them, does next.")
    steps: list[Line] = Field(default=[], max_length=8)
    call_person_when: Line = Field(description="For agents and the bot: when this is not enough.")
    questions: list[Question] = Field(
        min_length=MIN_QUESTIONS, description="Ways to ask; each is a test."
    )
    example: Line | None = Field(
        default=None, description="The same told by one case, where it is hard to grasp."
    )
    scenario: ScenarioSeed | None = None

    @field_validator("questions")
    @classmethod
    def _all_different(cls, questions: list[str]) -> list[str]:
        asked = [question.casefold().strip("?？!！。. ") for question in questions]
        twice = {question for question in asked if asked.count(question) > 1}
        if twice:
            raise ValueError(f"asks the same twice: {', '.join(sorted(twice))}")
        return questions

    def spoken(self) -> tuple[str, ...]:
        """Returns everything a customer may read, from the bot or from an agent."""
        scenario = self.scenario.model_dump().values() if self.scenario else ()
        example = (self.example,) if self.example else ()
        return (self.title, self.answer, self.next_step, *self.steps, *example, *scenario)

    def value(self) -> ArticleText:
        """Returns the domain value."""
        return ArticleText(
            self.title,
            self.answer,
            self.next_step,
            tuple(self.steps),
            self.call_person_when,
            tuple(self.questions),
            self.scenario.value() if self.scenario else None,
            self.example or "",
        )


def _chinese(text: TextSeed) -> TextSeed:
    for line in text.spoken():
        if not has_han(line):
            raise ValueError(f"holds no Chinese: {line[:30]}")
        if to_simplified(line) != line:
            raise ValueError(f"is to be written in simplified script: {line[:30]}")
        if "你" in line:
            raise ValueError(f"addresses the customer without 您: {line[:30]}")
    return text


def _english(text: TextSeed) -> TextSeed:
    for line in (*text.spoken(), *text.questions):
        if has_han(line):
            raise ValueError(f"holds Chinese: {line[:30]}")
    return text


class ArticleSeed(Seed):
    """One article in both languages."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=60)]
    intent: Topic
    owner: Line = Field(description="Who keeps it true.")
    version: int = Field(ge=1, strict=True)
    source: Line = Field(description="Where the facts come from.")
    verified: Verified
    expires: date | None = Field(description="The last day on which it may be quoted, or null.")
    buttons: list[ArticleButton] = Field(default=[], max_length=4)
    products: list[Annotated[Line, Field(max_length=60)]] = Field(
        default=[], description="Goods it is about: words of their names as orders show them."
    )
    zh: Annotated[TextSeed, AfterValidator(_chinese)]
    en: Annotated[TextSeed, AfterValidator(_english)]

    @field_validator("verified", mode="before")
    @classmethod
    def _yaml_says_yes_as_true(cls, value: object) -> object:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    @model_validator(mode="after")
    def _same_number_of_steps(self) -> "ArticleSeed":
        if len(self.zh.steps) != len(self.en.steps):
            raise ValueError("the two languages have a different number of steps")
        return self

    @model_validator(mode="after")
    def _example_in_both(self) -> "ArticleSeed":
        if (self.zh.example is None) != (self.en.example is None):
            raise ValueError("only one of the two languages has an example")
        return self

    @model_validator(mode="after")
    def _scenario_in_both(self) -> "ArticleSeed":
        if (self.zh.scenario is None) != (self.en.scenario is None):
            raise ValueError("only one of the two languages has a scenario")
        return self

    def value(self) -> Article:
        """Returns the domain value."""
        return Article(
            id=ArticleId(self.id),
            intent=self.intent,
            owner=self.owner,
            version=self.version,
            source=self.source,
            verified=self.verified,
            expires=self.expires,
            buttons=tuple(self.buttons),
            zh=self.zh.value(),
            en=self.en.value(),
            products=tuple(self.products),
        )


class TongueSynonyms(Seed):
    """Words of one language: groups that mean the same here, words that say little, or nothing, and
    words of matters that are none of the shop's.
    """

    groups: list[Annotated[list[Line], Field(min_length=1)]]
    elsewhere: list[Line]
    weak: list[Line]
    ignore: list[Line]


class SynonymSeed(Seed):
    """Words that count as one another when a question looks for its article."""

    zh: TongueSynonyms
    en: TongueSynonyms

    @model_validator(mode="after")
    def _each_word_once(self) -> "SynonymSeed":
        for name, tongue in (("zh", self.zh), ("en", self.en)):
            words = [word.casefold() for group in tongue.groups for word in group]
            words += [word.casefold() for word in (*tongue.elsewhere, *tongue.weak, *tongue.ignore)]
            twice = sorted({word for word in words if words.count(word) > 1})
            if twice:
                raise ValueError(f"{name} holds words twice: {', '.join(twice)}")
        return self
