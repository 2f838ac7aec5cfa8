"""Run the Lua files: what one pass of the loop asks for leaves in one pipeline.

A script the server has forgotten (restart, SCRIPT FLUSH, a new primary) is sent again by itself.
Errors of the server come out as `StoreDown`; an error in a script comes out as it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError

from handoff.store.link import Link, Unreplicated

LUA = Path(__file__).parent / "lua"
LASTING = frozenset(
    {
        "accept",
        "post",
        "interim",
        "commit",
        "take_sends",
        "settle",
        "claim",
        "say",
        "retract",
        "note",
        "resolve",
        "requeue",
        "notify",
        "replay",
        "erase",
    }
)
"""What promises something: confirmed to Telegram, shown to an agent, about to be said. Where
replicas exist, these wait for one."""
Argument = str | bytes | int | float


def source(name: str, folder: Path = LUA) -> str:
    """The text of a script with what it `uses` in front."""
    text = (folder / f"{name}.lua").read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    parts = first.removeprefix("-- uses:").split() if first.startswith("-- uses:") else []
    heads = [(LUA / f"_{part}.lua").read_text(encoding="utf-8") for part in ("head", *parts)]
    return "\n".join([*heads, rest if parts else text])


def token_seeds() -> Iterator[str]:
    """Starts of tokens nobody else will make: drawn once, then numbered."""
    drawn = secrets.token_hex(8)
    return (f"{drawn}{number}-" for number in count())


class Scripts:
    """The verbs of one shop on one server: every Lua file of a folder."""

    def __init__(
        self,
        link: Link,
        prefix: str,
        now: Callable[[], int] | None = None,
        *,
        folder: Path = LUA,
    ) -> None:
        self._link = link
        self._prefix = prefix
        self._now = now or (lambda: 0)
        self._sources = {path.stem: source(path.stem, folder) for path in folder.glob("[a-z]*.lua")}
        self._shas = {
            name: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
            for name, text in self._sources.items()
        }
        self._batch: list[tuple[asyncio.Future[Any], str, list[Argument]]] = []
        self._flights: set[asyncio.Task[None]] = set()

    async def run(self, name: str, keys: list[str], *arguments: Argument) -> Any:
        """Run one script; raises StoreDown."""
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        call = [len(keys), *keys, self._prefix, self._now(), *arguments]
        if not self._batch:  # it leaves with the next pass
            flight = asyncio.ensure_future(self._fly())
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        self._batch.append((reply, name, call))
        return await reply

    async def _fly(self) -> None:
        batch, self._batch = self._batch, []
        commands = [("EVALSHA", self._shas[name], *call) for _, name, call in batch]
        lasting = any(name in LASTING for _, name, _ in batch)
        try:
            replies = await self._link.replies(commands, lasting=lasting)
            for (reply, name, call), value in zip(batch, replies, strict=True):
                forgotten = isinstance(value, NoScriptError)
                outcome = await self._again(name, call) if forgotten else value
                if isinstance(outcome, Unreplicated) and name not in LASTING:
                    outcome = outcome.reply
                _answer(reply, outcome)
        finally:  # ended from outside: nobody may wait for ever
            for reply, _, _ in batch:
                reply.cancel()

    async def _again(self, name: str, call: list[Argument]) -> Any:
        command = ("EVAL", self._sources[name], *call)
        (outcome,) = await self._link.replies([command], lasting=name in LASTING)
        return outcome


def _answer(reply: asyncio.Future[Any], outcome: Any) -> None:
    if reply.done():
        return
    if isinstance(outcome, Exception):
        reply.set_exception(outcome)
    else:
        reply.set_result(outcome)
