from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.telegram.api import BotApi
from bot.telegram.backlog import Backlog
from bot.telegram.errors import TokenRevoked
from bot.telegram.mail import ALLOWED_UPDATES
from bot.telegram.polling import Poller, PollPace, PollState
from handoff.ports import Store
from handoff.store.memory import open_memory_store
from tests.bot.telegram.intake_hall import Hall, text
from tests.bot.telegram.scripted import DROP, TOKEN, ScriptedApi, refusal
from tests.clock import FakeClock

QUICK = PollPace(
    renew_seconds=0.01,
    backoff_first_seconds=0.001,
    backoff_most_seconds=0.002,
    conflict_first_seconds=0.001,
    conflict_most_seconds=0.002,
)


def updates(*contents: object) -> dict[str, Any]:
    return {"ok": True, "result": list(contents)}


def offsets(script: ScriptedApi) -> list[int]:
    return [question.get("offset", 0) for question in script.said("getUpdates")]


@pytest.fixture
def hall(api: BotApi, store: Store) -> Hall:
    return Hall(api, store)


@asynccontextmanager
async def polling(hall: Hall, pace: PollPace = QUICK) -> AsyncIterator[Poller]:
    poller = Poller(hall.api, hall.intake, house=hall.store.house, pace=pace)
    running = asyncio.create_task(poller.run())
    yield poller
    poller.stop()
    async with asyncio.timeout(5):
        await running


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_the_offset_moves_only_after_the_write(script: ScriptedApi, hall: Hall) -> None:
    hall.uncertain.refusals = 2
    batch = updates(text(11, chat=1), text(12, chat=2))
    script.script("getUpdates", batch, batch, batch)

    async with polling(hall) as poller:
        await script.until_asked("getUpdates", 4)
        await until(lambda: poller.state is PollState.LEADING)

    assert offsets(script) == [0, 0, 0, 13]
    assert hall.heard == [11, 12]


async def test_it_asks_for_the_kinds_it_can_read_and_takes_over_from_a_webhook(
    script: ScriptedApi, hall: Hall
) -> None:
    async with polling(hall):
        await script.until_asked("getUpdates", 1)

    assert script.calls[0] == ("deleteWebhook", {"drop_pending_updates": False})
    assert script.said("getUpdates")[0]["allowed_updates"] == list(ALLOWED_UPDATES)


async def test_an_unreadable_update_does_not_stop_those_behind_it(
    script: ScriptedApi, hall: Hall
) -> None:
    deep = b"[" * 50_000 + b"]" * 50_000
    script.script(
        "getUpdates",
        b'{"ok":true,"result":[{"update_id":4,"message":{"x":%s}}]}' % deep,
        updates({"update_id": 5, "message": {"chat": None}}),
        updates(text(6)),
    )

    async with polling(hall):
        await script.until_asked("getUpdates", 4)

    assert offsets(script) == [0, 5, 6, 7]
    assert hall.heard == [6]
    assert await hall.store.house.dead_letter_count() == 2


async def test_trouble_on_the_line_is_waited_out_and_told_when_it_lasts(
    script: ScriptedApi, hall: Hall
) -> None:
    troubles = [refusal(502), DROP, b'{"ok":true,"resu', refusal(429, retry_after=0), b"[]"]
    script.script("getUpdates", *troubles, refusal(500), updates(text(1)))

    async with polling(hall) as poller:
        await script.until_asked("getUpdates", 7)
        await until(lambda: poller.state is PollState.UNREACHABLE or bool(hall.heard))
        await script.until_asked("getUpdates", 8)

    assert hall.heard == [1]
    assert await hall.store.house.alerts() == {}


async def test_a_mistake_of_ours_does_not_end_the_poll(
    script: ScriptedApi, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str, n: int = 1) -> None:
        monkeypatch.undo()
        raise RuntimeError

    monkeypatch.setattr(hall.tally, "count", broken)
    script.script("getUpdates", updates(text(1)), updates(text(1), text(2, chat=2)))

    async with polling(hall):
        await script.until_asked("getUpdates", 3)

    assert offsets(script) == [0, 0, 3]
    assert hall.heard == [1, 2]


async def test_a_second_poller_of_the_token_is_a_state_and_no_storm(
    script: ScriptedApi, hall: Hall
) -> None:
    script.script("getUpdates", refusal(409), refusal(409))

    async with polling(hall) as poller:
        await until(lambda: poller.state is PollState.CONFLICT)
        raised = await hall.store.house.alerts()
        await script.until_asked("getUpdates", 3)

    assert "telegram_conflict" in raised


async def test_a_conflict_that_passes_is_over_soon_and_one_that_stays_is_asked_seldom(
    script: ScriptedApi, hall: Hall
) -> None:
    script.script("getUpdates", refusal(409), refusal(409), refusal(409))
    pace = replace(QUICK, conflict_first_seconds=0.05, conflict_most_seconds=60)
    began = time.monotonic()

    async with polling(hall, pace):
        await script.until_asked("getUpdates", 4)

    assert time.monotonic() - began >= 0.8 * (0.05 + 0.1 + 0.2)


async def test_a_revoked_token_stops_the_poll_and_calls_a_person(
    script: ScriptedApi, hall: Hall
) -> None:
    script.script("getUpdates", refusal(401))
    poller = Poller(hall.api, hall.intake, house=hall.store.house, pace=QUICK)

    with pytest.raises(TokenRevoked):
        await poller.run()

    assert poller.state is PollState.STOPPED
    assert "telegram_token" in await hall.store.house.alerts()
    assert await hall.store.house.lead("poll-4242", "bot-2", lease_ms=1)


async def test_of_two_pollers_one_leads_and_the_other_follows_when_it_stops(
    script: ScriptedApi, hall: Hall
) -> None:
    async with BotApi(SecretStr(TOKEN), hall.api._base, trust_env=False) as second_api:
        second = Hall(second_api, hall.store, owner="bot-2")
        async with polling(hall) as leader, polling(second) as follower:
            await script.until_asked("getUpdates", 1)
            waiting = follower.state
            script.script("getUpdates", updates(text(1)))
            leader.stop()
            await script.until_asked("getUpdates", 3)

    assert waiting is PollState.STANDBY
    assert (hall.heard, second.heard) == ([], [1])


async def test_whoever_loses_the_lead_lets_its_open_request_go(
    script: ScriptedApi, api: BotApi, clock: FakeClock
) -> None:
    hall = Hall(api, open_memory_store(clock))

    async with polling(hall) as poller:
        await script.until_asked("getUpdates", 1)
        clock.advance(3_001)
        assert await hall.store.house.lead("poll-4242", "bot-2", lease_ms=3_000)
        await until(lambda: poller.state is PollState.STANDBY)

    assert len(script.said("getUpdates")) == 1


async def test_a_poll_that_stands_still_is_trouble_and_one_that_waits_its_turn_is_not(
    script: ScriptedApi, hall: Hall
) -> None:
    waiting = Poller(hall.api, hall.intake, house=hall.store.house)
    script.script("getUpdates", updates(text(1)))

    async with polling(hall) as poller:
        await script.until_asked("getUpdates", 2)
        well = poller.trouble()
        poller.polled_at -= 120
        stuck = poller.trouble()

    assert (waiting.trouble(), well, stuck) == ("", "", "polling stands still")


async def test_a_growing_backlog_at_telegram_is_told_until_it_shrinks(
    script: ScriptedApi, hall: Hall
) -> None:
    counts = [{"ok": True, "result": {"pending_update_count": n}} for n in (51, 3)]
    script.script("getWebhookInfo", *counts, refusal(500))
    backlog = Backlog(hall.api, hall.store.house)

    await backlog.look()
    raised = await hall.store.house.alerts()
    await backlog.look()
    cleared = await hall.store.house.alerts()
    await backlog.look()

    assert "telegram_backlog" in raised
    assert cleared == {}
    assert backlog.pending == -1
