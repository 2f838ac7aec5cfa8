from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from bot.dialog import plan_turn
from bot.facts import Facts
from bot.rewording import Rewording
from bot.state import State
from bot.understanding.reading import Emotion, Intent, Signal
from handoff.agenda import MailKind, Outcome, UnreadMail
from handoff.conversation import Holder
from handoff.llm.asking import Wording, Written
from tests.chat import Chat, answerer, text_of

ASKED = "can I pay in instalments"
WORDED = "Yes: from CNY 300 you can pay in 3, 6 or 12 instalments."


@dataclass
class Words:
    text: str = WORDED
    asked: list[Wording] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    async def word(self, wording: Wording, *, spent_seconds: float = 0.0) -> Written | None:
        self.asked.append(wording)
        self.spent.append(spent_seconds)
        return Written(self.text, ("installments",)) if self.text else None


async def reworded(
    chat: Chat, words: Words, text: str, *, mail: tuple[UnreadMail, ...] = (), **meaning: Any
) -> tuple[Outcome, Outcome]:
    """The outcome of rule mode, and what became of it."""
    for each in text.split("\n"):
        chat.reader.means(each, **meaning)
    chat.reader.means(text, **meaning)
    turn = chat.turn()
    heard = [chat.message(text)]
    plan = plan_turn(State.decode(chat.raw), turn, heard, chat.reader, chat.now)
    if mail:
        plan = replace(plan, turn=replace(turn, mail=mail))
    before = answerer().answer(plan, Facts(), chat.now)
    after = await Rewording(words, answerer, clock=lambda: 10.5)(plan, Facts(), before, 10.0)
    return before, after


async def test_article_is_worded_for_the_question_and_keeps_its_next_step() -> None:
    words = Words()

    before, after = await reworded(Chat(tongue="en"), words, ASKED, intent=Intent.PROMO_RULES)

    assert [source.id for source in words.asked[0].sources] == ["installments"]
    assert "12 instalments" in words.asked[0].sources[0].text
    assert text_of(after).startswith(WORDED)
    assert "Choose your goods and look at the amounts at checkout." in text_of(after)
    assert after.words[-1].body.buttons == before.words[-1].body.buttons
    assert after.rows == before.rows
    assert words.spent == [0.5]


async def test_folded_steps_stay_folded_under_better_words() -> None:
    words = Words(text="Happy to help you with the invoice.")
    before, after = await reworded(
        Chat(tongue="en"), words, "I need an invoice", intent=Intent.INVOICE
    )

    start, end = before.words[-1].body.fold
    steps = before.words[-1].body.text[start:end]
    assert "1. " in steps
    assert steps.splitlines()[1].removeprefix("1. ") in words.asked[0].sources[0].text
    start, end = after.words[-1].body.fold
    assert after.words[-1].body.text[start:end] == steps
    assert text_of(after).startswith(words.text)


async def test_without_words_the_answer_stays_exactly_as_it_was() -> None:
    before, after = await reworded(
        Chat(tongue="en"), Words(text=""), ASKED, intent=Intent.PROMO_RULES
    )

    assert after == before


MUST_STAND: dict[str, tuple[str, dict[str, Any]]] = {
    "angry": (ASKED, {"intent": Intent.PROMO_RULES, "emotion": Emotion.ANGRY}),
    "worried": (ASKED, {"intent": Intent.PROMO_RULES, "emotion": Emotion.ANXIOUS}),
    "signal": (ASKED, {"intent": Intent.PROMO_RULES, "signals": frozenset({Signal.LOSS})}),
    "order": ("Where is my order W1000002?", {"intent": Intent.ORDER_STATUS}),
    "person": (
        "let me talk to a person",
        {"intent": Intent.HUMAN_REQUEST, "signals": frozenset({Signal.ASKS_PERSON})},
    ),
    "miss": ("qwertz uiop", {"intent": Intent.OUT_OF_SCOPE, "confidence": 0.1}),
    "thanks": ("thank you", {"intent": Intent.GREETING_THANKS}),
}


@pytest.mark.parametrize("what", MUST_STAND)
async def test_what_people_or_the_shop_decide_is_never_reworded(what: str) -> None:
    text, meaning = MUST_STAND[what]
    words = Words()

    before, after = await reworded(Chat(tongue="en"), words, text, **meaning)

    assert words.asked == []
    assert after == before


@pytest.mark.parametrize("holder", [Holder.QUEUE, Holder.AGENT])
async def test_nothing_is_reworded_while_people_hold(holder: Holder) -> None:
    chat, words = Chat(tongue="en"), Words()
    chat.holder = holder

    await reworded(chat, words, ASKED, intent=Intent.PROMO_RULES)

    assert words.asked == []


async def test_under_load_better_words_are_the_first_thing_to_go() -> None:
    words = Words()
    old = UnreadMail(MailKind.MESSAGE, message_id=1, at_ms=1, raw=b"{}")

    await reworded(Chat(tongue="en"), words, ASKED, mail=(old,), intent=Intent.PROMO_RULES)

    assert words.spent == [float("inf")]
