import pytest

from bot.heard import HeardKind
from bot.understanding.reading import Emotion, Intent
from handoff.case import Resolution
from handoff.conversation import Holder
from handoff.packet import decode_packet
from tests.chat import Chat, actions_of, text_of


async def ended(chat: Chat, resolution: Resolution):
    """A person has finished."""
    await chat.commands("human")
    chat.holder = Holder.BOT
    return await chat.hears(chat.heard(HeardKind.RESOLVED, payload=resolution))


@pytest.fixture
def english() -> Chat:
    return Chat(tongue="en")


async def test_what_was_called_solved_does_not_end_without_the_customers_word(english):
    asked = await ended(english, Resolution.SOLVED)
    glad = await english.presses("helped:yes")

    assert "Is everything settled for you now?" in text_of(asked)
    assert {"helped:yes", "helped:no"} <= set(actions_of(asked))
    assert "good to hear" in text_of(glad)
    assert glad.open_case is None


async def test_what_is_not_settled_goes_back_to_people_with_what_is_known(english):
    await ended(english, Resolution.SOLVED)

    back = await english.presses("helped:no")

    packet = decode_packet(back.open_case.packet)
    assert back.open_case.reason == "not_helped"
    assert "you need not explain again" in text_of(back)
    assert "says it is not settled" in packet.tried[-1]


@pytest.mark.parametrize("resolution", [Resolution.WITHDRAWN, Resolution.UNREACHABLE])
async def test_who_withdrew_or_is_not_there_is_not_asked(english, resolution):
    told = await ended(english, resolution)

    assert "settled" not in text_of(told)


@pytest.mark.parametrize(
    ("words", "goes_back"),
    [
        ("not yet", True),
        ("no, still broken", True),
        ("no", True),
        ("all settled, thanks", False),
        ("yes", False),
        ("yes!", False),
    ],
)
async def test_the_answer_may_be_written(english, words, goes_back):
    await ended(english, Resolution.SOLVED)

    told = await english.says(words)

    assert (told.open_case is not None) is goes_back
    assert goes_back or "good to hear" in text_of(told)


async def test_another_question_instead_is_answered_and_not_taken_for_a_no(english):
    await ended(english, Resolution.SOLVED)

    told = await english.says("How do I get an invoice?", intent=Intent.INVOICE)
    later = await english.says("no")

    assert "invoice" in text_of(told).lower()
    assert told.open_case is None
    assert later.open_case is None


async def test_one_suggestion_is_made_for_a_case_that_ended_well(english):
    await ended(english, Resolution.SOLVED)
    first = await english.presses("helped:yes")
    second = await english.presses("helped:yes")

    assert "article:double-12" in actions_of(first)
    assert "article:double-12" not in actions_of(second)


async def test_nothing_is_suggested_to_who_was_upset(english):
    await english.says("This is a disgrace", intent=Intent.COMPLAINT, emotion=Emotion.ANGRY)
    english.holder = Holder.BOT
    await english.hears(english.heard(HeardKind.RESOLVED, payload=Resolution.SOLVED))

    glad = await english.presses("helped:yes")

    assert "good to hear" in text_of(glad)
    assert "article:double-12" not in actions_of(glad)


async def test_a_promotion_that_is_over_is_not_suggested(english):
    english.later(days=60)
    await ended(english, Resolution.SOLVED)

    assert "what is on" not in text_of(await english.presses("helped:yes"))
