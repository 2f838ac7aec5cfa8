"""Rows 31, 36 and 54 of the matrix: what Telegram and strangers may do."""

from __future__ import annotations

import resource
import socket

import pytest

from tests.faults.asking import Asking
from tests.faults.conftest import OpenWorld
from tests.faults.verdict import Expected
from tests.faults.world import Plan
from tests.flows.processes import until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]
SLOW = Expected(deadline_ms=60_000)
UNREADABLE = {
    "a surrogate": r'{"update_id":$update_id,"message":{"text":"\ud800"}}',
    "no message": '{"update_id":$update_id,"message":null}',
    "an unknown kind": '{"update_id":$update_id,"telepathy":{"thought":"hello"}}',
    "depth": '{"update_id":$update_id,"message":' + '{"a":' * 5000 + "1" + "}" * 5000 + "}",
    "a number that is none": '{"update_id":$update_id,"message":{"message_id":NaN}}',
    "size": '{"update_id":$update_id,"message":{"text":"' + "x" * 65536 + '"}}',
    "fields of other types": '{"update_id":$update_id,"message":{"chat":7,"from":[],"date":"x"}}',
}


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_unreadable_updates_hold_nobody_up(open_world: OpenWorld, mode: str) -> None:
    async with open_world(Plan(mode=mode)) as world:
        asking = Asking(world)
        people = await asking.people(len(UNREADABLE) + 1)
        asked = [await asking.ask(people[0])]
        for raw, chat in zip(UNREADABLE.values(), people[1:], strict=True):
            await world.phone.inject_update(raw=raw)
            asked.append(await asking.ask(chat))
        await asking.until_answered(asked)
        await until(lambda: not world.telegram.bot.updates.count(), 20, "the offset stands still")
        verdict = await asking.verdict(SLOW)
        dead = await world.store.house.dead_letter_count()

    assert verdict.violations == (), verdict.report()
    assert dead >= 1
    assert all(kept.starts == 1 for kept in world.kept)


async def test_revoked_token_is_told_and_asked_for_calmly(open_world: OpenWorld) -> None:
    async with open_world(Plan()) as world:
        asking = Asking(world)
        first, *people = await asking.people(11)
        await asking.until_answered([await asking.ask(first)])
        calls = world.telegram.bot.calls
        calls.clear()
        world.telegram.exchange.faults.add({"code": 401})
        asked = await asking.all_ask(people)
        await asking.until_alert("telegram_token")
        tried = sum(calls.values())
        world.telegram.exchange.faults.clear()
        await asking.until_answered(asked, seconds=90)
        verdict = await asking.verdict(Expected(deadline_ms=90_000))

    assert tried < 100
    assert verdict.violations == (), verdict.report()


async def test_desk_without_free_files_leaves_the_bot_alone(open_world: OpenWorld) -> None:
    async with open_world(Plan()) as world:
        asking = Asking(world)
        (desk,) = world.desks
        assert desk.process is not None
        resource.prlimit(desk.process.pid, resource.RLIMIT_NOFILE, (100, 100))
        idle = [socket.create_connection(("127.0.0.1", world.desk_port)) for _ in range(200)]
        asked = await asking.all_ask(await asking.people(20))
        await asking.until_answered(asked)
        for one in idle:
            one.close()
        await world.until_answers(world.desk_port)
        verdict = await asking.verdict(SLOW)

    assert verdict.violations == (), verdict.report()
    assert desk.starts == 1
