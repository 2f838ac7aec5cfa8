import asyncio
import errno
from collections.abc import AsyncIterator

import pytest
from redis.asyncio.connection import AbstractConnection, Connection
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as NoAnswer

from handoff.store.lean import LeanPool
from handoff.store.redis import connect

TWO = 2


@pytest.fixture
async def pool(server_url: str) -> AsyncIterator[LeanPool]:
    made = LeanPool.from_url(server_url, max_connections=TWO, timeout=0.05)
    assert isinstance(made, LeanPool)
    yield made
    await made.aclose()


async def all_of(pool: LeanPool) -> list[AbstractConnection]:
    return [await pool.get_connection() for _ in range(TWO)]


async def queued(pool: LeanPool) -> "asyncio.Task[AbstractConnection]":
    waiter = asyncio.ensure_future(pool.get_connection())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiter.done()
    return waiter


async def test_who_finds_no_connection_gets_the_next_that_is_given_back(pool: LeanPool) -> None:
    first, second = await all_of(pool)
    waiter = await queued(pool)

    await pool.release(first)

    assert await waiter is first
    await pool.release(first)
    await pool.release(second)


async def test_nobody_waits_longer_than_is_said_and_nothing_is_lost_by_it(pool: LeanPool) -> None:
    first, second = await all_of(pool)

    with pytest.raises(NoConnection):
        await pool.get_connection()

    await pool.release(first)
    await pool.release(second)
    assert set(await all_of(pool)) == {first, second}


async def test_a_connection_that_was_lost_is_made_again_when_it_is_handed_out(
    pool: LeanPool,
) -> None:
    connection = await pool.get_connection()
    await connection.disconnect()
    await pool.release(connection)

    again = await pool.get_connection()

    assert again is connection
    assert again.is_connected


async def test_a_connection_that_cannot_be_made_is_not_counted_as_taken() -> None:
    pool = LeanPool(
        connection_class=Connection, host="127.0.0.1", port=1, max_connections=1, timeout=0.05
    )

    with pytest.raises(NoConnection):
        await pool.get_connection()

    assert pool.can_get_connection()


async def test_an_error_stands_in_the_place_of_its_reply_and_the_others_in_theirs(
    server_url: str,
) -> None:
    client = connect(server_url)
    good, bad = ("HINCRBY", "lean", "n", 1), ("GET", "lean")

    found = await client.connection_pool.exchange([("DEL", "lean"), good, bad, good])
    again = await client.connection_pool.exchange([good])
    await client.aclose()

    assert isinstance(found[2], ResponseError)
    assert (found[1], found[3], again) == (1, 2, [3])


async def test_replies_that_do_not_come_in_time_close_the_connection_and_are_asked_for_anew(
    server_url: str,
) -> None:
    client = connect(server_url)
    pool = client.connection_pool
    pool.connection_kwargs["socket_timeout"] = 0.02
    nobody_comes = ("BLPOP", "lean:nothing", 0)

    with pytest.raises(NoAnswer):
        await pool.exchange([("HINCRBY", "lean", "late", 1), nobody_comes])
    found = await pool.exchange([("HGET", "lean", "late"), ("DEL", "lean")])
    await client.aclose()

    assert found == [b"2", 1]


async def test_a_line_the_system_gave_up_is_no_empty_reply(server_url: str) -> None:
    client = connect(server_url)
    connection = await client.connection_pool.get_connection()
    waiting = asyncio.ensure_future(connection.exchange([("BLPOP", "lean:nothing", 0)] * TWO))
    await asyncio.sleep(0)

    connection._reader.set_exception(TimeoutError(errno.ETIMEDOUT, "Connection timed out"))

    with pytest.raises(NoConnection):
        await waiting
    assert not connection.is_connected
    await client.connection_pool.release(connection)
    await client.aclose()
