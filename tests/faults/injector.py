"""Faults by kind, each from its beginning to its end, and what it hit. No tests here.

A fault that is over has left fair weather behind; whoever was killed is started again by the world.
`in_flight` is the most that was under way while it lasted, or how often it struck.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import redis

from bot.sandbox.faults import Fault as ApiFault
from tests.faults.history import FaultInjected, now_ms
from tests.faults.server import answering
from tests.faults.world import Kept, World

SAMPLE_SECONDS = 0.02
Harm = Callable[[World, random.Random], Awaitable["Hit"]]


@dataclass(frozen=True, slots=True)
class Hit:
    """Whom a fault hit; `strikes` where they can be counted, else what was in flight counts."""

    target: str
    strikes: int = -1


HARMS: dict[str, Harm] = {}


def harm(name: str) -> Callable[[Harm], Harm]:
    """Keep a kind of fault under its name."""

    def keep(one: Harm) -> Harm:
        HARMS[name] = one
        return one

    return keep


async def inject(world: World, kind: str, rng: random.Random | None = None) -> FaultInjected:
    """Do this harm now and write it down when it is over."""
    rng = rng or random.Random(world.plan.seed)
    began, wire = now_ms(), world.api.weather
    on_the_wire_ms = wire.latency_ms + wire.jitter_ms  # arrives, whoever sent it
    seen = [world.telegram.in_flight()]
    watching = asyncio.ensure_future(_watch(world, seen))
    try:
        hit = await HARMS[kind](world, rng)
    finally:
        watching.cancel()
    in_flight = max(seen) if hit.strikes < 0 else hit.strikes
    fault = FaultInjected(
        at_ms=began,
        kind=kind,
        target=hit.target,
        until_ms=now_ms() + on_the_wire_ms,
        in_flight=in_flight,
    )
    world.note_fault(fault)
    return fault


async def _watch(world: World, seen: list[int]) -> None:
    while True:
        await asyncio.sleep(SAMPLE_SECONDS)
        seen.append(world.telegram.in_flight())


def _one(processes: Iterable[Kept], rng: random.Random) -> Kept:
    living = [one for one in processes if one.alive]
    return rng.choice(living or list(processes))


# ---- processes


@harm("bot.kill")
async def _bot_killed(world: World, rng: random.Random) -> Hit:
    bot = _one(world.bots, rng)
    await bot.kill()
    return Hit(bot.name)


@harm("bot.term")
async def _bot_told_to_end(world: World, rng: random.Random) -> Hit:
    bot = _one(world.bots, rng)
    await bot.kill(signal.SIGTERM)
    return Hit(bot.name)


@harm("bot.freeze")
async def _bot_frozen(world: World, rng: random.Random) -> Hit:
    return await _frozen(_one(world.bots, rng), rng.uniform(1, 6))


@harm("desk.kill")
async def _desk_killed(world: World, rng: random.Random) -> Hit:
    desk = _one(world.desks, rng)
    await desk.kill()
    return Hit(desk.name)


@harm("desk.freeze")
async def _desk_frozen(world: World, rng: random.Random) -> Hit:
    return await _frozen(_one(world.desks, rng), rng.uniform(0.5, 3))


@harm("workers.kill")
async def _workers_killed(world: World, rng: random.Random) -> Hit:
    found = [one for one in world.kept if one.kind == "workers"]
    for one in found:
        await one.kill()
    return Hit(", ".join(one.name for one in found))


async def _frozen(one: Kept, seconds: float) -> Hit:
    process = one.process
    assert process is not None
    process.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        process.send(signal.SIGCONT)
    return Hit(one.name)


# ---- the server


@harm("redis.kill")
async def _server_killed(world: World, rng: random.Random) -> Hit:
    world.server.kill()
    await asyncio.sleep(rng.uniform(0, 1.5))
    world.server.start()
    await answering(world.server)
    return Hit("server")


@harm("redis.restart")
async def _server_restarted(world: World, rng: random.Random) -> Hit:
    world.server.stop()
    await asyncio.sleep(rng.uniform(0, 0.5))
    world.server.start()
    await answering(world.server)
    return Hit("server")


@harm("redis.power")
async def _power_cut(world: World, rng: random.Random) -> Hit:
    world.server.cut_power()
    await asyncio.sleep(rng.uniform(0, 0.5))
    world.server.start()
    await answering(world.server)
    return Hit("server")


@harm("redis.freeze")
async def _server_frozen(world: World, rng: random.Random) -> Hit:
    world.server.freeze()
    try:
        await asyncio.sleep(rng.uniform(0.5, 3))
    finally:
        world.server.thaw()
    return Hit("server")


@harm("redis.flush_scripts")
async def _scripts_forgotten(world: World, rng: random.Random) -> Hit:
    for _ in range(20):
        await asyncio.to_thread(world.server.command, "SCRIPT", "FLUSH")
        await asyncio.sleep(0.02)
    return Hit("server")


@harm("redis.full")
async def _memory_full(world: World, rng: random.Random) -> Hit:
    return await _configured(world, rng.uniform(0.5, 2), maxmemory="1")


@harm("redis.no_replicas")
async def _no_replicas(world: World, rng: random.Random) -> Hit:
    return await _configured(world, rng.uniform(0.5, 2), **{"min-replicas-to-write": "1"})


@harm("redis.readonly")
async def _demoted(world: World, rng: random.Random) -> Hit:
    await asyncio.to_thread(world.server.command, "REPLICAOF", "127.0.0.1", "1")
    try:
        await asyncio.sleep(rng.uniform(0.5, 2))
    finally:
        await asyncio.to_thread(world.server.command, "REPLICAOF", "NO", "ONE")
    return Hit("server")


@harm("redis.busy")
async def _busy(world: World, rng: random.Random) -> Hit:
    await asyncio.to_thread(world.server.command, "CONFIG", "SET", "busy-reply-threshold", "100")
    await asyncio.to_thread(world.server.block, rng.uniform(0.5, 2))
    return Hit("server")


async def _configured(world: World, seconds: float, **values: str) -> Hit:
    """Other settings for a while."""
    ask = world.server.command
    before = {name: ask("CONFIG", "GET", name)[name.encode()] for name in values}
    for name, value in values.items():
        await asyncio.to_thread(ask, "CONFIG", "SET", name, value)
    try:
        await asyncio.sleep(seconds)
    finally:
        for name, value in before.items():
            await asyncio.to_thread(ask, "CONFIG", "SET", name, value)
    return Hit("server")


# ---- lines


@asynccontextmanager
async def _weather(world: World, line: str, **values: Any) -> AsyncIterator[Any]:
    proxy = getattr(world, line)
    for name, value in values.items():
        setattr(proxy.weather, name, value)
    try:
        yield proxy
    finally:
        proxy.clear()


async def _down(world: World, line: str, seconds: float) -> Hit:
    proxy = getattr(world, line)
    await proxy.stop()
    await asyncio.sleep(seconds)
    await proxy.start()
    return Hit(line)


async def _silent(world: World, line: str, seconds: float) -> Hit:
    proxy = getattr(world, line)
    proxy.hush()
    try:
        await asyncio.sleep(seconds)
    finally:
        proxy.clear()
    return Hit(line)


async def _struck(world: World, line: str, field: str, times: int, seconds: float) -> Hit:
    """So many strikes, or as many as come in `seconds`."""
    async with _weather(world, line, **{field: times}) as proxy:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while getattr(proxy.weather, field):
                    await asyncio.sleep(SAMPLE_SECONDS)
        return Hit(line, strikes=times - getattr(proxy.weather, field))


for _line in ("redis", "api"):
    HARMS |= {
        f"{_line}.down": lambda world, rng, line=_line: _down(world, line, rng.uniform(0.5, 4)),
        f"{_line}.silent": lambda world, rng, line=_line: _silent(world, line, rng.uniform(0.5, 4)),
        f"{_line}.lost_reply": lambda world, rng, line=_line: _struck(
            world, line, "lost_replies", rng.randint(1, 5), 2
        ),
        f"{_line}.reset": lambda world, rng, line=_line: _struck(
            world, line, "resets", rng.randint(1, 5), 2
        ),
        f"{_line}.corrupt": lambda world, rng, line=_line: _struck(
            world, line, "corrupt", rng.randint(1, 3), 2
        ),
    }


@harm("redis.slow")
async def _slow_server(world: World, rng: random.Random) -> Hit:
    async with _weather(world, "redis", latency_ms=100, jitter_ms=80):
        await asyncio.sleep(rng.uniform(1, 3))
    return Hit("redis")


@harm("api.slow")
async def _slow_api(world: World, rng: random.Random) -> Hit:
    async with _weather(world, "api", latency_ms=400, jitter_ms=300):
        await asyncio.sleep(rng.uniform(1, 3))
    return Hit("api")


@harm("redis.chopped")
async def _chopped_server(world: World, rng: random.Random) -> Hit:
    async with _weather(world, "redis", chopped=True):
        await asyncio.sleep(rng.uniform(0.5, 1.5))
    return Hit("redis")


@harm("api.chopped")
async def _chopped_api(world: World, rng: random.Random) -> Hit:
    async with _weather(world, "api", chopped=True):
        await asyncio.sleep(rng.uniform(0.5, 1.5))
    return Hit("api")


# ---- what Telegram says


async def _said(world: World, seconds: float, **switch: Any) -> Hit:
    """A switch of the sandbox, for so many calls or so long."""
    faults = world.telegram.exchange.faults
    fault = faults.add(switch)
    times = fault.times or 0
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while fault in faults.switched_on:
                    await asyncio.sleep(SAMPLE_SECONDS)
    finally:
        if fault in faults.switched_on:
            faults.switched_on.remove(fault)
    left = _left(fault)
    return Hit(f"{fault.method or 'any'}", strikes=times - left)


def _left(fault: ApiFault) -> int:
    return max(0, fault.times or 0)


@harm("api.429")
async def _too_many(world: World, rng: random.Random) -> Hit:
    wait = rng.choice((1, 1, 2, 3))
    return await _said(
        world, 2, code=429, retry_after=wait, method="sendMessage", times=rng.randint(1, 10)
    )


@harm("api.500")
async def _server_error(world: World, rng: random.Random) -> Hit:
    code = rng.choice((500, 502))
    return await _said(world, 2, code=code, method="sendMessage", times=rng.randint(1, 5))


@harm("api.reply_lost")
async def _executed_and_lost(world: World, rng: random.Random) -> Hit:
    return await _said(world, 2, drop_reply=True, method="sendMessage", times=rng.randint(1, 3))


@harm("api.half_reply")
async def _half_a_reply(world: World, rng: random.Random) -> Hit:
    return await _said(world, 2, half_reply=True, method="sendMessage", times=rng.randint(1, 3))


@harm("api.timeout")
async def _never_answered(world: World, rng: random.Random) -> Hit:
    return await _said(world, 2, delay_ms=11_000, method="sendMessage", times=rng.randint(1, 3))


@harm("api.poll_fails")
async def _poll_fails(world: World, rng: random.Random) -> Hit:
    return await _said(world, 3, code=502, method="getUpdates", times=rng.randint(1, 3))


@harm("api.409")
async def _second_poller(world: World, rng: random.Random) -> Hit:
    until = time.monotonic() + rng.uniform(0.5, 1.0)
    while time.monotonic() < until:  # both ask again and again, and end each other's request
        world.telegram.bot.updates.interrupt("terminated by other getUpdates request")
        await asyncio.sleep(SAMPLE_SECONDS)
    return Hit("getUpdates")


POWER = frozenset({"redis.power"})
"""Only where syncs are noted."""
POLLING = frozenset({"api.409", "api.poll_fails"})


def kinds_for(world: World) -> list[str]:
    """What may happen in this world."""
    left_out: set[str] = set()
    if not world.plan.notes_syncs:
        left_out |= POWER
    if world.plan.mode != "polling":
        left_out |= POLLING
    if not world.plan.workers:
        left_out.add("workers.kill")
    if not world.plan.desks:
        left_out |= {"desk.kill", "desk.freeze"}
    return [kind for kind in HARMS if kind not in left_out]


def schedule(kinds: list[str], rng: random.Random, count: int) -> list[str]:
    """`count` kinds in random order, each before any comes a second time."""
    planned: list[str] = []
    while len(planned) < count:
        planned += rng.sample(kinds, len(kinds))
    return planned[:count]


async def harm_now_and_then(
    world: World,
    rng: random.Random,
    *,
    seconds: float,
    pause: tuple[float, float],
    kinds: list[str] | None = None,
) -> None:
    """Faults one after another for so long, with pauses between them."""
    ends = time.monotonic() + seconds
    planned = iter(schedule(kinds or kinds_for(world), rng, 10_000))
    while True:
        await asyncio.sleep(rng.uniform(*pause))
        if time.monotonic() > ends:
            return
        with suppress(redis.RedisError):  # the one before was still felt: nothing was done
            await inject(world, next(planned), rng)
