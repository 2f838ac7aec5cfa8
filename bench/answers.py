"""A standard answer through the sandbox: our bot against a bare aiogram echo, run in turns in the
same minute.

Complete messages, one known payment code each; chats are warm: they have written once before, for
whoever asks a third time gets a person. Ours writes everything down with AOF `always`. The send
limits are raised for both, since Telegram's own are far below either.

An unloaded question comes a pause after the last answer, about 50 a second, which is still above
Telegram's 30: asked back to back, it would wait for the receipt of the answer before it, which we
write down and the echo does not. That figure stands beside it.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from bench.processes import REST_CORE, pin, processor_seconds, resident_mib, running
from bot.sandbox.acting import Phone
from bot.sandbox.chats import Bubble
from bot.sandbox.customers import Customer
from bot.sandbox.exchange import Delivery, Exchange
from bot.sandbox.limits import Limits
from bot.sandbox.server import open_ephemeral_exchange, sandbox_running
from handoff.store.server import EmbeddedServer

BOT_ID = 4242
TOKEN = f"{BOT_ID}:bench"
SEEDS = Path("seeds")
QUESTION = "Hello, {} minutes ago my payment failed with the code do_not_honor. What should I do?"
"""No two questions are the same: nothing may be gained by remembering a text."""
FIRST_CHAT = 500_000
START_SECONDS = 60
REPLY_SECONDS = 30
RAISED = {"BOT_LIMIT_TOTAL": "100000", "BOT_LIMIT_CHAT": "1000"}
AS_DEPLOYED = {"LOG_FORMAT": "json"}


@dataclass(frozen=True, slots=True)
class Load:
    """How much is asked: questions one after the other, first with a pause before each, then
    without; and questions at once.
    """

    single: int = 300
    pause_seconds: float = 0.02
    burst: int = 1500


@dataclass(frozen=True, slots=True)
class Reading:
    """One run of one bot."""

    name: str
    p50_ms: float
    p99_ms: float
    back_to_back_p50_ms: float
    per_second: float
    bot_cpu_per_1000: float
    store_cpu_per_1000: float
    memory_mib: float


class Listener:
    """Counts replies as the sandbox accepts them."""

    def __init__(self, exchange: Exchange) -> None:
        self.replies = 0
        self._wanted = 0
        self._done = asyncio.Event()
        exchange.on_reply.append(self._hear)

    async def wait_for(self, replies: int) -> None:
        """Until so many more replies have come; raises TimeoutError."""
        self._wanted = self.replies + replies
        self._done.clear()
        await asyncio.wait_for(self._done.wait(), REPLY_SECONDS + replies / 50)

    def _hear(self, _delivery: Delivery, _bubble: Bubble) -> None:
        self.replies += 1
        if self.replies >= self._wanted:
            self._done.set()


async def measure(name: str, load: Load) -> Reading:
    """One run of `echo` or `warmline`."""
    exchange = open_ephemeral_exchange(SEEDS, Limits(enabled=False))
    with tempfile.TemporaryDirectory() as folder:
        async with sandbox_running(exchange, seeds_dir=SEEDS) as (url, _client):
            with EmbeddedServer(Path(folder)) if name == "warmline" else nullcontext() as server:
                if server:
                    pin(server.pid, REST_CORE)
                command = ["-m", "bot"] if server else ["-m", "bench.echo_bot"]
                environment = {"BOT_TOKEN": TOKEN, "BOT_API_URL": url, "DATA_DIR": folder}
                environment |= RAISED | AS_DEPLOYED
                with running(command, environment) as pid:
                    driver = Driver(exchange)
                    await driver.warm_up(load.burst + 2 * load.single)
                    return await _read(name, driver, load, (pid, server.pid if server else 0))


async def _read(name: str, driver: Driver, load: Load, pids: tuple[int, int]) -> Reading:
    times = sorted(await driver.ask_each(load.burst, load.single, load.pause_seconds))
    back_to_back = await driver.ask_each(load.burst + load.single, load.single)
    before = [processor_seconds(pid) if pid else 0.0 for pid in pids]
    seconds = await driver.ask_many(load.burst)
    spent = [
        processor_seconds(pid) - b if pid else 0.0 for pid, b in zip(pids, before, strict=True)
    ]
    return Reading(
        name,
        p50_ms=statistics.median(times) * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
        back_to_back_p50_ms=statistics.median(back_to_back) * 1000,
        per_second=load.burst / seconds,
        bot_cpu_per_1000=spent[0] / load.burst * 1000,
        store_cpu_per_1000=spent[1] / load.burst * 1000,
        memory_mib=resident_mib(pids[0]),
    )


class Driver:
    """Asks as many customers, each in a chat of its own: a burst in one chat is one turn to us."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._listener = Listener(exchange)
        self._written = 0

    async def warm_up(self, chats: int) -> None:
        """Wait for the bot, then let every chat write once: first contact has an extra word."""
        started = time.monotonic()
        while BOT_ID not in self._exchange.world.bots:
            if time.monotonic() - started > START_SECONDS:
                raise TimeoutError("the bot did not connect")
            await asyncio.sleep(0.05)
        for chat in range(chats):
            self._write(chat)
        await self._listener.wait_for(chats)
        heard = -1
        while heard != self._listener.replies:
            heard = self._listener.replies
            await asyncio.sleep(1)

    async def ask_each(self, first: int, count: int, pause_seconds: float = 0.0) -> list[float]:
        """Seconds from a question to its answer, of so many chats, one after the other."""
        spent = []
        for chat in range(first, first + count):
            if pause_seconds:
                await asyncio.sleep(pause_seconds)
            spent.append(await self._ask_one(chat))
        return spent

    async def ask_many(self, count: int) -> float:
        """Seconds until `count` questions asked at once are answered."""
        started = time.perf_counter()
        for chat in range(count):
            self._write(chat)
        await self._listener.wait_for(count)
        return time.perf_counter() - started

    async def _ask_one(self, chat: int) -> float:
        started = time.perf_counter()
        self._write(chat)
        await self._listener.wait_for(1)
        return time.perf_counter() - started

    def _write(self, chat_id: int) -> None:
        world = self._exchange.world
        bot, number = world.bots[BOT_ID], FIRST_CHAT + chat_id
        if number not in world.customers:
            world.add_customer(Customer(id=number, first_name=f"Customer {number}"))
        chat = world.chat(bot, number)
        assert chat is not None
        self._written += 1
        Phone(self._exchange, bot, chat, world.customers[number]).say(
            QUESTION.format(self._written)
        )
