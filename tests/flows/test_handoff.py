"""A customer is handed over, helped by a person, and given back to the bot."""

import pytest

from handoff.case import CaseStatus, Resolution
from handoff.conversation import Author, DeliveryState, Holder
from handoff.errors import AlreadyClaimed
from handoff.packet import decode_packet
from tests.flows.product import LIN, SAM, Product

EMMA, LIN_YUE, WANG = 10002, 10001, 10004


async def test_asking_for_a_person_opens_one_case_with_one_notice(product: Product) -> None:
    await product.ask(EMMA, "Hello there!")

    notice = await product.ask(EMMA, "I would like to talk to a person please.")
    await product.ask(EMMA, "Where is my order W1000002?")

    assert len(await product.store.cases.waiting()) == 1
    conversation = await product.conversation(EMMA)
    assert conversation.holder is Holder.QUEUE
    assert (await product.heard(EMMA)).count(notice.text) == 1


async def test_agent_answers_with_a_name_once_and_the_bot_keeps_silent(product: Product) -> None:
    await product.ask(EMMA, "Please give me a human agent.")
    case = await product.case_of(EMMA)
    claim = await product.desk.claim(case.id, SAM.id, op="c1")
    assert claim is not None

    await product.desk.say(case.id, SAM, "Hello Emma, I am looking at it.", op="s1")
    await product.desk.say(case.id, SAM, "It ships today.", op="s2")
    await product.phone.wait_until(EMMA, lambda seen: seen[-1].text == "It ships today.")
    said = await product.phone.say(EMMA, "Where is my order W1000002?")
    await product.phone.wait_until(EMMA, lambda seen: seen[-1].id == said.message_id)
    await transcript_has(product, EMMA, "Where is my order W1000002?")

    heard = await product.heard(EMMA)
    assert sum("Sam Lee" in text for text in heard) == 1
    assert heard[-1] == "It ships today."


async def transcript_has(product: Product, customer: int, text: str) -> None:
    """Wait until a turn has read it: the events tell."""
    event_id = "0-0"
    while True:
        rows = (await product.conversation(customer)).transcript
        if any(row.text == text and row.author is Author.CONTACT for row in rows):
            return
        events = await product.store.events.after(event_id, wait_ms=5000)
        assert events, "no turn has read it"
        event_id = events[-1][0]


async def test_second_claimant_is_told_who_was_faster(product: Product) -> None:
    await product.ask(LIN_YUE, "转人工")
    case = await product.case_of(LIN_YUE)
    await product.desk.claim(case.id, LIN.id, op="c1")

    with pytest.raises(AlreadyClaimed) as refusal:
        await product.desk.claim(case.id, SAM.id, op="c2")

    assert refusal.value.holder == LIN.id


async def test_resolving_gives_the_conversation_back_and_the_bot_says_so_once(
    product: Product,
) -> None:
    await product.ask(LIN_YUE, "转人工")
    case = await product.case_of(LIN_YUE)
    await product.desk.claim(case.id, LIN.id, op="c1")
    await product.desk.say(case.id, LIN, "已经帮您处理好了。", op="s1")
    await product.phone.wait_until(LIN_YUE, lambda seen: "处理好了" in seen[-1].text)

    await product.desk.resolve(case.id, LIN, Resolution.SOLVED, op="r1")
    back = await product.phone.wait_until(
        LIN_YUE, lambda seen: seen[-1].from_bot and "处理好了" not in seen[-1].text
    )
    answer = await product.ask(LIN_YUE, "错误码 do_not_honor 是什么意思？")

    assert (await product.store.cases.case(case.id)).status is CaseStatus.RESOLVED
    assert (await product.conversation(LIN_YUE)).holder is Holder.BOT
    assert "do_not_honor" in answer.text
    assert (await product.heard(LIN_YUE)).count(back[-1].text) == 1


async def test_expensive_problem_reaches_people_with_its_packet(product: Product) -> None:
    await product.ask(WANG, "订单 202611050001 的笔记本电脑开不了机，是坏的！")

    case = await product.case_of(WANG)

    packet = decode_packet(await product.store.cases.packet(case.id))
    assert case.reason == "high_value"
    assert any("202611050001" in fact.value for fact in (*packet.order, *packet.facts))


async def test_blocked_bot_shows_at_the_desk_and_ends_as_unreachable(product: Product) -> None:
    await product.ask(EMMA, "A human, please.")
    case = await product.case_of(EMMA)
    await product.desk.claim(case.id, SAM.id, op="c1")
    await product.phone.block(EMMA)

    said = await product.desk.say(case.id, SAM, "Are you there?", op="s1")
    await delivery_is(product, EMMA, said.numbers[0], DeliveryState.FAILED)
    await product.desk.resolve(case.id, SAM, Resolution.UNREACHABLE, op="r1")

    assert not (await product.conversation(EMMA)).contact.reachable
    assert (await product.store.cases.case(case.id)).resolution == Resolution.UNREACHABLE


async def delivery_is(product: Product, customer: int, number: int, state: DeliveryState) -> None:
    """Wait until the ledger says so."""
    event_id = "0-0"
    while True:
        delivery = (await product.conversation(customer)).deliveries.get(number)
        if delivery and delivery.state is state:
            return
        events = await product.store.events.after(event_id, wait_ms=5000)
        assert events, f"number {number} is {delivery}"
        event_id = events[-1][0]
