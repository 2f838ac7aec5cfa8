import pytest

from bot.understanding.reading import Intent, Signal
from handoff.agenda import Chore, Outcome
from handoff.jobs import Job
from tests.chat import Chat

LOST = {"intent": Intent.PRODUCT_QUESTION, "confidence": 0.3}


@pytest.fixture
def chat() -> Chat:
    return Chat(tongue="zh-Hans")


def gaps(outcome: Outcome) -> list[Chore]:
    return [chore for chore in outcome.chores if chore.job == Job.NOTE_GAP]


async def test_a_miss_leaves_the_ids_of_its_question_and_no_text(chat: Chat) -> None:
    outcome = await chat.says("呜啦啦", "哇啦啦", **LOST)

    (chore,) = gaps(outcome)
    rows = [str(row.message_id) for row in outcome.rows]
    assert chore.args[:2] == ("tg-1-10001", ",".join(rows))
    assert not any("啦" in arg for arg in chore.args)


async def test_an_unknown_payment_code_is_a_gap(chat: Chat) -> None:
    outcome = await chat.says("付款报错代码 ZZ_998", intent=Intent.PAYMENT_ERROR)

    assert len(gaps(outcome)) == 1


async def test_a_clear_subject_without_an_article_of_its_own_is_answered_and_noted(
    chat: Chat,
) -> None:
    outcome = await chat.says("呜啦啦", intent=Intent.PROMO_RULES, confidence=0.9)

    assert outcome.words
    assert len(gaps(outcome)) == 1


async def test_the_third_miss_is_noted_beside_the_case(chat: Chat) -> None:
    await chat.says("呜啦啦", **LOST)
    await chat.says("哇啦啦", **LOST)
    outcome = await chat.says("嘎啦啦", **LOST)

    assert outcome.open_case is not None
    assert [chore.job for chore in outcome.chores] == [Job.ENRICH_PACKET, Job.NOTE_GAP]


async def test_what_was_answered_asked_back_or_only_a_complaint_about_us_is_no_gap(
    chat: Chat,
) -> None:
    answered = await chat.says("退货运费谁出？", intent=Intent.RETURN_REFUND_POLICY)
    asked = await chat.says("我的包裹到哪了", intent=Intent.LOGISTICS_TRACKING)
    misread = await Chat(tongue="zh-Hans").says(
        "你没看懂", signals=frozenset({Signal.BOT_MISREAD}), **LOST
    )

    assert [gaps(one) for one in (answered, asked, misread)] == [[], [], []]
