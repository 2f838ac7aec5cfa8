import pytest

from bot.understanding.reading import Emotion, Intent
from handoff.jobs import Job
from tests.chat import Chat


def uses(outcome) -> list[tuple[str, str]]:
    return [chore.args[:2] for chore in outcome.chores if chore.job == Job.NOTE_USE]


@pytest.fixture
async def told() -> Chat:
    """A customer who was just told the article of a scenario."""
    chat = Chat(tongue="en")
    outcome = await chat.presses("article:late-dispatch")
    assert uses(outcome) == [("late-dispatch", "told")]
    return chat


async def test_thanks_say_that_the_article_helped_and_count_once(told):
    thanks = {"intent": Intent.GREETING_THANKS, "emotion": Emotion.POSITIVE}
    first = await told.says("thank you", **thanks)
    second = await told.says("thank you", **thanks)

    assert (uses(first), uses(second)) == ([("late-dispatch", "helped")], [])


async def test_a_person_after_it_says_that_it_was_not_enough(told):
    assert uses(await told.commands("human")) == [("late-dispatch", "handed")]


async def test_what_is_not_understood_after_it_is_a_miss(told):
    assert uses(await told.says("blorp", confidence=0.1, intent=Intent.OUT_OF_SCOPE)) == [
        ("late-dispatch", "missed")
    ]


async def test_another_matter_leaves_it_open(told):
    await told.says("How do I get an invoice?", intent=Intent.INVOICE)

    assert uses(await told.commands("human")) == [("late-dispatch", "handed")]


async def test_an_article_without_a_scenario_is_not_counted():
    assert uses(await Chat(tongue="en").presses("article:invoice-get")) == []
