import asyncio

import pytest

from handoff.agents import Agent, Role
from handoff.conversation import ConversationId, Holder
from handoff.errors import ConversationNotFound
from handoff.state import encode_state
from tests.contracts.story import ANNA, K1, MEI, TOM, Story, answer, spoken

DAY_MS = 86_400_000
AGENT = Agent(MEI, "Mei", Role.SUPERVISOR, "$argon2id$x", title="Care")


async def test_agents_are_kept_and_changed(story: Story) -> None:
    accounts = story.store.accounts
    changed = Agent(MEI, "Mei Lin", Role.AGENT, "$argon2id$y", disabled=True)
    await accounts.save_agent(AGENT)
    kept = await accounts.agent(MEI)
    await accounts.save_agent(changed)

    assert kept == AGENT
    assert await accounts.agents() == (changed,)
    assert await accounts.agent(TOM) is None


async def test_session_lives_while_it_is_used_but_not_for_ever(story: Story) -> None:
    accounts = story.store.accounts
    await accounts.open_session("hash", MEI, life_seconds=7_200)
    for _ in range(4):
        story.clock.advance(1_790_000)
        assert await accounts.session("hash", idle_seconds=1_800) == MEI

    story.clock.advance(60_000)

    assert await accounts.session("hash", idle_seconds=1_800) is None


async def test_all_sessions_of_an_agent_end_at_once_and_nobody_elses(story: Story) -> None:
    accounts = story.store.accounts
    for name, agent in (("desk", MEI), ("phone", MEI), ("other", TOM)):
        await accounts.open_session(name, agent, life_seconds=43_200)

    await accounts.close_sessions(MEI)

    left = [await accounts.session(n, idle_seconds=1_800) for n in ("desk", "phone", "other")]
    assert left == [None, None, TOM]


async def test_session_ends_by_idleness_and_by_logout(story: Story) -> None:
    accounts = story.store.accounts
    await accounts.open_session("idle", MEI, life_seconds=43_200)
    await accounts.open_session("out", MEI, life_seconds=43_200)
    await accounts.close_session("out")

    assert await accounts.session("out", idle_seconds=1_800) is None
    assert await accounts.session("never", idle_seconds=1_800) is None
    story.clock.advance(1_800_001)
    assert await accounts.session("idle", idle_seconds=1_800) is None


async def test_every_change_of_a_case_is_an_event_in_order(story: Story) -> None:
    events = story.store.events
    start = await events.last_id()
    await story.opens()
    await story.claims()
    await story.says(spoken())
    (sending,) = await story.begins()
    await story.settles(sending)
    await story.store.cases.note(K1, MEI, "secret text", op=story.op())
    await story.resolves()

    told = await events.after(start, wait_ms=0)

    assert told is not None
    assert start == "0-0"
    assert [values["kind"] for _, values in told] == [
        "case.opened",
        "case.claimed",
        "words.accepted",
        "words.sent",
        "note.written",
        "case.resolved",
    ]
    assert {(v["conversation"], v["case"]) for _, v in told} == {(ANNA, K1)}
    assert "secret" not in str(told)
    assert told[-1][0] == await events.last_id()


async def test_reader_gets_only_what_came_after_and_at_most_so_many(story: Story) -> None:
    await story.opens()
    seen = await story.store.events.last_id()
    await story.claims()
    await story.resolves()

    one = await story.store.events.after(seen, wait_ms=0, most=1)

    assert one
    assert [values["kind"] for _, values in one] == ["case.claimed"]
    rest = await story.store.events.after(one[0][0], wait_ms=0)
    assert rest
    assert [values["kind"] for _, values in rest] == ["case.resolved"]


async def test_reader_waits_for_the_next_event(story: Story) -> None:
    await story.opens()
    seen = await story.store.events.last_id()
    waiting = asyncio.create_task(story.store.events.after(seen, wait_ms=10_000))
    await asyncio.sleep(0)

    await story.claims()

    told = await asyncio.wait_for(waiting, 10)
    assert told
    assert told[0][1]["kind"] == "case.claimed"
    assert await story.store.events.after(told[0][0], wait_ms=1) == []


async def test_reader_who_is_too_far_behind_must_start_over(story: Story) -> None:
    assert await story.store.events.after("5-0", wait_ms=0) is None
    await story.opens()

    assert await story.store.events.after("5-0", wait_ms=0) is None


async def test_reader_who_has_read_all_misses_nothing_however_long_nothing_happens(
    story: Story,
) -> None:
    await story.opens()
    await story.claims()
    read = await story.store.events.last_id()
    story.clock.advance(3 * DAY_MS)
    await story.resolves()

    told = await story.store.events.after(read, wait_ms=0)

    assert told
    assert [values["kind"] for _, values in told] == ["case.resolved"]
    assert await story.store.events.after("5-0", wait_ms=0) is None


async def test_stranger_is_not_found(story: Story) -> None:
    with pytest.raises(ConversationNotFound):
        await story.store.conversations.conversation(ConversationId("tg-1-999"))
    with pytest.raises(ConversationNotFound):
        await story.store.conversations.explain(ConversationId("tg-1-999"))


async def test_reading_gives_the_last_rows_only(story: Story) -> None:
    await story.queues(*(answer(str(number)) for number in range(5)))

    seen = await story.store.conversations.conversation(ANNA, rows=2)

    assert [row.text for row in seen.transcript] == ["3", "4"]
    assert seen.transcript[-1].seq == 5


async def test_written_to_but_unread_conversation_can_be_seen(story: Story) -> None:
    await story.arrives(story.mail(), story.mail())

    seen = await story.store.conversations.conversation(ANNA)

    assert (seen.holder, seen.epoch, seen.unread) == (Holder.BOT, 0, 2)


async def test_torn_state_does_not_hide_the_conversation(story: Story) -> None:
    torn = encode_state({"contact": {"name": "Anna"}})[:-7]
    await story.commits(await story.hears(), answer(), state=torn)

    seen = await story.store.conversations.conversation(ANNA)

    assert seen.state == {}
    assert len(seen.transcript) == 1


async def test_doctor_sees_why_a_conversation_waits(story: Story) -> None:
    await story.commits(await story.hears(), answer(), timers={"idle": story.clock.ms + 5_000})
    await story.arrives(story.mail())

    told = await story.store.conversations.explain(ANNA)

    assert told["timers"] == {"idle": story.clock.ms + 5_000}
    assert told["turn_due_ms"] == story.clock.ms
    assert told["send_due_ms"] is not None
    assert len(told["mail"]) == len(told["words"]) == 1
