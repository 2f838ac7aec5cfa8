"""A blocking client of the same store, for RQ, which knows no other kind.

It decides nothing the asynchronous one does not: where the primary is, is asked whenever a
connection is made, and a connection ends when its server is no primary any more.
"""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import ResponseError
from redis.retry import Retry

from handoff.store.address import SentinelAddress, sentinel_address
from handoff.store.sentinel import find_primary_blocking
from handoff.store.troubles import MOVED, trouble_of

TIMEOUT_SECONDS = 3.0
RETRIES = 2


class _Led(redis.Connection):
    """A connection to whoever is the primary when it is made."""

    def __init__(self, *, led_by: SentinelAddress, **options: Any) -> None:
        self._led_by = led_by
        super().__init__(**options)  # type: ignore[no-untyped-call]

    def _connect(self) -> Any:
        primary = find_primary_blocking(self._led_by)
        self.host, self.port = primary.host, primary.port
        return super()._connect()  # type: ignore[no-untyped-call]

    def on_connect_check_health(self, check_health: bool = True) -> None:
        super().on_connect_check_health(check_health)
        self.send_command("ROLE", check_health=False)  # type: ignore[no-untyped-call]
        if super().read_response()[0] not in (b"master", "master"):
            raise NoConnection("this server is no primary")

    def read_response(self, *given: Any, **options: Any) -> Any:
        try:
            return super().read_response(*given, **options)
        except ResponseError as error:
            if trouble_of(error) not in MOVED:
                raise
            self.disconnect()  # type: ignore[no-untyped-call]
            raise NoConnection(str(error), status_code=error.status_code) from error


def connect_blocking(url: str) -> redis.Redis:
    """A client with deadlines; nothing is connected before its first command."""
    options: dict[str, Any] = {
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "retry": Retry(ExponentialBackoff(cap=0.2, base=0.02), RETRIES),
    }
    address = sentinel_address(url)
    if address is None:
        return redis.Redis.from_url(url, **options)
    pool = redis.ConnectionPool(
        connection_class=_Led,
        led_by=address,
        db=address.db,
        username=address.login.user or None,
        password=address.login.password or None,
        **options,
    )
    return redis.Redis(connection_pool=pool)
