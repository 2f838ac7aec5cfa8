import asyncio
import re
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from bot.sandbox.client import SandboxClient
from bot.sandbox.server import open_ephemeral_exchange, sandbox_running
from handoff.store.keys import Keys
from tests.flows.processes import START_SECONDS, bot_process, until
from tests.flows.seeds import SEEDS

pytestmark = pytest.mark.timeout(400)  # two bots import aiogram, 5 s each on an idle machine
TAKEOVER_SECONDS = 10.0
QUESTION = "My card says do_not_honor, what can I do?"


async def answers(phone: SandboxClient, customers: list[int]) -> list[list[str]]:
    """Everybody asks at once; what each was told in reply."""
    said = await asyncio.gather(*(phone.say(c, QUESTION) for c in customers))
    await asyncio.gather(
        *(phone.wait_for_reply(c, after=s) for c, s in zip(customers, said, strict=True))
    )
    await asyncio.sleep(0.5)  # what would be said twice is said by now
    return [
        [seen.text for seen in await phone.history(c, after=s.message_id) if seen.from_bot]
        for c, s in zip(customers, said, strict=True)
    ]


async def owner_of(log: Path) -> str:
    """The name under which a bot has started, as its log tells."""

    def told() -> list[str]:
        return re.findall(r'"owner":"([^"]+)".*"bot.started"', log.read_text())

    await until(lambda: bool(told()), START_SECONDS, "a bot does not start")
    return told()[0]


async def test_second_bot_takes_over_polling_from_a_killed_one_and_nobody_hears_twice(
    server_url: str, shop: str, tmp_path: Path
) -> None:
    exchange = open_ephemeral_exchange(SEEDS)
    exchange.limits.enabled = False

    def leader() -> str:
        with redis.Redis.from_url(server_url) as server:
            return str(server.get(Keys(shop).of("lead:poll-4242")), "utf-8")

    with ExitStack() as stack:
        async with sandbox_running(exchange, seeds_dir=SEEDS) as (url, phone):
            settings = {
                "REDIS_URL": server_url,
                "SHOP": shop,
                "DATA_DIR": tmp_path,
                "BOT_TOKEN": "4242:two-bots",
                "BOT_API_URL": url,
                "LOG_FORMAT": "json",
            }
            logs = [tmp_path / "one.log", tmp_path / "two.log"]
            started = [stack.enter_context(bot_process(log, **settings)) for log in logs]
            bots = {await owner_of(log): bot for log, bot in zip(logs, started, strict=True)}
            first = leader()

            began = time.monotonic()
            together = await answers(phone, await phone.new_customers(20))
            patience = TAKEOVER_SECONDS + time.monotonic() - began
            bots[first].kill()
            killed = time.monotonic()
            (customer,) = await phone.new_customers()
            said = await phone.say(customer, QUESTION)
            await phone.wait_for_reply(customer, after=said, timeout=patience)
            seconds = time.monotonic() - killed
            alone = await answers(phone, await phone.new_customers(20))
            second = leader()

    assert {first, second} == set(bots)
    for heard in (*together, *alone):
        assert "do_not_honor" in " ".join(heard)
        assert max(Counter(heard).values()) == 1
    assert seconds < patience
