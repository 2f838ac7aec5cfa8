"""Read the address of a store kept by Sentinel. Pure; other addresses are redis-py's business.

`redis+sentinel://user:password@host:port,host:port/service/db`, and for sentinels that want a
password too `?sentinel_user=…&sentinel_password=…`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from handoff.errors import StartRefused

SCHEME = "redis+sentinel"
SENTINEL_PORT = 26379


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are there; empty where nobody asks."""

    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SentinelAddress:
    """Sentinels to ask, and what for."""

    sentinels: tuple[tuple[str, int], ...]
    service: str
    db: int = 0
    login: Login = Login()
    sentinel_login: Login = Login()


def sentinel_address(url: str) -> SentinelAddress | None:
    """What the address says; None when it is of another kind. Raises StartRefused when it cannot
    be read; the address itself is never told, for it may hold a password.
    """
    if not url.startswith(f"{SCHEME}://"):
        return None
    parts = urlsplit(url)
    logins, _, hosts = parts.netloc.rpartition("@")
    service, _, db = parts.path.strip("/").partition("/")
    asked = dict(parse_qsl(parts.query))
    try:
        sentinels = tuple(map(_host_and_port, filter(None, hosts.split(","))))
        number = int(db or 0)
    except ValueError as error:
        raise StartRefused("REDIS_URL: a port and a database are numbers.") from error
    if not sentinels or not service:
        raise StartRefused(
            "REDIS_URL: name the sentinels and the service they keep, "
            "redis+sentinel://host:port,host:port/service"
        )
    user, _, password = logins.partition(":")
    return SentinelAddress(
        sentinels=sentinels,
        service=unquote(service),
        db=number,
        login=Login(unquote(user), unquote(password)),
        sentinel_login=Login(asked.get("sentinel_user", ""), asked.get("sentinel_password", "")),
    )


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or host.endswith(":") or (text.startswith("[") and text.endswith("]")):
        return text.strip("[]"), SENTINEL_PORT
    return host.strip("[]"), int(port)
