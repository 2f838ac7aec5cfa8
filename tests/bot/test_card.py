import pytest

from bot.heard import HeardKind
from bot.understanding.reading import Emotion, Intent
from handoff.agenda import Outcome
from handoff.conversation import Holder
from handoff.spots import Spot
from handoff.words import WordKind
from tests.chat import NIGHT, Chat, text_of

ANGRY = {"intent": Intent.COMPLAINT, "emotion": Emotion.ANGRY, "intensity": 0.9}


@pytest.fixture
async def chat() -> Chat:
    """Somebody who was told that they are number three."""
    chat = Chat(tongue="zh-Hans")
    chat.queue.before = 2
    await chat.says("太过分了", **ANGRY)
    return chat


async def looks(chat: Chat) -> Outcome:
    chat.later(seconds=12)
    return await chat.hears(chat.heard(HeardKind.TIMER, name="card"))


async def test_the_notice_of_the_handoff_is_the_card_and_is_looked_at_again_soon() -> None:
    chat = Chat(tongue="zh-Hans")
    chat.queue.before = 2

    near = await chat.says("太过分了", **ANGRY)
    far = Chat(tongue="zh-Hans")
    far.queue.before = 9
    later = await far.says("太过分了", **ANGRY)

    assert near.words[0].body.holds == Spot.QUEUE
    assert near.timers["card"] == chat.now.timestamp() * 1000 + 10_000
    assert later.timers["card"] == far.now.timestamp() * 1000 + 45_000


async def test_a_better_place_is_edited_in_under_the_time_that_was_named(chat: Chat) -> None:
    before = chat.said[-1]
    chat.queue.before = 0

    moved = await looks(chat)

    (word,) = moved.words
    assert (word.kind, word.body.replaces, word.body.holds) == (
        WordKind.NOTICE,
        Spot.QUEUE,
        Spot.QUEUE,
    )
    text = word.body.text
    assert "下一位就是您，今天 12:30 前" in text
    assert "第 3 位" not in text
    first, *_, last = before.split("\n\n")
    assert text.startswith(first)
    assert text.endswith(last)
    assert moved.timers["card"] > chat.now.timestamp() * 1000
    assert text not in [line.text for line in chat.state.recent]


async def test_the_same_or_a_worse_place_is_not_told_and_stays_watched(chat: Chat) -> None:
    same = await looks(chat)
    chat.queue.before = 5
    worse = await looks(chat)
    chat.queue.before = 1
    better = await looks(chat)

    assert [outcome.words for outcome in (same, worse)] == [(), ()]
    assert "card" in same.timers
    assert "card" in worse.timers
    assert "第 2 位" in text_of(better)


async def test_no_time_that_has_passed_is_named_again(chat: Chat) -> None:
    chat.queue.before = 0
    chat.later(minutes=31)

    assert (await looks(chat)).words == ()


async def test_at_night_no_place_is_told_and_none_is_watched() -> None:
    night = Chat(now=NIGHT, tongue="zh-Hans")
    night.queue.agents = ()

    outcome = await night.says("太过分了", **ANGRY)

    assert "card" not in outcome.timers
    assert outcome.words[0].body.holds == ""


async def test_a_place_that_was_asked_for_is_told_anew_and_is_the_card_from_then_on(
    chat: Chat,
) -> None:
    chat.queue.before = 1
    asked = await chat.presses("human")
    chat.queue.before = 0
    moved = await looks(chat)

    assert asked.words[0].body.replaces == ""
    assert asked.words[0].body.holds == Spot.QUEUE
    assert "下一位就是您" in text_of(moved)


async def test_the_card_is_nobodys_business_once_the_bot_holds_again(chat: Chat) -> None:
    chat.holder = Holder.BOT
    chat.remember(case=None)

    outcome = await looks(chat)

    assert (outcome.words, dict(outcome.timers)) == ((), {})
