"""Rows 25 and 26 of the fault matrix: the primary is killed, frozen, or cut off with its clients.

What was in flight when it happened is part of each test: a fault that hits nothing proves nothing.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
import redis

from handoff.agenda import Outcome, Sending, SendResult, Settlement
from handoff.agents import AgentId
from handoff.case import CaseId
from handoff.errors import AlreadyClaimed, StartRefused, StoreDown, StoreUncertain
from handoff.ports import Store
from handoff.store.blocking import connect_blocking
from handoff.store.redis import open_store
from handoff.store.server import check_server
from tests.clock import FakeClock
from tests.contracts.story import WIDE, Story, answer
from tests.faults.replicas.cluster import Cluster, Node, until
from tests.faults.replicas.writers import believed, writing

pytestmark = [pytest.mark.faults, pytest.mark.timeout(60)]

T = TypeVar("T")
WRITABLE_SECONDS = 15.0
SHOP = "shop"
MEI, TOM = AgentId("mei"), AgentId("tom")
K1 = CaseId("KAAAAAA2")


async def certain(ask: Callable[[], Awaitable[T]]) -> T:
    """Repeat until it is: the same operation, as the desk does."""
    async with asyncio.timeout(WRITABLE_SECONDS):
        while True:
            try:
                return await ask()
            except StoreDown:
                await asyncio.sleep(0.05)


async def first_word(store: Store) -> Sending:
    for sending in (await store.sends.take("bot-1", 1, WIDE)).sendings:
        return sending
    raise StoreDown


async def follows(node: Node) -> bool:
    role = await node.ask("ROLE")
    return bool(role) and role[0] == "slave"


async def test_killed_primary_takes_nothing_along_that_was_confirmed(cluster: Cluster) -> None:
    async with open_store(cluster.url, SHOP) as store, writing(store) as customers:
        await customers.have_written(100)
        in_flight = customers.in_flight
        cluster.primary.signal(signal.SIGKILL)

        took = await customers.have_written(in_flight + 50)

        assert in_flight > 0
        assert took <= WRITABLE_SECONDS
        assert await customers.lost() == []


async def test_frozen_primary_that_comes_back_has_nobody_left(cluster: Cluster) -> None:
    async with open_store(cluster.url, SHOP) as store, writing(store) as customers:
        await customers.have_written(100)
        in_flight = customers.in_flight
        cluster.primary.signal(signal.SIGSTOP)

        took = await customers.have_written(in_flight + 50)
        cluster.primary.signal(signal.SIGCONT)
        await until(lambda: follows(cluster.primary))
        await customers.have_written(50)

        assert in_flight > 0
        assert took <= WRITABLE_SECONDS
        assert await customers.lost() == []


async def test_primary_cut_off_with_its_clients_confirms_nothing_it_will_forget(
    cluster: Cluster,
) -> None:
    async with open_store(cluster.url, SHOP) as store, writing(store) as customers:
        await customers.have_written(100)
        in_flight = customers.in_flight
        cluster.cut_off_primary()
        naive = asyncio.ensure_future(believed(cluster.primary, 3.0))

        took = await customers.have_written(in_flight + 50)
        acknowledged = await naive
        cluster.heal()
        await until(lambda: follows(cluster.primary))

        new = await cluster.new_primary()
        assert new
        forgotten = acknowledged - (await new.ask("LLEN", "believed") or 0)
        assert in_flight > 0
        assert forgotten > 0
        assert took <= WRITABLE_SECONDS
        assert await customers.lost() == []


async def test_case_claimed_on_both_sides_of_a_cut_has_one_holder(cluster: Cluster) -> None:
    async with open_store(cluster.url, SHOP) as cut_off, open_store(cluster.url, SHOP) as whole:
        await Story(whole, FakeClock()).opens(K1)
        await cut_off.cases.case(K1)
        cluster.cut_off_primary()

        with pytest.raises(StoreUncertain):
            await cut_off.cases.claim(K1, MEI, op="mei-1")
        await until(cluster.new_primary)
        claim = await certain(lambda: whole.cases.claim(K1, TOM, op="tom-1"))
        with pytest.raises(AlreadyClaimed) as refused:
            await certain(lambda: cut_off.cases.claim(K1, MEI, op="mei-1"))

        assert claim
        assert claim.agent == TOM
        assert refused.value.holder == TOM


async def test_words_no_replica_knows_of_are_not_said_and_that_was_no_attempt(
    cluster: Cluster,
) -> None:
    async with open_store(cluster.url, SHOP) as store:
        story = Story(store, FakeClock())
        turn = await story.hears()
        for node in cluster.replicas:
            node.signal(signal.SIGSTOP)

        with pytest.raises(StoreUncertain):
            await store.turns.commit(turn, Outcome(b"", (answer(),)), owner="bot-1", limits=WIDE)
        with pytest.raises(StoreUncertain):
            await story.arrives(story.mail())
        for node in cluster.replicas:
            node.signal(signal.SIGCONT)
        begun = await certain(lambda: first_word(store))

        assert (begun.number, begun.attempt) == (1, 1)
        await store.sends.settle(begun, Settlement(SendResult.SENT, message_id=1), WIDE)


async def test_blocking_client_of_the_chores_follows_too(cluster: Cluster) -> None:
    client = connect_blocking(cluster.url)
    await asyncio.to_thread(client.set, "before", 1)
    cluster.primary.signal(signal.SIGKILL)

    async def writes() -> bool:
        try:
            return bool(await asyncio.to_thread(client.set, "after", 1))
        except redis.RedisError:
            return False

    took = await until(writes)
    client.close()

    assert took <= WRITABLE_SECONDS


async def test_primary_that_evicts_is_refused_behind_sentinels_too(cluster: Cluster) -> None:
    await check_server(cluster.url, unsafe=False)
    await cluster.primary.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")

    with pytest.raises(StartRefused):
        await check_server(cluster.url, unsafe=False)
