"""Handing over: open, claim, resolve against a bare sorted set with three small scripts, through
the same client on the same server with AOF `always`; claims by many at once; and what a case
weighs.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import uvloop

from handoff.agenda import Mail, MailKind, Outcome, SendResult, Settlement, Turn
from handoff.agents import AgentId
from handoff.case import CaseId, NewCase, Resolution
from handoff.conversation import Author, ConversationId, Message
from handoff.errors import AlreadyClaimed
from handoff.packet import Fact, Packet, encode_packet
from handoff.ports import Store
from handoff.state import encode_state
from handoff.store.redis import connect, open_link, open_store
from handoff.store.scripts import Scripts
from handoff.store.server import EmbeddedServer
from handoff.words import Body, Limits, Word, WordKind

BARE = Path(__file__).parent / "lua"
UNLIMITED = Limits(total_per_second=1e6, chat_per_second=1e6)
AGENT = AgentId("lin")
WORDS = [
    "order",
    "parcel",
    "late",
    "refund",
    "card",
    "failed",
    "包裹",
    "没有",
    "退款",
    "付款",
    "失败",
]


@dataclass(frozen=True, slots=True)
class Cycles:
    """Cycles a second, ours and bare, and their ratio."""

    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


@asynccontextmanager
async def fresh_store() -> AsyncIterator[tuple[Store, str]]:
    """A store on a server of its own, AOF `always`."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder))
        url = server.start()
        try:
            async with open_store(url, "bench") as store:
                yield store, url
        finally:
            server.stop()


def some_text(chance: random.Random, letters: int) -> str:
    """Words in two languages, so that compression has honest work."""
    text = ""
    while len(text) < letters:
        text += chance.choice(WORDS) + str(chance.randrange(1000)) + " "
    return text[:letters]


def some_packet(chance: random.Random) -> bytes:
    """A packet of an ordinary size, about 0.9 kB before it is deflated."""
    facts = tuple(Fact("fact", some_text(chance, 30)) for _ in range(8))
    return encode_packet(
        Packet(
            wants=some_text(chance, 60),
            facts=facts,
            tried=(some_text(chance, 120),),
            evidence=some_text(chance, 80),
        )
    )


async def lease(store: Store, number: int, text: str = "hello") -> Turn:
    """A conversation that has just written, its turn leased."""
    raw = orjson.dumps({"update_id": number, "message": {"text": text}})
    mail = Mail(number, ConversationId(f"tg-1-{number}"), MailKind.MESSAGE, raw, message_id=number)
    return (await store.turns.accept("tg-1", [mail], owner="bench", room=1)).turns[0]


def handing_over(number: int, packet: bytes) -> Outcome:
    """What a turn commits when it hands over: a line, a notice, a case."""
    case = NewCase(CaseId(f"B{number:07d}"), "emotion", "high", "zh", "because", 60_000, packet)
    notice = Word(
        WordKind.NOTICE, Author.BOT, Body("A colleague will be with you in about 5 minutes.")
    )
    return Outcome(b"", words=(notice,), rows=(Message(Author.CONTACT, "hello"),), open_case=case)


async def cycles(count: int) -> Cycles:
    """Open, claim, resolve, one after the other, in turns with the bare queue."""
    chance = random.Random(7)
    async with fresh_store() as (store, url), open_link(url, fence="bare:fence") as link:
        bare = Scripts(link, "bare:", folder=BARE)
        turns = [await lease(store, number) for number in range(1, count + 1)]
        packets = [some_packet(chance) for _ in range(count)]
        ours_seconds = bare_seconds = 0.0
        for start in range(0, count, 100):
            part = range(start, min(start + 100, count))
            ours_seconds += await _timed(lambda n: _our_cycle(store, turns[n], n, packets[n]), part)
            bare_seconds += await _timed(lambda n: _bare_cycle(bare, n, packets[n]), part)
    return Cycles(count / ours_seconds, count / bare_seconds)


async def _timed(cycle: Callable[[int], Awaitable[None]], numbers: range) -> float:
    started = time.perf_counter()
    for number in numbers:
        await cycle(number)
    return time.perf_counter() - started


async def _our_cycle(store: Store, turn: Turn, number: int, packet: bytes) -> None:
    await store.turns.commit(turn, handing_over(number, packet), owner="", limits=UNLIMITED)
    claim = await store.cases.claim(None, AGENT, op=f"c{number}")
    assert claim is not None
    await store.cases.resolve(claim.case_id, AGENT, Resolution.SOLVED, op=f"r{number}")


async def _bare_cycle(bare: Scripts, number: int, packet: bytes) -> None:
    await bare.run("open", ["bare:queue", f"bare:case:{number}"], number, number, packet)
    case_id, _ = await bare.run("claim", ["bare:queue"], AGENT)
    await bare.run("resolve", [f"bare:case:{case_id.decode()}"], case_id)


async def claims(cases: int, claimants: int) -> tuple[float, int]:
    """Claims a second when all reach for the first case, and cases that two of them got (must be
    0)."""
    chance = random.Random(7)
    async with fresh_store() as (store, _):
        for number in range(1, cases + 1):
            turn = await lease(store, number)
            await store.turns.commit(
                turn, handing_over(number, some_packet(chance)), owner="", limits=UNLIMITED
            )
        winners: dict[str, list[str]] = {}
        started = time.perf_counter()
        await asyncio.gather(*(_claim_all(store, f"agent{n}", winners) for n in range(claimants)))
        seconds = time.perf_counter() - started
    assert len(winners) == cases
    return cases / seconds, sum(len(agents) > 1 for agents in winners.values())


async def _claim_all(store: Store, agent: str, winners: dict[str, list[str]]) -> None:
    for number in itertools.count():
        try:
            claim = await store.cases.claim(None, AgentId(agent), op=f"{agent}-{number}")
        except AlreadyClaimed:
            continue
        if claim is None:
            return
        winners.setdefault(claim.case_id, []).append(agent)


async def weights(count: int) -> tuple[float, float]:
    """Bytes of a waiting case with its conversation of six lines, and of an idle conversation."""
    chance = random.Random(7)
    state = encode_state(
        {"schema": 1, "contact": {"name": "Lin Yue", "language": "zh-hans"}, "greeted": True}
    )
    rows = tuple(Message(Author.CONTACT, some_text(chance, 60)) for _ in range(5))
    async with fresh_store() as (store, url):
        client = connect(url)
        await lease(store, 1)  # scripts and common keys are there now
        empty = (await client.info("memory"))["used_memory_dataset"]
        for number in range(2, count + 2):
            turn = await lease(store, number)
            answer = Word(WordKind.ANSWER, Author.BOT, Body(some_text(chance, 200)))
            done = await store.turns.commit(
                turn, Outcome(state, (answer,), rows), owner="b", limits=UNLIMITED
            )
            assert done.sending is not None
            await store.sends.settle(
                done.sending, Settlement(SendResult.SENT, message_id=9), UNLIMITED
            )
        idle = (await client.info("memory"))["used_memory_dataset"]
        for number in range(2, count + 2):
            turn = await lease(store, 1_000_000 + number)
            outcome = handing_over(number, some_packet(chance))
            outcome = Outcome(state, outcome.words, rows, outcome.open_case)
            await store.turns.commit(turn, outcome, owner="", limits=UNLIMITED)
        waiting = (await client.info("memory"))["used_memory_dataset"]
        await client.aclose()
    return (waiting - idle) / count, (idle - empty) / count


def median_cycles(runs: int, count: int) -> Cycles:
    """The run with the median ratio."""
    found = sorted((uvloop.run(cycles(count)) for _ in range(runs)), key=lambda c: c.ratio)
    return found[len(found) // 2]


def median_claims(runs: int, cases: int, claimants: int) -> tuple[float, int]:
    """Median speed, and every double of all runs."""
    found = [uvloop.run(claims(cases, claimants)) for _ in range(runs)]
    return statistics.median(speed for speed, _ in found), sum(doubles for _, doubles in found)
