import asyncio
from itertools import pairwise

import pytest

from handoff.agenda import Chore
from handoff.errors import CaseOpen, ConversationNotFound
from tests.contracts.story import ANNA, BEN, MEI, Story, answer, spoken


async def test_one_leader_at_a_time_until_the_lease_runs_out_or_is_given_up(story: Story) -> None:
    house = story.store.house

    assert await house.lead("poll", "a", lease_ms=60_000)
    assert await house.lead("poll", "a", lease_ms=60_000)
    assert not await house.lead("poll", "b", lease_ms=60_000)
    assert await house.lead("other", "b", lease_ms=60_000)
    await house.yield_lead("poll", "b")
    assert not await house.lead("poll", "b", lease_ms=60_000)
    await house.yield_lead("poll", "a")
    assert await house.lead("poll", "b", lease_ms=60_000)


async def test_leader_who_is_gone_is_followed_by_another(story: Story) -> None:
    assert await story.store.house.lead("poll", "a", lease_ms=5)

    async with asyncio.timeout(10):
        while not await story.store.house.lead("poll", "b", lease_ms=60_000):
            story.clock.advance(1)

    assert not await story.store.house.lead("poll", "a", lease_ms=60_000)


async def test_dead_letters_are_told_newest_first(story: Story) -> None:
    house = story.store.house
    await house.bury("update", "not JSON", b"\xff{", conversation="")
    await house.bury("update", "unknown kind", b"{}", conversation=ANNA)

    letters = await house.dead_letters(1)

    assert [letter["reason"] for letter in letters] == ["unknown kind"]
    assert letters[0]["conversation"] == ANNA
    assert letters[0]["raw"] == "{}"
    assert await house.dead_letter_count() == 2


async def test_alert_is_raised_once_and_tells_its_latest_detail(story: Story) -> None:
    house = story.store.house
    await house.alert("turns_late", "first")
    raised = await house.alerts()
    story.clock.advance(20_000)

    await house.alert("turns_late", "second")

    alerts = await house.alerts()
    assert set(alerts) == {"turns_late"}
    assert alerts["turns_late"]["detail"] == "second"
    assert alerts["turns_late"]["since"] == raised["turns_late"]["since"]
    assert alerts["turns_late"]["count"] == "2"
    await house.clear_alert("turns_late")
    assert await house.alerts() == {}


async def test_processes_report_their_figures(story: Story) -> None:
    house = story.store.house
    await house.report("bot-1", {"turns": 3.0})
    await house.report("desk-1", {"pages": 1.0})
    await house.report("bot-1", {"turns": 4.0})

    assert await house.reports() == {"bot-1": {"turns": 4.0}, "desk-1": {"pages": 1.0}}


async def test_history_has_one_row_a_minute_and_the_last_writer_wins(story: Story) -> None:
    house = story.store.house
    first_minute = story.clock.ms // 60_000 * 60
    await house.note_minute({"depth": 1.0})
    await house.note_minute({"depth": 2.0})
    story.clock.advance(60_000)
    await house.note_minute({"depth": 3.0})

    assert await house.history(60) == [
        {"at": first_minute, "depth": 2.0},
        {"at": first_minute + 60, "depth": 3.0},
    ]
    assert len(await house.history(1)) == 1


async def test_what_happened_of_late_is_counted(story: Story) -> None:
    await story.opens()
    story.clock.advance(100_000)
    await story.claims()
    await story.resolves()

    house = story.store.house
    assert await house.happened("opened", 200) == 1
    assert await house.happened("opened", 60) == 0
    assert await house.happened("claims", 60) == 1
    assert await house.happened("resolved", 60) == 1


async def test_knock_wakes_who_waits_and_is_kept_for_who_comes_late(story: Story) -> None:
    waiting = asyncio.create_task(story.store.house.wait_for("turns", 30))
    await asyncio.sleep(0)

    await story.arrives(story.mail())
    await asyncio.wait_for(waiting, 10)
    await story.commits(await story.hears(chat=BEN), chores=(Chore("c", "x", ()),))

    await asyncio.wait_for(story.store.house.wait_for("chores", 30), 10)


async def test_words_that_are_due_knock_for_whoever_speaks(story: Story) -> None:
    await story.queues(answer("soon"))

    await asyncio.wait_for(story.store.house.wait_for("sends", 30), 10)


async def test_waiting_ends_by_itself(story: Story) -> None:
    await asyncio.wait_for(story.store.house.wait_for("sends", 0.01), 10)


@pytest.mark.parametrize("count", [0, 4])
async def test_first_wrong_passwords_cost_no_wait(story: Story, count: int) -> None:
    for _ in range(count):
        assert await story.store.accounts.login_failed("mei") == 0

    assert await story.store.accounts.login_wait("mei") == 0


async def test_wait_after_wrong_passwords_doubles_and_ends(story: Story) -> None:
    accounts = story.store.accounts
    waits = [await accounts.login_failed("mei") for _ in range(20)]

    assert waits[4] > 0
    assert [b / a for a, b in pairwise(waits[4:11])] == [2.0] * 6
    assert await accounts.login_wait("mei") == waits[-1] == max(waits)
    assert await accounts.login_wait("tom") == 0
    story.clock.advance(int(waits[-1] * 1000))
    assert await accounts.login_wait("mei") == 0
    await accounts.login_worked("mei")
    assert await accounts.login_failed("mei") == 0


async def test_agent_is_present_for_thirty_seconds(story: Story) -> None:
    presence = story.store.presence
    assert await presence.absent_since(MEI) == float("inf")
    await presence.seen(MEI)
    story.clock.advance(30_000)

    still = await presence.present()
    story.clock.advance(1)

    assert still == (MEI,)
    assert await presence.present() == ()
    assert await presence.absent_since(MEI) == pytest.approx(30.001)


async def test_failed_proofs_fade_by_contact_within_the_hour_and_by_order_within_the_day(
    story: Story,
) -> None:
    gate = story.store.gate
    await gate.failed("anna", "W1", op="1")
    await gate.failed("anna", "W2", op="2")
    story.clock.advance(3_600_001)

    assert await gate.failed("ben", "W1", op="3") == (1, 2)
    assert await gate.failures("anna", "W1") == (0, 2)
    story.clock.advance(24 * 3_600_000 + 1)
    assert await gate.failures("ben", "W1") == (0, 0)


async def test_erased_conversation_leaves_nothing_that_was_said(story: Story) -> None:
    case = await story.opens()
    await story.claims()
    await story.says(spoken())
    await story.resolves()
    await story.store.house.bury("mail", "poison", b"raw", conversation=ANNA)

    assert await story.store.house.erase(ANNA)

    with pytest.raises(ConversationNotFound):
        await story.store.conversations.conversation(ANNA)
    assert await story.store.cases.packet(case.id) == b""
    assert (await story.store.cases.case(case.id)).contact == ""
    assert await story.store.house.dead_letter_count() == 0
    assert not await story.store.house.erase(ANNA)


async def test_conversation_with_an_open_case_is_not_erased(story: Story) -> None:
    case = await story.opens()

    with pytest.raises(CaseOpen) as refusal:
        await story.store.house.erase(ANNA)

    assert refusal.value.case_id == case.id
    assert (await story.store.conversations.conversation(ANNA)).case_id == case.id


async def test_timer_of_an_erased_conversation_does_not_ring(story: Story) -> None:
    await story.commits(await story.hears(), timers={"promise": story.clock.ms + 60_000})
    await story.store.house.erase(ANNA)

    story.clock.advance(120_000)

    assert await story.takes() == ()
