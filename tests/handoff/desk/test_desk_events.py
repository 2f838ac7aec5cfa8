"""The live stream on both stores: resume, gaps, who hears what, and when it ends."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256

import pytest

from handoff.agents import Role
from handoff.desk.context import Pace
from handoff.desk.hub import Hub
from handoff.ports import Store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.handoff.desk.scenes import Customers, DeskUnderTest, desk_running
from tests.tomorrow import tomorrow_on


@pytest.fixture(params=["memory", "redis"])
def store_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def desk(store: Store, clock: FakeClock, password_hash: str) -> AsyncIterator[DeskUnderTest]:
    pace = Pace(beat_seconds=0.2, check_seconds=0.05)
    async with desk_running(store, password_hash, now_ms=clock, pace=pace) as running:
        yield running


def names(heard: list[tuple[str, str]]) -> list[str]:
    return [name for name, _ in heard if name != "beat"]


async def test_page_hears_what_happened_between_its_snapshot_and_its_stream(
    desk: DeskUnderTest, customers: Customers
) -> None:
    sam = await desk.seat("sam")
    snapshot = await desk.desk.store.events.last_id()
    case = await customers.opens(1, "Hello", case_id="CASE0001")

    stream = await sam.listen(snapshot)

    assert f"case-{case}" in names(await stream.hear(f"case-{case}"))


async def test_reader_who_comes_back_hears_each_event_once(
    desk: DeskUnderTest, customers: Customers
) -> None:
    sam = await desk.seat("sam")
    stream = await sam.listen(await desk.desk.store.events.last_id())
    await customers.opens(1, "One", case_id="CASE0001")
    heard = await stream.hear("case-CASE0001")
    stream.answer.close()
    await customers.opens(2, "Two", case_id="CASE0002")

    back = await sam.listen("0-0", **{"Last-Event-ID": heard[-1][1]})
    await customers.opens(3, "Three", case_id="CASE0003")

    later = [name for name in names(await back.hear("case-CASE0003")) if name.startswith("case-")]
    assert later == ["case-CASE0002", "case-CASE0003"]


@pytest.mark.parametrize("after", ["", "nonsense", "1-1", "x-0"])
async def test_place_nobody_knows_any_more_means_starting_over(
    desk: DeskUnderTest, customers: Customers, after: str
) -> None:
    await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")

    stream = await sam.listen(after)
    heard = await stream.hear("reset")

    assert names(heard) == ["reset"]
    assert heard[-1][1] == await desk.desk.store.events.last_id()


async def test_words_of_a_foreign_case_are_not_heard_but_its_change_of_hands_is(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam, kim = await desk.seat("sam"), await desk.seat("kim")
    lin = await desk.seat("lin", Role.SUPERVISOR)
    start = await desk.desk.store.events.last_id()
    streams = {"sam": await sam.listen(start), "kim": await kim.listen(start)}
    streams["lin"] = await lin.listen(start)

    await sam.act(case, "claim")
    await sam.act(case, "say", text="Hello Emma")
    await customers.opens(2, "Last", case_id="CASE9999")
    heard = {who: names(await stream.hear("case-CASE9999")) for who, stream in streams.items()}

    assert {who: said.count(f"case-{case}") for who, said in heard.items()} == {
        "sam": 2,
        "kim": 1,
        "lin": 2,
    }


async def test_operations_hear_only_that_figures_changed(
    desk: DeskUnderTest, customers: Customers
) -> None:
    ops = await desk.seat("ops", Role.OPS)
    stream = await ops.listen(await desk.desk.store.events.last_id())

    await customers.opens(1, "Hello", case_id="CASE0001")
    heard = await stream.hear("figures")

    assert set(names(heard)) == {"figures"}


async def test_stream_shows_that_it_lives(desk: DeskUnderTest) -> None:
    sam = await desk.seat("sam")

    stream = await sam.listen(await desk.desk.store.events.last_id())

    assert (await stream.hear("beat"))[-1][0] == "beat"


@pytest.mark.parametrize("how", ["logout", "disabled", "elsewhere"])
async def test_stream_ends_with_its_session(desk: DeskUnderTest, how: str) -> None:
    sam = await desk.seat("sam")
    stream = await sam.listen(await desk.desk.store.events.last_id())

    if how == "logout":
        await sam.post("/logout")
    elif how == "disabled":
        account = await desk.hire("sam")
        await desk.desk.store.accounts.save_agent(replace(account, disabled=True))
    else:  # another desk process closed it: only the store knows
        for cookie in sam.session.cookie_jar:
            token_hash = sha256(cookie.value.encode()).hexdigest()
            await desk.desk.store.accounts.close_session(token_hash)
    heard = names(await stream.hear("end"))

    assert heard == ["bye", "end"]


async def test_a_case_only_a_later_version_can_read_silences_no_other(
    server_url: str, shop: str, password_hash: str, clock: FakeClock
) -> None:
    async with (
        open_store(server_url, shop, now=clock) as store,
        tomorrow_on(server_url, shop) as later,
        desk_running(store, password_hash, now_ms=clock) as desk,
    ):
        customers = Customers(store)
        sam = await desk.seat("sam")
        start = await store.events.last_id()
        case = await customers.opens(1, "One", case_id="CASE0001")
        await later.rewrites_case(case)

        stream = await sam.listen(start)
        await customers.opens(2, "Two", case_id="CASE0002")

        assert "case-CASE0002" in names(await stream.hear("case-CASE0002"))


async def test_reader_who_does_not_keep_up_starts_over(store: Store, customers: Customers) -> None:
    hub = Hub(store)
    await customers.opens(1, "Hello", case_id="CASE0001")
    [event] = (await hub.resolved(await store.events.after("0-0", wait_ms=0) or []))[:1]

    async with hub.listening("session") as subscriber:
        for _ in range(300):
            subscriber.put(event)

    assert subscriber.reset
    assert subscriber.events.qsize() == 256
