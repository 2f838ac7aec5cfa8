"""The way of a case over HTTP, on both stores: take, say, note, resolve, return."""

import asyncio
import re

import pytest

from handoff.agenda import SendResult
from handoff.agents import Role
from handoff.case import Case, CaseId, CaseStatus
from handoff.conversation import Holder, MessageKind
from handoff.desk.sweeper import Sweeper
from handoff.packet import Packet
from tests.clock import FakeClock
from tests.handoff.desk.scenes import Customers, DeskUnderTest, desk_running


@pytest.fixture(params=["memory", "redis"])
def store_kind(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_second_of_two_agents_learns_who_was_faster(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "I want a person", case_id="CASE0001")
    lin = await desk.seat("lin", name="林晓 / Lin Xiao")
    sam = await desk.seat("sam", name="李山 / Sam Lee")

    answers = await asyncio.gather(lin.act(case, "claim"), sam.act(case, "claim"))

    assert sorted(status for status, _ in answers) == [200, 409]
    winner = "Lin Xiao" if answers[0][0] == 200 else "Sam Lee"
    loser = next(body for status, body in answers if status == 409)
    assert (loser["error"], loser["name"]) == ("already_claimed", winner)


async def test_next_takes_the_best_of_the_queue_once_however_often_it_is_asked(
    desk: DeskUnderTest, customers: Customers
) -> None:
    await customers.opens(1, "Hello", case_id="CASEZZZZ")
    first = await customers.opens(2, "Refund!", case_id="CASE0002", head_start_ms=600_000)
    sam = await desk.seat("sam")
    op = sam.op()

    _, taken = await sam.post("/desk/next", {"op": op})
    _, repeated = await sam.post("/desk/next", {"op": op})

    assert taken["case"] == repeated["case"] == first
    assert len(await desk.desk.store.cases.assigned()) == 1


async def test_empty_queue_is_said_kindly(desk: DeskUnderTest) -> None:
    sam = await desk.seat("sam")

    status, body = await sam.post("/desk/next", {"op": sam.op()})

    assert (status, body["error"]) == (409, "queue_empty")


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh-Hans", "您好，我是售后客服李山，接下来由我为您处理。"),
        ("zh-Hant", "您好，我是售后客服李山，接下來由我為您處理。"),
        ("en", "This is Sam Lee, Customer care. I am looking after this for you now."),
    ],
)
async def test_first_message_of_an_agent_tells_who_speaks_and_later_ones_do_not(
    desk: DeskUnderTest, customers: Customers, language: str, line: str
) -> None:
    packet = Packet(wants="?", language=language)
    case = await customers.opens(1, "Hello", case_id="CASE0001", packet=packet)
    sam = await desk.seat("sam", name="李山 / Sam Lee", title="售后客服 / Customer care")
    await sam.act(case, "claim")

    await sam.act(case, "say", text="One")
    await sam.act(case, "say", text="Two")

    found = await desk.desk.store.conversations.conversation((await _case(desk, case)).conversation)
    said = [m.text for m in found.transcript if m.agent == "sam" and m.kind is MessageKind.TEXT]
    assert said == [f"{line}\nOne", "Two"]


async def test_same_words_asked_twice_are_said_once(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    op = sam.op()

    first = await sam.act(case, "say", op=op, text="Hello Emma")
    second = await sam.act(case, "say", op=op, text="Hello Emma")

    assert first[1]["numbers"] == second[1]["numbers"]
    assert len(await customers.delivers()) == 1


async def test_long_words_go_out_in_parts_of_one_message_each(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")

    _, said = await sam.act(case, "say", text="长" * 9000)

    assert len(said["numbers"]) == 3


async def test_words_are_held_once_when_the_customer_wrote_meanwhile(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    await customers.hears(1, "Never mind, it arrived!")

    held = await sam.act(case, "say", text="I will look for it", seen=1)
    said = await sam.act(case, "say", text="Glad to hear it", seen=3)

    assert (held[0], held[1]["error"]) == (409, "customer_wrote")
    assert said[0] == 200


async def test_composer_opens_when_the_bots_last_word_is_settled(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    await customers.hears(1, "Anyone?", answer="A person is on the way.")
    sam = await desk.seat("sam")

    await sam.act(case, "claim")
    _, early = await sam.get(f"/desk/cases/{case}/conversation")
    await customers.settles_begun()
    _, later = await sam.get(f"/desk/cases/{case}/conversation")

    assert "<fieldset disabled>" in early
    assert "still on their way" in early
    assert "<fieldset disabled>" not in later


async def test_notes_never_reach_the_customer(desk: DeskUnderTest, customers: Customers) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")

    status, _ = await sam.act(case, "note", text="rude, careful")

    assert status == 200
    assert await customers.delivers() == []


async def test_customer_still_waits_for_a_reply_after_a_note(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    await customers.hears(1, "Where is it?")

    await sam.act(case, "note", text="rude, careful")
    _, queue = await sam.get("/desk/queue")
    await sam.act(case, "say", text="It is on its way")
    _, answered = await sam.get("/desk/queue")

    assert "Where is it?" in queue
    assert "Waiting for your reply" in queue
    assert "Waiting for your reply" not in answered


async def test_case_is_held_once_when_the_customer_wrote_what_nobody_read(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    await customers.hears(1, "And where is my refund?")

    held = await sam.act(case, "resolve", resolution="solved", seen=1)
    resolved = await sam.act(case, "resolve", resolution="solved", seen=9)

    assert (held[0], held[1]["error"]) == (409, "customer_wrote")
    assert resolved == (200, {"case": case, "status": "resolved"})


async def test_resolving_waits_for_words_and_then_gives_the_lane_back(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    _, said = await sam.act(case, "say", text="Done")
    await customers.delivers(SendResult.FAILED, reason="unreachable")

    refused = await sam.act(case, "resolve", resolution="solved")
    await sam.post(f"/desk/cases/{case}/again", {"number": said["numbers"][0]})
    await sam.post(f"/desk/cases/{case}/again", {"number": said["numbers"][0]})
    again = await customers.delivers()
    resolved = await sam.act(case, "resolve", resolution="solved", last_words="Goodbye")

    assert (refused[0], refused[1]["numbers"]) == (409, said["numbers"])
    assert len(again) == 1
    assert resolved == (200, {"case": case, "status": "resolved"})
    conversation = (await _case(desk, case)).conversation
    found = await desk.desk.store.conversations.conversation(conversation)
    assert found.holder is Holder.BOT
    assert found.transcript[-1].text == "Goodbye"


async def test_last_words_that_are_refused_bring_the_case_back_and_a_colleague_says_them(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    await customers.settles_begun()
    sam, kim = await desk.seat("sam"), await desk.seat("kim")
    await sam.act(case, "claim")
    await sam.act(case, "resolve", resolution="solved", last_words="Goodbye")
    await customers.delivers(SendResult.FAILED, reason="refused")

    back = await _case(desk, case)
    await kim.act(case, "claim")
    _, page = await kim.get(f"/desk/cases/{case}")
    number = re.search(rf"""{case}/again" hx-vals='{{"number":(\d+)}}'""", page)
    assert number
    await kim.post(f"/desk/cases/{case}/again", {"number": int(number[1])})
    said = await customers.delivers()
    resolved = await kim.act(case, "resolve", resolution="solved")

    assert back.status is CaseStatus.WAITING
    assert len(said) == 1
    assert "Goodbye" in said[0]
    assert resolved[0] == 200


async def test_unbegun_words_can_be_taken_back(desk: DeskUnderTest, customers: Customers) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    _, said = await sam.act(case, "say", text="Oops")

    _, taken = await sam.post(f"/desk/cases/{case}/retract", {"number": said["numbers"][0]})

    assert taken["state"] == "withdrawn"
    assert await customers.delivers() == []


async def test_supervisor_returns_a_colleagues_case_and_an_agent_cannot(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam, kim = await desk.seat("sam"), await desk.seat("kim")
    lin = await desk.seat("lin", Role.SUPERVISOR)
    await sam.act(case, "claim")

    by_kim = await kim.act(case, "requeue")
    by_lin = await lin.act(case, "requeue", note="Sam is ill")

    assert by_kim[0] == 403
    assert by_lin == (200, {"case": case, "status": "waiting"})
    assert (await sam.act(case, "say", text="Still here"))[0] == 403


async def test_case_of_a_vanished_agent_goes_back_with_the_draft_as_a_note(
    desk: DeskUnderTest, customers: Customers, clock: FakeClock
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    await sam.post(f"/desk/cases/{case}/draft", {"text": "I found it, it is in"})
    sweeper = Sweeper(desk.desk, "here", lambda: clock() / 1000)

    clock.advance(59_000)
    early = await sweeper.sweep()
    clock.advance(3_000)
    returned = await sweeper.sweep()

    assert (early, returned) == (0, 1)
    waiting = await desk.desk.store.cases.waiting()
    assert [c.id for c in waiting] == [case]
    found = await desk.desk.store.conversations.conversation(waiting[0].conversation)
    assert "I found it, it is in" in [m.text for m in found.transcript]


async def test_desk_that_was_away_itself_gives_agents_time_to_tell_that_they_are_there(
    desk: DeskUnderTest, customers: Customers, clock: FakeClock
) -> None:
    cases = [await customers.opens(n, "Hello", case_id=f"CASE000{n}") for n in (1, 2)]
    sam, kim = await desk.seat("sam"), await desk.seat("kim")
    for agent, case in zip((sam, kim), cases, strict=True):
        await agent.act(case, "claim")
    clock.advance(120_000)
    sweeper = Sweeper(desk.desk, "here", lambda: clock() / 1000)

    at_once = await sweeper.sweep()
    await sam.post("/desk/presence", {"idle_seconds": 0})
    clock.advance(30_000)
    later = await sweeper.sweep()

    assert (at_once, later) == (0, 1)
    assert [c.id for c in await desk.desk.store.cases.waiting()] == cases[1:]


async def test_what_was_said_is_no_draft_any_more(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    await sam.post(f"/desk/cases/{case}/draft", {"text": "I found it"})

    await sam.act(case, "say", text="I found it")

    assert await desk.desk.store.drafts.of(await desk.desk.store.cases.case(case)) == ""


async def test_draft_typed_at_another_desk_process_is_kept_too(
    desk: DeskUnderTest, customers: Customers, clock: FakeClock, password_hash: str
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sweeper = Sweeper(desk.desk, "here", lambda: clock() / 1000)
    async with desk_running(desk.desk.store, password_hash, now_ms=clock) as other:
        sam = await other.seat("sam")
        await sam.act(case, "claim")
        await sam.post(f"/desk/cases/{case}/draft", {"text": "I found it, it is in"})

    clock.advance(62_000)
    await sweeper.sweep()

    (waiting,) = await desk.desk.store.cases.waiting()
    found = await desk.desk.store.conversations.conversation(waiting.conversation)
    assert "I found it, it is in" in [line.text for line in found.transcript]


async def test_desk_forgets_who_read_the_packets_of_cases_that_are_over(
    desk: DeskUnderTest, customers: Customers
) -> None:
    for number in (1, 2):
        await customers.opens(number, "Hello", case_id=f"CASE000{number}")
    sam = await desk.seat("sam")
    for case in ("CASE0001", "CASE0002"):
        await sam.act(case, "claim", packet_version=1)
    # Ended at another desk process, which cannot reach into this one.
    await desk.desk.service.requeue(CaseId("CASE0001"), None, op="elsewhere")

    await Sweeper(desk.desk, "here").forget()

    assert {case for _, case, _ in desk.desk.read_packets} == {"CASE0002"}


async def test_round_of_the_sweep_gives_back_writes_the_minute_down_and_forgets(
    desk: DeskUnderTest, customers: Customers, clock: FakeClock
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim", packet_version=1)
    sweeper = Sweeper(desk.desk, "here", lambda: clock() / 1000)
    clock.advance(62_000)

    await sweeper._once()
    await sweeper._once()

    assert [waiting.id for waiting in await desk.desk.store.cases.waiting()] == [case]
    assert len(await desk.desk.store.house.history(5)) == 1
    assert desk.desk.read_packets == set()


async def test_minute_is_written_down_once(
    desk: DeskUnderTest, customers: Customers, clock: FakeClock
) -> None:
    await customers.opens(1, "Hello", case_id="CASE0001")
    sweeper = Sweeper(desk.desk, "here")

    await sweeper.note_minute()
    clock.advance(1_000)
    await sweeper.note_minute()

    rows = await desk.desk.store.house.history(60)
    over = clock() // 60_000 * 60 - 60
    assert [(row["at"], row["depth"], row["opened"]) for row in rows] == [(over, 1, 1)]


async def _case(desk: DeskUnderTest, case_id: CaseId) -> Case:
    return await desk.desk.store.cases.case(case_id)


async def test_queue_counts_everybody_who_waits_though_it_lists_the_first(
    desk: DeskUnderTest, customers: Customers
) -> None:
    for number in range(203):
        await customers.opens(number, "Hello?", case_id=f"CASE{number:04}")
    sam = await desk.seat("sam")

    _, queue = await sam.get("/desk/queue")

    assert '<span class="count">203</span>' in queue
    assert queue.count('id="q-CASE') == 200
    assert "3 more wait behind these" in queue
