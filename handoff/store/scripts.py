"""Run the Lua files: what one pass of the loop asks for leaves in one pipeline.

A script the server has forgotten (restart, SCRIPT FLUSH) is sent again by itself. Errors of the
server come out as `StoreDown`; an error in a script comes out as it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import redis.asyncio
from redis import exceptions as errors

from handoff.errors import StoreDown

LUA = Path(__file__).parent / "lua"
DOWN = (
    errors.ConnectionError,
    errors.TimeoutError,
    errors.ReadOnlyError,
    errors.OutOfMemoryError,
    OSError,
)
DOWN_CODES = {
    "LOADING",
    "MISCONF",
    "BUSY",
    "OOM",
    "READONLY",
    "NOREPLICAS",
    "MASTERDOWN",
    "TRYAGAIN",
    "CLUSTERDOWN",
}
Argument = str | bytes | int | float


def is_down(error: BaseException) -> bool:
    """Does this error mean that the server cannot do its work now? Told by type, or by the reply's
    error code.
    """
    if isinstance(error, DOWN):
        return True
    return isinstance(error, errors.ResponseError) and str(error).partition(" ")[0] in DOWN_CODES


def source(name: str, folder: Path = LUA) -> str:
    """The text of a script with what it `uses` in front."""
    text = (folder / f"{name}.lua").read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    parts = first.removeprefix("-- uses:").split() if first.startswith("-- uses:") else []
    heads = [(LUA / f"_{part}.lua").read_text(encoding="utf-8") for part in ("head", *parts)]
    return "\n".join([*heads, rest if parts else text])


def token_seed() -> str:
    """The start of a token nobody else will make."""
    return secrets.token_hex(8) + "-"


class Scripts:
    """The verbs of one shop on one server: every Lua file of a folder."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        prefix: str,
        now: Callable[[], int] | None = None,
        *,
        folder: Path = LUA,
    ) -> None:
        self._client = client
        self._command: Callable[..., Awaitable[Any]] = client.execute_command
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
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Any] = loop.create_future()
        if not self._batch:
            loop.call_soon(self._leave)
        call = [len(keys), *keys, self._prefix, self._now(), *arguments]
        self._batch.append((reply, name, call))
        return await reply

    def _leave(self) -> None:
        batch, self._batch = self._batch, []
        flight = asyncio.ensure_future(self._fly(batch))
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)

    async def _fly(self, batch: list[tuple[asyncio.Future[Any], str, list[Argument]]]) -> None:
        commands = [("EVALSHA", self._shas[name], *call) for _, name, call in batch]
        try:
            if len(commands) == 1:  # a pipeline of one costs a quarter more
                replies = [await self._command(*commands[0])]
            else:
                pipeline = self._client.pipeline(transaction=False)
                for command in commands:
                    pipeline.execute_command(*command)
                replies = await pipeline.execute(raise_on_error=False)
        except Exception as error:
            replies = [error] * len(batch)
        for (reply, name, call), value in zip(batch, replies, strict=True):
            outcome = (
                await self._again(name, call) if isinstance(value, errors.NoScriptError) else value
            )
            _answer(reply, outcome)

    async def _again(self, name: str, call: list[Argument]) -> Any:
        try:
            return await self._command("EVAL", self._sources[name], *call)
        except Exception as error:
            return error


def _answer(reply: asyncio.Future[Any], outcome: Any) -> None:
    if reply.done():
        return
    if not isinstance(outcome, BaseException):
        reply.set_result(outcome)
    elif is_down(outcome):
        down = StoreDown(type(outcome).__name__)
        down.__cause__ = outcome
        reply.set_exception(down)
    else:
        reply.set_exception(outcome)
