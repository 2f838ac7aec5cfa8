"""`python -m bench.turn`: how long a whole turn takes, from a leased lane to the commit.

It is the loop of turns itself, over the store in a dictionary and the demo shop: mail is read,
facts are gathered, the answer, the packet and the new state are made. What Redis, the shop and
Telegram take is not in it. Half of the messages are the first of their customer, half come after
others, which the same bot has answered.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import structlog
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from bot.deciding import Mind
from bot.facts import Sources
from bot.glance import Glance
from bot.mind import make_mind
from bot.shop.demo import load_demo_shop
from bot.telegram.addresses import conversation_of
from bot.telegram.render import sign_words
from bot.telegram.updates import MailReader
from bot.turn import TurnLoop, Voice
from bot.understanding.corpus import Labelled, read_corpus
from bot.understanding.reading import Role
from handoff.agenda import Mail, MailKind, Sending
from handoff.signing import Signer
from handoff.store.memory import open_memory_store
from handoff.words import Limits

SEEDS = Path("seeds")
OWNER, BOT_ID, FIRST_CHAT = "bench", 4242, 500_000
TONGUES = ("zh", "en")
HANGS_SECONDS = 20


@dataclass(slots=True)
class Stopwatch:
    """What the loop tells of itself, and the busy time until it tells that a turn is done."""

    busy_ms: float = 0.0
    handed_over: bool = False
    _begun: float = 0.0
    _done: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """A turn begins."""
        self.handed_over = False
        self._done.clear()
        self._begun = time.thread_time()

    async def stopped(self) -> None:
        """Until the turn is done; raises TimeoutError."""
        async with asyncio.timeout(HANGS_SECONDS):
            await self._done.wait()

    def count(self, name: str, n: int = 1) -> None:
        if name == "cases_opened":
            self.handed_over = True

    def observe(self, name: str, seconds: float) -> None:
        if name == "turn_seconds":
            self.busy_ms = (time.thread_time() - self._begun) * 1000
            self._done.set()


@dataclass(frozen=True, slots=True)
class Spent:
    """One turn: busy CPU, whether it was the customer's first, and whether it opened a case."""

    busy_ms: float
    first: bool
    handed_over: bool


class Counter:
    """One bot's turns, one at a time."""

    def __init__(self, mind: Mind) -> None:
        self._store = open_memory_store()
        self._watch = Stopwatch()
        self._numbers = itertools.count(1)
        shop = load_demo_shop(SEEDS, lambda: datetime.now(UTC), mind.answerer.seeds.hours.zone)
        self._loop = TurnLoop(
            self._store.turns,
            self._store.house,
            mind=mind,
            sources=Sources(
                shop, shop, self._store.gate, Glance(self._store.cases, self._store.presence)
            ),
            voice=_quiet_voice(),
            mail=MailReader(Signer(bytes(32))),
            counts=self._watch,
        )

    async def hear(self, customer: int, text: str, *, first: bool) -> Spent:
        """A message of a customer, from the lease to the commit."""
        number, chat = next(self._numbers), FIRST_CHAT + customer
        mail = Mail(
            number, conversation_of(BOT_ID, chat), MailKind.MESSAGE, _raw(number, chat, text)
        )
        accepted = await self._store.turns.accept(OWNER, [mail], owner=OWNER, room=1)
        self._watch.start()
        self._loop.dispatch(accepted.turns)
        await self._watch.stopped()
        return Spent(self._watch.busy_ms, first, self._watch.handed_over)


def _quiet_voice() -> Voice:
    signer = Signer(bytes(32))
    return Voice(
        OWNER,
        speaks=False,
        limits=Limits(),
        deliver=_unsaid,
        wake=lambda: None,
        sign=lambda words, chat, epoch: sign_words(words, signer, conversation=chat, epoch=epoch),
    )


async def _unsaid(_sending: Sending, _since: float) -> None:
    raise AssertionError("nothing is begun where nobody speaks")


def _raw(number: int, chat: int, text: str) -> bytes:
    person = {"id": chat, "is_bot": False, "first_name": f"Customer {chat}"}
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": person["first_name"]},
        "from": person,
        "text": text,
    }
    return orjson.dumps({"update_id": number, "message": message})


async def measure(mind: Mind, messages: Sequence[Labelled]) -> list[Spent]:
    """Each message once, after what its customer wrote before."""
    counter = Counter(mind)
    spent = []
    for customer, message in enumerate(messages):
        earlier = [turn.text for turn in message.context if turn.role is Role.USER]
        for text in earlier:
            await counter.hear(customer, text, first=False)
        spent.append(await counter.hear(customer, message.text, first=not earlier))
    return spent


def picked(count: int, seed: int) -> list[Labelled]:
    """So many messages: first ones and others, Chinese and English, a quarter each."""
    chance = random.Random(seed)
    corpus = read_corpus(SEEDS / "utterances")
    found: list[Labelled] = []
    for tongue, later in itertools.product(TONGUES, (False, True)):
        some = [m for m in corpus if m.language == tongue and later == _comes_later(m)]
        found += chance.sample(some, count // 4)
    chance.shuffle(found)
    return found


def _comes_later(message: Labelled) -> bool:
    return any(turn.role is Role.USER for turn in message.context)


def _figures(spent: Sequence[Spent]) -> Iterator[float]:
    """p50, p95 and mean of all; p50 of first messages, of later ones, of handovers."""
    every = [one.busy_ms for one in spent]
    yield statistics.median(every)
    yield statistics.quantiles(every, n=20)[-1]
    yield statistics.mean(every)
    yield statistics.median(one.busy_ms for one in spent if one.first)
    yield statistics.median(one.busy_ms for one in spent if not one.first)
    yield statistics.median(one.busy_ms for one in spent if one.handed_over)


_ROWS = (
    ("a whole turn, busy CPU, p50, ms", "<= 2"),
    ("p95", ""),
    ("mean", ""),
    ("p50 of first messages", ""),
    ("p50 of later messages", ""),
    ("p50 of those that open a case", ""),
)


def main(
    messages: Annotated[int, typer.Option(help="messages in a round")] = 400,
    rounds: Annotated[int, typer.Option(help="rounds after one to warm up")] = 5,
    seed: Annotated[int, typer.Option(help="which messages")] = 1,
) -> None:
    """Print the busy time of whole turns, the median of all rounds."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    mind, asked = make_mind(SEEDS), picked(messages, seed)
    gc.collect()
    gc.freeze()
    found = [list(_figures(uvloop.run(measure(mind, asked)))) for _ in range(rounds + 1)][1:]
    table = Table("what", "figure", "must", title=f"{len(asked)} turns, median of {rounds} rounds")
    for (what, must), column in zip(_ROWS, zip(*found, strict=True), strict=True):
        table.add_row(what, f"{statistics.median(column):.2f}", must)
    Console(width=90).print(table)


if __name__ == "__main__":
    typer.run(main)
