"""Each guard of the product taken out once: the checker has to see it, or no green run proves
anything."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults import server
from tests.faults.agents import Browser, serve
from tests.faults.customers import USUAL_MIX, Person
from tests.faults.mutants import MUTANTS, SERVER_MUTANTS
from tests.faults.nursery import Nursery
from tests.faults.run import Run, Stage, judged, perform, staged
from tests.faults.verdict import Expected, Rule
from tests.faults.world import Plan

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]
LOST, TWICE, ORDER, HOLDER = (
    Rule.NOTHING_LOST,
    Rule.NOT_TWICE,
    Rule.IN_ORDER,
    Rule.ONE_HOLDER,
)
LENIENT = Expected(duplicates_per_fault=None, deadline_ms=60_000)
"""A killed sender may have spoken, and a slow machine is no mutant: neither may betray one."""
LEASED_SECONDS = 20.0
"""Nothing stays under a lease for longer, so what is open then is lost: nobody need wait for it."""
SEEN_AT_ONCE_SECONDS = 3.0
"""What is said twice or out of order stands there as soon as it is said."""
TRIES = 3
"""What is left out only now and then meets its fault: so many seeds it has to show itself in."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a mutant has to live through, and which rules it breaks, any of them."""

    breaks: frozenset[Rule]
    kinds: tuple[str, ...] = ()
    pause: tuple[float, float] = (0.5, 1.0)
    seconds: float = 10.0
    rate: float = 12.0
    people: int = 40
    mode: str = "polling"
    mix: Mapping[str, int] = field(default_factory=lambda: USUAL_MIX)
    redis_latency_ms: float = 0.0


TRIALS = {
    "confirm_before_persist": Trial(frozenset({LOST}), ("bot.kill",)),
    "pop_before_send": Trial(
        frozenset({LOST}), ("bot.kill",), (1.0, 2.0), seconds=15, redis_latency_ms=100
    ),
    # A few people ask on while the answer is on its way; what Telegram sends is not slowed.
    "no_lane": Trial(
        frozenset({ORDER}),
        ("api.slow",),
        (0.2, 0.4),
        rate=20,
        people=5,
        mode="webhook",
        mix={"parcel": 1},
    ),
    "no_token": Trial(
        frozenset({LOST, TWICE, ORDER}), ("redis.lost_reply",), (0.05, 0.1), seconds=12, rate=20
    ),
    "no_operation_id": Trial(
        frozenset({TWICE}), ("redis.lost_reply",), (0.1, 0.2), mix={"parcel": 2, "anger": 1}
    ),
    "everysec": Trial(frozenset({LOST}), ("redis.power",), (1.0, 2.0)),
}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", TRIALS)
async def test_mutant_is_caught(nursery: Nursery, name: str, tmp_path: Path, in_ci: bool) -> None:
    trial = TRIALS[name]
    cuts_power = "redis.power" in trial.kinds
    if cuts_power and not server.has_compiler() and not in_ci:
        pytest.skip("cutting the power needs a C compiler")
    for seed in range(1, TRIES + 1):
        done = await perform(nursery, _run(name, seed), tmp_path / str(seed))
        assert done.verdict.figures.faults.total() > 0
        if done.verdict.broken & trial.breaks:
            return
    raise AssertionError(done.verdict.report())


def _run(name: str, seed: int) -> Run:
    trial = TRIALS[name]
    plan = Plan(
        seed=seed,
        mode=trial.mode,
        bots=2,
        notes_syncs="redis.power" in trial.kinds,
        fsync=name if name in SERVER_MUTANTS else "always",
        mutant="" if name in SERVER_MUTANTS else name,
    )
    return Run(
        plan=plan,
        people=trial.people,
        seconds=trial.seconds,
        rate=trial.rate,
        kinds=trial.kinds,
        pause=trial.pause,
        mix=trial.mix,
        redis_latency_ms=trial.redis_latency_ms,
        expected=LENIENT,
        unanswered_seconds=LEASED_SECONDS if LOST in trial.breaks else SEEN_AT_ONCE_SECONDS,
    )


async def answers_wait_while_an_agent_takes_over(stage: Stage) -> None:
    """Four customers wait for a person and ask on; the answers wait for Telegram's limit; then the
    agent takes the case, and helps them when the bot could have spoken."""
    people, browser = stage.crowd.people[:4], stage.browsers[0]
    await asyncio.gather(*(stage.crowd.wants_a_person(person) for person in people))
    taken = await asyncio.gather(*(_ask_on_and_be_taken(stage, one, browser) for one in people))
    for case in taken:
        await serve(browser, case)


async def _ask_on_and_be_taken(stage: Stage, person: Person, browser: Browser) -> str:
    case = ""
    async with asyncio.timeout(30):
        while not case:
            rows = await browser.queue()
            case = next((row.case for row in rows if row.chat == person.chat), "")
    for _ in range(8):
        await stage.crowd.asks_for_a_parcel(person)
        await asyncio.sleep(0.15)
    await browser.claim(case)
    await asyncio.sleep(6)
    return case


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("mutant", ["", "no_epoch"])
async def test_answer_that_waits_is_not_said_under_an_agent(
    nursery: Nursery, mutant: str, tmp_path: Path
) -> None:
    run = Run(plan=Plan(chat_per_second=1, mutant=mutant), people=8, agents=1, expected=LENIENT)

    async with staged(nursery, run, tmp_path) as stage:
        await answers_wait_while_an_agent_takes_over(stage)
        await stage.quiet()
    verdict = await judged(tmp_path, run)

    assert (HOLDER in verdict.broken) == bool(mutant), verdict.report()


def test_every_mutant_is_tried() -> None:
    assert set(TRIALS) | {"no_epoch"} == set(MUTANTS) | SERVER_MUTANTS
