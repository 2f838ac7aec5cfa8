import pytest

from bot.forms import FORM_LIFE_MS
from bot.state import State
from bot.understanding.reading import Intent
from handoff.conversation import Holder
from handoff.shop import Receipt
from tests.chat import Chat, actions_of, text_of

RETURN = {"intent": Intent.RETURN_REFUND_POLICY}
CANCEL = {"intent": Intent.CANCEL_ORDER}


@pytest.fixture
def english() -> Chat:
    chat = Chat(tongue="en")
    chat.remember(proven=("W1000002", "W1000003", "W1000016", "W1000019"))
    return chat


def pressed(outcome, ending: str) -> str:
    return next(action for action in actions_of(outcome) if action.endswith(ending))


async def test_a_turn_that_is_decided_again_starts_nothing_twice(english):
    offered = await english.says("please cancel W1000002", **CANCEL)
    before, yes = english.raw, english.heard_button(pressed(offered, ":yes"))

    first = await english.hears(yes)
    english.raw = before  # the commit was lost
    again = await english.hears(yes)

    assert text_of(first) == text_of(again)
    assert len(english.shop.deeds) == 1


async def test_a_start_is_not_decided_anew_when_more_mail_comes(english):
    offered = await english.says("please cancel W1000002", **CANCEL)

    started = await english.presses(pressed(offered, ":yes"))

    assert not started.may_restart


async def test_a_yes_counts_although_more_was_written_behind_it(english):
    await english.says("please cancel W1000002", **CANCEL)

    await english.says("yes", "thank you so much!", intent=Intent.GREETING_THANKS)

    assert len(english.shop.deeds) == 1


async def test_a_question_beside_the_yes_is_answered_too(english):
    await english.says("please cancel W1000002", **CANCEL)

    both = await english.says("yes", "how do I get an invoice?", intent=Intent.INVOICE)

    assert len(english.shop.deeds) == 1
    assert "Request invoice" in text_of(both)


async def test_what_the_first_words_tell_is_never_asked(english):
    told = await english.says("I want to return W1000003, it does not fit, unused", **RETURN)

    assert "Shall I go ahead?" in text_of(told)
    assert english.state.asked_known == 0


async def test_a_correction_is_judged_and_restated_again(english):
    await english.says("I want to return W1000003, it does not fit, unused", **RETURN)

    corrected = await english.says("no, it arrived damaged", intent=Intent.COMPLAINT)

    assert "We pay the postage" in text_of(corrected)
    assert english.state.form.told["reason"] == "damaged"


async def test_a_form_does_not_outlive_its_time(english):
    offered = await english.says("please cancel W1000002", **CANCEL)
    english.later(milliseconds=FORM_LIFE_MS + 1)

    late = await english.presses(pressed(offered, ":yes"))

    assert "was closed in the meantime" in text_of(late)
    assert english.shop.deeds == {}


async def test_while_a_person_is_awaited_nothing_is_arranged(english):
    await english.says("please cancel W1000002", **CANCEL)
    english.holder = Holder.QUEUE

    await english.says("yes")

    assert english.shop.deeds == {}


async def test_a_bare_yes_does_not_choose_between_remedies(english):
    shown = await english.says("I want to return W1000003, it arrived damaged", **RETURN)
    await english.presses(pressed(shown, "pieces:no"))
    asked = await english.says("yes")
    chosen = await english.presses(pressed(asked, ":refund_full"))

    assert "Done!" in text_of(chosen)
    assert [deed.remedy for deed in english.shop.deeds.values()] == ["refund_full"]


async def test_what_the_rules_leave_to_a_person_goes_there_with_the_verdict(english):
    handed = await english.says("please cancel W1000016", **CANCEL)

    state = State.decode(handed.state)
    assert handed.open_case is not None
    assert handed.open_case.reason == "verdict"
    assert "cancel/part-left" in state.packet.verdict
    assert "A colleague cancels" in text_of(handed)


@pytest.mark.parametrize(
    "text",
    [
        *("How do I return something?", "退货运费谁出 W1000003", "How long does a return take?"),
        *("what is your return policy", "我想知道退货流程"),
    ],
)
async def test_a_question_about_returns_begins_none(english, text):
    await english.says(text, **RETURN)

    assert english.state.form is None


async def test_anything_else_is_asked_once_a_conversation(english):
    for number in ("W1000002", "W1000003"):
        wish = f"I want to return {number}, it does not fit, unused"
        offered = await english.says(wish, **RETURN)
        await english.presses(pressed(offered, ":yes"))

    assert sum("anything else I can do" in said for said in english.said) == 1


async def test_one_item_of_several_is_asked_for_and_may_be_corrected(english):
    asked = await english.says("I want to return W1000019, it does not fit, unused", **RETURN)
    navy = await english.says("the navy ones", intent=Intent.PRODUCT_QUESTION)
    blue = await english.says("no, the blue one", intent=Intent.PRODUCT_QUESTION)

    assert "Which item" in text_of(asked)
    assert "return Canvas sneakers, navy" in text_of(navy)
    assert "return Canvas sneakers, blue" in text_of(blue)
    assert english.state.asked_known == 0


async def test_two_misses_in_a_form_offer_a_person_and_a_third_hands_over(english):
    await english.says("I want to return W1000003", **RETURN)
    first, second, third = [await english.says(text) for text in ("hm", "hmm", "hmmm")]

    assert "If you would rather have a person" not in text_of(first)
    assert "If you would rather have a person" in text_of(second)
    assert third.open_case is not None
    assert third.open_case.reason == "bot_failed"


async def test_a_shop_that_names_no_number_leaves_no_hole_in_the_reply(english):
    offered = await english.says("please cancel W1000002", **CANCEL)
    english.shop.start = nameless
    english.may_break = True

    handed = await english.presses(pressed(offered, ":yes"))

    assert handed.open_case is not None
    assert "went wrong on my side" in text_of(handed)
    assert handed.dead_letter == "phrase form.started.cancel has nothing for {number}"


async def nameless(_deed) -> Receipt:
    return Receipt("")
