"""Mutants: the product with one of its guards taken out. Each must be caught by the checker, or a
green run proves nothing. No tests here.

A mutant is made after the fork, by changing a script's text before it is sent or a method before it
is used. A change that finds nothing to change is an error: the guard has moved, and the mutant has
to move along.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from handoff.store import scripts

BACKGROUND_SECONDS = 0.05
"""What a handler in the background takes before it writes anything down."""
Texts = Mapping[str, tuple[tuple[str, str], ...]]
"""By script: what is found, and what stands there instead."""
MUTANTS: dict[str, Callable[[], None]] = {}
SERVER_MUTANTS = frozenset({"everysec"})
"""Made by the server's settings, not in a process."""


class MutantOutdated(Exception):
    """The guard that a mutant takes out is not where it was."""


def apply(name: str) -> None:
    """Take this guard out of the present process."""
    if name not in SERVER_MUTANTS:
        MUTANTS[name]()


def _mutant(one: Callable[[], None]) -> Callable[[], None]:
    MUTANTS[one.__name__] = one
    return one


def _rewrite(texts: Texts) -> None:
    usual = scripts.source

    def source(name: str, *folder: Any) -> str:
        text = usual(name, *folder)
        for old, new in texts.get(name, ()):
            if old not in text:
                raise MutantOutdated(f"{name}.lua has no {old!r}")
            text = text.replace(old, new)
        return text

    scripts.source = source


@_mutant
def confirm_before_persist() -> None:
    """Telegram hears that an update is safe while it is still being written down."""
    from bot.telegram.intake import Intake

    receive = Intake.receive
    kept: set[asyncio.Task[None]] = set()

    async def later(self: Intake, updates: Any) -> None:
        await asyncio.sleep(BACKGROUND_SECONDS)
        await receive(self, updates)

    async def received(self: Intake, updates: Any) -> None:
        task = asyncio.ensure_future(later(self, updates))
        kept.add(task)
        task.add_done_callback(
            lambda done: (kept.discard(done), done.cancelled() or done.exception())
        )

    Intake.receive = received  # type: ignore[method-assign]


_BEGUN = "change(lane, 'K', lend.token, 'O', lend.owner, 'y'"
_LEASED = "redis.call('ZADD', P .. 'agenda:sends', now + lend.ms, lane.c)"
_WITH_BEGIN = ("commit", "take_sends", "settle")


@_mutant
def pop_before_send() -> None:
    """A word leaves the lane when it is taken, not when it was said."""
    popped = "redis.call('LPOP', P .. 'o:' .. lane.c) " + _BEGUN
    _rewrite(dict.fromkeys(_WITH_BEGIN, ((_BEGUN, popped),)))


@_mutant
def no_lane() -> None:
    """Who takes a word takes no lease on its lane: the next word is said beside it."""
    free = "redis.call('LPOP', P .. 'o:' .. lane.c) " + _BEGUN
    due = "redis.call('ZADD', P .. 'agenda:sends', now - 1, lane.c)"
    _rewrite(dict.fromkeys(_WITH_BEGIN, ((_BEGUN, free), (_LEASED, due))))


@_mutant
def no_token() -> None:
    """Whoever once held a lease may still commit and settle under it."""
    _rewrite(
        {
            "commit": (("if lane.k ~= token then", "if false then"),),
            "settle": (("local mine = lane.K == token", "local mine = true"),),
        }
    )


@_mutant
def no_epoch() -> None:
    """Nobody asks whether the conversation has changed hands meanwhile."""
    holder = ("if kind == 'a' and holder == 'agent' then", "if false then")
    _rewrite(
        {
            "commit": (
                ("if (tonumber(lane.e) or 0) ~= tonumber(ARGV[5]) then", "if false then"),
                holder,
            ),
            "take_sends": (holder,),
            "settle": (holder,),
            "claim": (("if kind == 'a' and tonumber(number) ~= flying", "if false"),),
        }
    )


@_mutant
def no_operation_id() -> None:
    """What is asked twice after a lost reply is done twice."""
    done = ("local done = redis.call('GET', KEYS[1])", "local done = nil")
    _rewrite(
        {
            "say": (done,),
            "note": (done,),
            "claim": (("local done = redis.call('GET', KEYS[4])", "local done = nil"),),
            "accept": (("redis.call('SETBIT', page, update % 32768, 1) == 0", "true"),),
        }
    )
