"""Connections, and a pool of them, for half the processor time of redis-py's own.

It changes how commands and replies are brought together, how bytes leave and how a free connection
is handed out, and nothing else: what is said, waited for, retried and closed stays redis-py's
business.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Sequence
from typing import Any

from hiredis import pack_command
from redis.asyncio.connection import AbstractConnection, BlockingConnectionPool, Connection
from redis.connection import HiredisRespSerializer
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as NoAnswer

from handoff.store.standing import Loyal

_PACKER = HiredisRespSerializer()


def _packed(command: tuple[Any, ...]) -> bytes:
    if " " in command[0]:  # two words in one, as redis-py's own commands have them
        return b"".join(_PACKER.pack(*command))
    packed: bytes = pack_command(command)
    return packed


class _Lean(AbstractConnection):
    """Packs in C, which redis-py does for its blocking client only, and writes without a task."""

    def pack_command(self, *args: Any) -> list[bytes]:
        return [_packed(args)]

    def pack_commands(self, commands: Iterable[Iterable[Any]]) -> list[bytes]:
        return [_packed(tuple(command)) for command in commands]

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        # redis-py guards each write by `wait_for`, which makes it a task. A write can only hang
        # while an earlier one is stuck in the buffer; the wait for the reply is guarded anyway.
        writer = self._writer
        stuck = writer is None or writer.is_closing() or writer.transport.get_write_buffer_size()
        if writer is None or stuck or isinstance(command, bytes | str):
            await super().send_packed_command(command, check_health)
        else:
            writer.writelines(command)

    async def exchange(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Write all commands at once; a reply to each, an error in its place. One deadline stands
        for all: setting one anew was half of what a reply cost.
        """
        await self.send_packed_command(self.pack_commands(commands))
        try:
            async with asyncio.timeout(self.socket_timeout):
                return [await self._reply() for _ in commands]
        except TimeoutError:  # the connection is closed already, as with every wait that is ended
            raise NoAnswer("the store did not answer in time") from None

    async def _read_response_from_parser(self, *given: Any, **options: Any) -> Any:
        # A line that the system gave up on ends in the same TimeoutError as a deadline does, which
        # `read_response`, given a deadline, takes for "nothing yet": it would return None.
        try:
            return await super()._read_response_from_parser(*given, **options)
        except TimeoutError as error:
            raise NoConnection(str(error)) from error

    async def _reply(self) -> Any:
        try:
            return await self.read_response(timeout=math.inf)
        except ResponseError as error:
            return error


def loyal(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """This kind of connection, made lean, and true to the primary."""
    return type(f"Loyal{kind.__name__}", (Loyal, _Lean, kind), {})


class Led(Loyal, _Lean, Connection):
    """One to whoever is the primary when it is made."""

    async def _connect(self) -> None:
        self.host, self.port = await self._standing.locate()
        await super()._connect()  # type: ignore[no-untyped-call]


class LeanPool(BlockingConnectionPool):
    """Hands out a connection that is free, and takes it back, without locks and without counting:
    that was a third of what a call cost. Whoever has to wait does so as redis-py has it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._waiting = 0

    async def get_connection(self, *_given: Any, **_options: Any) -> AbstractConnection:
        if self._is_pressed or not self.can_get_connection():
            self._waiting += 1
            try:
                waited_for: AbstractConnection = await super().get_connection()  # type: ignore[no-untyped-call]
            finally:
                self._waiting -= 1
            return waited_for
        connection: AbstractConnection = self.get_available_connection()  # type: ignore[no-untyped-call]
        try:
            await self.ensure_connection(connection)
        except BaseException:
            await self.release(connection)
            raise
        return connection

    async def exchange(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """A reply to each command, an error in its place; asked once more where the line failed."""
        connection: Any = await self.get_connection()

        async def mended(_error: Exception) -> None:
            await connection.disconnect()

        try:
            found: list[Any] = await connection.retry.call_with_retry(
                lambda: connection.exchange(commands), mended
            )
        finally:
            await self.release(connection)
        return found

    async def release(self, connection: AbstractConnection) -> None:
        if self._is_pressed or connection.should_reconnect():  # type: ignore[no-untyped-call]
            await super().release(connection)
        else:
            self._in_use_connections.remove(connection)
            self._available_connections.append(connection)

    @property
    def _is_pressed(self) -> bool:
        """Somebody waits for a connection, or redis-py is moving them to another server."""
        return bool(self._waiting) or self._in_maintenance
