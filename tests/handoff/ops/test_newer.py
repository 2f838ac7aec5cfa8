"""Records of a later version: left alone, told of, taken up again; or adopted, when it is not to
come back."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from typer.testing import Result

from handoff.agenda import MailKind
from handoff.case import CaseStatus
from handoff.conversation import DeliveryState, Holder
from handoff.forms import RecordNewer
from handoff.ops.watch import Watch
from tests.contracts.story import ANNA, BEN, K1, K2, MEI, Story, answer, notice
from tests.tomorrow import Tomorrow, tomorrow_on

Run = Callable[..., Result]
NEWER = "records_newer:cases"


@pytest.fixture
async def tomorrow(server_url: str, shop: str) -> AsyncIterator[Tomorrow]:
    async with tomorrow_on(server_url, shop) as later:
        yield later


async def test_case_of_a_later_version_is_left_out_told_of_and_back_when_it_can_be_read(
    story: Story, tomorrow: Tomorrow
) -> None:
    cases, watch = story.store.cases, Watch(story.store, "watch-1")
    await story.opens(K1)
    await story.opens(K2, chat=BEN)
    await tomorrow.rewrites_case(K1)

    await watch.look()
    listed, told = await cases.waiting(), await story.store.house.alerts()
    with pytest.raises(RecordNewer):
        await cases.case(K1)
    await tomorrow.rewrites_case(K1, v="1")
    await watch.look()

    assert [case.id for case in listed] == [K2]
    assert told[NEWER]["detail"] == K1
    assert {case.id for case in await cases.waiting()} == {K1, K2}
    assert NEWER not in await story.store.house.alerts()


async def test_case_in_a_state_only_a_later_version_knows_stops_no_list(
    story: Story, tomorrow: Tomorrow
) -> None:
    await story.opens(K1)
    await tomorrow.rewrites_case(K1, v="1", status="pondered")

    assert await story.store.cases.waiting() == ()
    assert await story.store.cases.figures() == ()
    assert await story.store.upkeep.newer_cases() == (K1,)
    assert await story.store.upkeep.mend(ANNA) == ()


async def test_mail_of_a_later_version_stops_no_take(story: Story, tomorrow: Tomorrow) -> None:
    await story.arrives(story.mail("first"))
    await tomorrow.posts(ANNA, story.clock.ms)
    await story.arrives(story.mail("third", chat=BEN))

    taken = {turn.conversation: turn.mail for turn in await story.takes()}

    assert [mail.kind for mail in taken[ANNA]] == [MailKind.MESSAGE, MailKind.NEWER]
    assert len(taken[BEN]) == 1


async def test_what_a_later_version_left_is_adopted_and_none_of_it_is_gone(
    story: Story, tomorrow: Tomorrow, run: Run
) -> None:
    await story.opens(K1)
    await tomorrow.remembers(ANNA)
    await tomorrow.posts(ANNA, story.clock.ms)
    await tomorrow.rewrites_case(K1, status="pondered")
    await tomorrow.redis.zrem(tomorrow.keys.of("queue"), K1)
    await story.queues(notice(), chat=BEN)
    await tomorrow.rewrites_words(BEN)

    adopted = await asyncio.to_thread(run, "repair", "adopt", "all", "--why", "staying")
    again = await asyncio.to_thread(run, "repair", "adopt", "all", "--why", "sure?")

    assert f"{ANNA}: state, mail, case" in adopted.output
    assert f"{BEN}: words" in adopted.output
    assert "nothing here is of a later version" in again.output
    assert "schema" not in await tomorrow.memory(ANNA)
    (letter,) = await story.store.house.dead_letters()
    assert (letter["kind"], letter["reason"]) == ("mail", "newer")
    assert (await story.store.cases.case(K1)).status is CaseStatus.WAITING
    assert (await story.store.conversations.conversation(ANNA)).holder is Holder.QUEUE
    said = (await story.store.conversations.conversation(BEN)).deliveries
    assert [fate.state for fate in said.values()] == [DeliveryState.FAILED]


async def test_a_lane_somebody_works_on_is_not_adopted(
    story: Story, tomorrow: Tomorrow, run: Run
) -> None:
    turn = await story.hears()
    await tomorrow.remembers(ANNA)

    adopted = await asyncio.to_thread(run, "repair", "adopt", ANNA, "--why", "staying")
    await story.commits(turn, answer())

    assert f"{ANNA}: busy" in adopted.output
    assert (await story.store.cases.claim(None, MEI, op="none")) is None


async def test_doctor_and_repair_say_what_helps_with_a_case_of_a_later_version(
    story: Story, tomorrow: Tomorrow, run: Run
) -> None:
    await story.opens(K1)
    await tomorrow.rewrites_case(K1)

    case, conversation, repair = [
        await asyncio.to_thread(run, *command)
        for command in (
            ("doctor", K1),
            ("doctor", ANNA),
            ("repair", "requeue", K1, "--why", "it waits"),
        )
    ]

    assert (case.exit_code, conversation.exit_code, repair.exit_code) == (1, 0, 1)
    assert f"conversation {ANNA}, held by queue" in conversation.output
    assert all("repair adopt" in told.output for told in (case, conversation, repair))


@pytest.mark.parametrize("letter", ["٣-١", "9" * 30 + "-1", "1-", "x"])
async def test_letter_nobody_was_ever_given_is_not_found(story: Story, letter: str) -> None:
    assert await story.store.upkeep.replay(letter) == ""
    assert not await story.store.upkeep.drop(letter)
