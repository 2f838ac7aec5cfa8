"""What agents and machines are told while the store does not answer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, cast

import pytest

from handoff.agenda import SendResult
from handoff.desk.context import Pace
from handoff.errors import StoreDown, StoreUncertain
from handoff.ports import Accounts, Cases, Events, Store
from tests.clock import FakeClock
from tests.handoff.desk.scenes import Customers, DeskUnderTest, desk_running


class Breakable:
    """A port whose answers stop coming when `is_down` is set, and whose next so many writes are
    known to no replica.
    """

    def __init__(self, port: Any) -> None:
        self._port = port
        self.is_down = False
        self.unreplicated = 0

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._port, name)

        async def call(*given: Any, **named: Any) -> Any:
            if self.is_down:
                raise StoreDown
            done = await verb(*given, **named)
            if self.unreplicated and "op" in named:
                self.unreplicated -= 1
                raise StoreUncertain
            return done

        return call


@pytest.fixture
def cases(store: Store) -> Breakable:
    return Breakable(store.cases)


@pytest.fixture
def events(store: Store) -> Breakable:
    return Breakable(store.events)


@pytest.fixture
def accounts(store: Store) -> Breakable:
    return Breakable(store.accounts)


@pytest.fixture
async def desk(
    store: Store,
    cases: Breakable,
    events: Breakable,
    accounts: Breakable,
    clock: FakeClock,
    password_hash: str,
) -> AsyncIterator[DeskUnderTest]:
    fragile = replace(
        store,
        cases=cast(Cases, cases),
        events=cast(Events, events),
        accounts=cast(Accounts, accounts),
    )
    pace = Pace(check_seconds=0.05)
    async with desk_running(fragile, password_hash, now_ms=clock, pace=pace) as running:
        yield running


async def test_stream_ends_whole_when_the_store_goes_away(
    desk: DeskUnderTest, accounts: Breakable
) -> None:
    sam = await desk.seat("sam")
    stream = await sam.listen(await desk.desk.store.events.last_id())
    accounts.is_down = True

    heard = await stream.hear("end")

    assert heard[-1][0] == "end"


async def test_uncertain_action_is_asked_again_with_the_same_id_and_done_once(
    desk: DeskUnderTest, customers: Customers, cases: Breakable
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    op = sam.op()
    await sam.act(case, "say", op=op, text="Hello Emma")
    cases.is_down = True

    uncertain = await sam.act(case, "say", op=op, text="Hello Emma")
    cases.is_down = False
    certain = await sam.act(case, "say", op=op, text="Hello Emma")

    assert (uncertain[0], uncertain[1]["error"]) == (503, "store_down")
    assert certain[0] == 200
    assert len(await customers.delivers()) == 1


async def test_action_no_replica_knows_is_repeated_by_the_desk_and_done_once(
    desk: DeskUnderTest, customers: Customers, cases: Breakable
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    cases.unreplicated = 2

    said = await sam.act(case, "say", text="Hello Emma")

    assert said[0] == 200
    assert len(await customers.delivers()) == 1


async def test_word_said_again_that_no_replica_knows_is_repeated_by_the_desk_and_said_once(
    desk: DeskUnderTest, customers: Customers, cases: Breakable
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    _, said = await sam.act(case, "say", text="Hello Emma")
    await customers.delivers(SendResult.FAILED, reason="refused")
    cases.unreplicated = 2

    again = await sam.post(f"/desk/cases/{case}/again", {"number": said["numbers"][0]})

    assert again[0] == 200
    assert len(await customers.delivers()) == 1


async def test_agent_hears_that_it_is_not_certain_when_that_goes_on(
    desk: DeskUnderTest, customers: Customers, cases: Breakable
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    cases.unreplicated = 3
    op = sam.op()

    uncertain = await sam.act(case, "claim", op=op)
    certain = await sam.act(case, "claim", op=op)

    assert (uncertain[0], uncertain[1]["error"]) == (503, "not_certain")
    assert certain[0] == 200


async def test_machines_hear_that_the_store_is_away(desk: DeskUnderTest, events: Breakable) -> None:
    browser = desk.open_browser()
    events.is_down = True

    assert (await browser.get("/healthz"))[0] == 200
    assert (await browser.get("/readyz"))[0] == 503


async def test_reader_goes_on_after_the_store_came_back(
    desk: DeskUnderTest, customers: Customers, events: Breakable
) -> None:
    sam = await desk.seat("sam")
    stream = await sam.listen(await desk.desk.store.events.last_id())
    events.is_down = True
    await customers.opens(1, "Hello", case_id="CASE0001")
    events.is_down = False
    await customers.opens(2, "Hello", case_id="CASE0002")

    heard = [name for name, _ in await stream.hear("case-CASE0002")]

    assert "case-CASE0001" in heard
