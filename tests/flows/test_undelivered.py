"""Words that Telegram refuses, or never tells about: every failed answer ends in an answer or a
case, told over real HTTP."""

from handoff.agents import AgentId
from handoff.case import CaseStatus, Resolution
from handoff.conversation import Holder
from handoff.service import LastWords
from tests.flows.product import SAM, Product

EMMA, NOAH = 10002, 10005


async def test_answer_refused_in_every_form_becomes_a_case(product: Product) -> None:
    await product.ask(EMMA, "Hello!")
    await product.phone.fault(code=400, method="sendMessage", chat_id=EMMA, times=2)

    await product.phone.say(EMMA, "Do you ship abroad?")
    bubbles = await product.phone.wait_until(EMMA, lambda seen: "colleague" in seen[-1].text)

    case = await product.case_of(EMMA)
    assert case.reason == "undelivered"
    assert bubbles[-1].from_bot
    assert (await product.conversation(EMMA)).holder is Holder.QUEUE
    assert "words_refused" in await product.store.house.alerts()


async def test_answer_whose_receipt_is_lost_twice_is_decided_again_with_an_apology(
    product: Product,
) -> None:
    await product.ask(EMMA, "Hello!")
    await product.phone.fault(drop_reply=True, method="sendMessage", chat_id=EMMA, times=2)

    await product.phone.say(EMMA, "Do you ship abroad?")
    bubbles = await product.phone.wait_until(EMMA, lambda seen: "held up" in seen[-1].text)

    answers = [seen.text for seen in bubbles if seen.from_bot][1:]
    assert len(answers) == 3, "twice without a receipt, and once more"
    assert answers[0] == answers[1]
    assert (await product.conversation(EMMA)).holder is Holder.BOT
    assert "words_unsure" in await product.store.house.alerts()


async def test_farewell_that_is_refused_brings_the_case_back(product: Product) -> None:
    said = await product.phone.say(NOAH, "I want to talk to a person")
    await product.phone.wait_for_reply(NOAH, after=said.message_id)
    case = await product.case_of(NOAH)
    await product.desk.claim(case.id, AgentId("sam"), op="c1")
    await product.phone.fault(code=400, method="sendMessage", chat_id=NOAH, times=1)

    await product.desk.resolve(
        case.id, SAM, Resolution.SOLVED, op="r1", last=LastWords("Your refund is on its way.")
    )
    await product.phone.wait_until(NOAH, lambda seen: seen[-1].from_bot)
    back = await _waiting(product, case.id)

    assert back.status is CaseStatus.WAITING
    assert (await product.conversation(NOAH)).holder is Holder.QUEUE


async def _waiting(product: Product, case_id: str):  # type: ignore[no-untyped-def]
    for _ in range(100):
        for case in await product.store.cases.waiting():
            if case.id == case_id:
                return case
        await product.store.house.wait_for("nothing", 0.05)
    raise AssertionError("the case did not come back")
