"""A long outage under load: how fast the backlog goes, and whose words go first. No tests here.

`make outage` lives through Redis away and the Bot API away, each with the total budget raised and
at the true limits. Customers ask on all the while; agents speak in the last part of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.agents import Browser
from tests.faults.asking import Asking
from tests.faults.evidence import Evidence
from tests.faults.figures import Figures
from tests.faults.history import AgentSaid, FaultInjected, History, load, now_ms
from tests.faults.nursery import Nursery
from tests.faults.rules_time import quantile
from tests.faults.stage import Stage, staged
from tests.faults.verdict import Expected, Violation

RAISED, TRUE_TOTAL, TRUE_CHAT = 1000.0, 30.0, 1.0
CHATS = 300
CASES = 20
AFTER_SECONDS = 5.0
"""So long customers ask on when it is over."""
BACKLOG_SECONDS, PATIENCE_SECONDS = 30.0, 600.0
PEOPLE_SECONDS = 5.0
"""So long words of people may take at the true limits, beside a thousand answers of the bot."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What is away (`redis` or `api`), for how long, and whether the true limits hold."""

    line: str
    seconds: float = 60.0
    rate: float = 20.0
    at_true_limits: bool = False

    @property
    def name(self) -> str:
        budget = f"{TRUE_TOTAL:.0f} a second" if self.at_true_limits else "raised"
        return f"{self.line} away for {self.seconds:.0f} s, budget {budget}"


@dataclass(frozen=True, slots=True)
class Told:
    """How it ended. Waits count from the end of the outage, or from when the desk had accepted."""

    outage: Outage
    backlog: int
    gone_seconds: float
    people_seconds: tuple[float, ...]
    bot_seconds: tuple[float, ...]
    figures: Figures
    violations: tuple[Violation, ...]

    @property
    def is_reached(self) -> bool:
        """Nothing is wrong, and the backlog was gone in time or people's words went first."""
        if self.violations or not self.people_seconds:
            return False
        if self.outage.at_true_limits:
            return max(self.people_seconds) <= PEOPLE_SECONDS
        return self.gone_seconds <= BACKLOG_SECONDS

    def lines(self) -> list[str]:
        """As a person reads it."""
        return [
            f"{self.outage.name}: {'reached' if self.is_reached else 'NOT REACHED'}",
            f"  {self.figures.messages} messages, {self.backlog} unanswered at its end",
            f"  the last of them answered after {self.gone_seconds:.1f} s",
            f"  words of people: {_spread(self.people_seconds)}",
            f"  answers of the bot: {_spread(self.bot_seconds)}",
            f"  lost {self.figures.lost}, duplicates {self.figures.duplicates}, "
            f"broken {len(self.violations)}",
            *(f"    {violation}" for violation in self.violations[:10]),
        ]


async def live_through(nursery: Nursery, outage: Outage, folder: Path) -> Told:
    """The whole of it; its history lies in `folder`."""
    true = {"total_per_second": TRUE_TOTAL, "chat_per_second": TRUE_CHAT}
    limits = true if outage.at_true_limits else {"total_per_second": RAISED}
    async with staged(nursery, folder, CASES, bots=2, **limits) as stage:
        held = await _held_cases(stage)
        asking = Asking(stage.world, stage.crowd.marks)
        chats = await stage.world.phone.new_customers(CHATS, first_id=5_000_000)
        await asking.until_answered(await asking.all_ask(chats[:20]))
        talking = asyncio.ensure_future(
            asking.keep_asking(chats, rate=outage.rate, seconds=outage.seconds + AFTER_SECONDS)
        )
        speaking = asyncio.ensure_future(_speak(held, outage.seconds))
        fault, backlog = await _away(stage, asking, outage)
        await asking.until_answered(backlog, PATIENCE_SECONDS)
        gone_seconds = (now_ms() - fault.until_ms) / 1000
        await asking.until_answered(await talking, PATIENCE_SECONDS)
        await speaking
        words = [e.mark for e in load(stage.world.recorder.path) if isinstance(e, AgentSaid)]
        await asking.until_answered(words, PATIENCE_SECONDS)
        expected = Expected(deadline_ms=PATIENCE_SECONDS * 1000, duplicates_per_fault=None)
        verdict = await stage.verdict_of_all(expected)
        history = load(stage.world.recorder.path)
    said, answered = _waits(history, fault.until_ms)
    return Told(
        outage, len(backlog), gone_seconds, said, answered, verdict.figures, verdict.violations
    )


async def _held_cases(stage: Stage) -> list[tuple[Browser, str]]:
    """Everybody who wants a person has one."""
    people = await stage.cast(CASES)
    cases = (await stage.cases_of(people)).values()
    held = [(stage.browsers[at % len(stage.browsers)], case) for at, case in enumerate(cases)]
    for browser, case in held:
        await browser.claim(case)
    return held


async def _away(stage: Stage, asking: Asking, outage: Outage) -> tuple[FaultInjected, list[str]]:
    """It happens; what was not answered at its end."""
    line = stage.world.redis if outage.line == "redis" else stage.world.api
    began = now_ms()
    await line.stop()
    await asyncio.sleep(outage.seconds)
    await line.start()
    backlog = [mark for mark in asking.asked if mark not in stage.world.telegram.named]
    fault = FaultInjected(
        at_ms=began,
        kind=f"{outage.line}.down",
        target=outage.line,
        until_ms=now_ms(),
        in_flight=len(backlog),
    )
    stage.world.note_fault(fault)
    return fault, backlog


async def _speak(held: Sequence[tuple[Browser, str]], seconds: float) -> None:
    """Every agent says something to each of their customers, in the last half minute of it."""
    last = min(30.0, seconds / 2)
    await asyncio.sleep(seconds - last)
    saying = []
    for browser, case in held:
        saying.append(asyncio.create_task(browser.say(case)))
        await asyncio.sleep(last / len(held))
    await asyncio.gather(*saying)


def _waits(history: History, ended: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """How long people's words and the bot's answers waited after the end, in seconds."""
    evidence = Evidence(history)
    shown = ((one, evidence.naming.get((one.chat, one.mark))) for one in evidence.said)
    said = [texts[0].at_ms - max(one.at_ms, ended) for one, texts in shown if texts]
    asked = [one for one in evidence.utterances if one.proofs and one.at_ms < ended]
    echoes = [echo.at_ms for one in asked if (echo := evidence.first_echo(one))]
    answered = [at_ms - ended for at_ms in echoes if at_ms > ended]
    return tuple(max(0.0, ms) / 1000 for ms in said), tuple(ms / 1000 for ms in answered)


def _spread(seconds: Sequence[float]) -> str:
    values = list(seconds)
    middle, longest = quantile(values, 0.5), max(values, default=0.0)
    return f"{len(values)}, p50 {middle:.1f} s, longest {longest:.1f} s"
