"""What the connections of one store know of the server they speak to, shared among them: where the
primary is, whether it has replicas, and whether that is in doubt.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import ResponseError

from handoff.store.address import SentinelAddress
from handoff.store.sentinel import find_primary
from handoff.store.troubles import MOVED, trouble_of

FRESH_SECONDS = 30.0
"""How long a count of replicas is believed where no sentinel keeps it."""


class Standing:
    """One store's view of its server."""

    def __init__(self, address: SentinelAddress | None = None) -> None:
        self.address = address
        self.is_doubted = False
        """Somebody else may be the primary by now: idle connections are to be let go."""
        self._has_replicas: bool | None = None
        self._told_at = 0.0
        self._pools: list[ConnectionPool] = []

    def watch(self, pool: ConnectionPool) -> None:
        """Let go of this pool's connections, too, when the primary is in doubt."""
        self._pools.append(pool)

    @property
    def has_replicas(self) -> bool | None:
        """Whether writes can be waited for; None when nobody knows, or not any more."""
        if self.address is None and time.monotonic() - self._told_at > FRESH_SECONDS:
            return None
        return self._has_replicas

    async def locate(self) -> tuple[str, int]:
        """Where the primary is now. Raises redis' ConnectionError."""
        assert self.address is not None
        primary = await find_primary(self.address)
        self._has_replicas = primary.has_replicas
        return primary.host, primary.port

    async def ask(self, command: Callable[..., Awaitable[Any]]) -> bool:
        """Whether writes can be waited for, asked where it is not known. Raises redis' errors."""
        if self.has_replicas is None:
            await command("PING")  # a new connection asks for itself
        if self.has_replicas is None:
            self.hear_role(await _role(command("ROLE")))
        return bool(self.has_replicas)

    def hear_role(self, role: Any) -> None:
        """Take the answer to ROLE; raises redis' ConnectionError when this is no primary."""
        if role[0] != b"master":
            raise NoConnection("this server is no primary")
        if self.address is None:
            self._has_replicas, self._told_at = bool(role[2]), time.monotonic()

    def doubt(self) -> None:
        """A write was refused or no replica has it: look again before the next."""
        self.is_doubted = True
        self._told_at = 0.0

    async def let_go(self) -> None:
        """Close what is idle, so that whoever is next asks anew where the primary is."""
        self.is_doubted = False
        for pool in self._pools:
            await pool.disconnect(inuse_connections=False)


class Loyal(AbstractConnection):
    """A connection that speaks to a primary only: asks for the role when it is made, and ends when
    a write is refused because the role is another's. redis-py then repeats the command on a new
    one.
    """

    def __init__(self, *, standing: Standing, **options: Any) -> None:
        self._standing = standing
        super().__init__(**options)

    async def on_connect_check_health(self, check_health: bool = True) -> None:
        await super().on_connect_check_health(check_health)
        await self.send_command("ROLE", check_health=False)
        self._standing.hear_role(await _role(super().read_response()))

    async def read_response(self, *given: Any, **options: Any) -> Any:
        try:
            return await super().read_response(*given, **options)
        except ResponseError as error:
            if trouble_of(error) not in MOVED:
                raise
            self._standing.doubt()
            await self.disconnect()
            raise NoConnection(str(error), status_code=error.status_code) from error


async def _role(reply: Awaitable[Any]) -> Any:
    try:
        return await reply
    except ResponseError as error:
        if trouble_of(error):
            raise
        return [b"master", 0, []]  # a managed server may not tell
