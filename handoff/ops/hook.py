"""Alerts to a webhook: signed JSON to one address of the operator's.

The address is resolved first and the connection goes to what was resolved, so that a name cannot
lead inside afterwards; loopback, link-local and private addresses are refused unless the operator
allows them, and redirects are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import socket
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from handoff.alerts import alert_of
from handoff.ops.telling import SinkFailed, Told
from handoff.settings import AlertSettings

TIMEOUT_SECONDS = 5.0
SIGNATURE = "X-Warmline-Signature"
Address = IPv4Address | IPv6Address


def is_public(address: Address) -> bool:
    """Whether an address lies outside: not this machine, not this network."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    found = mapped or address
    return found.is_global and not found.is_multicast


class WebhookSink:
    """Posts alerts; one connection each, which is closed."""

    name = "webhook"

    def __init__(
        self,
        settings: AlertSettings,
        shop: str,
        *,
        resolver: Callable[[], AbstractResolver] = ThreadedResolver,
    ) -> None:
        self._url = settings.alert_webhook_url.get_secret_value()
        self._secret = settings.alert_webhook_secret.get_secret_value().encode()
        self._allows = (lambda _: True) if settings.alert_webhook_private else is_public
        self._shop = shop
        self._resolver = resolver

    async def tell(self, told: Told) -> None:
        """Post it; raises SinkFailed."""
        parts = urlsplit(self._url)
        literal = _literal(parts.hostname or "")
        if parts.scheme not in ("http", "https") or (literal and not self._allows(literal)):
            raise SinkFailed("this address is not posted to")
        body = orjson.dumps(self._record(told))
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers[SIGNATURE] = signature(self._secret, int(time.time()), body)
        try:
            await self._post(body, headers)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            raise SinkFailed("the webhook was not told") from None

    def _record(self, told: Told) -> dict[str, Any]:
        meaning = alert_of(told.name)
        return {
            "event": "alert.opened" if told.is_open else "alert.closed",
            "shop": self._shop,
            "alert": told.name,
            "detail": told.detail,
            "since": told.since,
            "cause": meaning.cause,
            "remedy": meaning.remedy,
        }

    async def _post(self, body: bytes, headers: dict[str, str]) -> None:
        resolver = _Screened(self._resolver(), self._allows)
        connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            session.post(self._url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            if not 200 <= response.status < 300:
                raise SinkFailed(f"the webhook answered {response.status}")


def signature(secret: bytes, at: int, body: bytes) -> str:
    """`t=<epoch seconds>,v1=<HMAC-SHA256 of "t.body">`, for the receiver to compare."""
    digest = hmac.new(secret, b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


class _Screened(AbstractResolver):
    """Resolves, and hands on only addresses that may be called."""

    def __init__(self, inner: AbstractResolver, allows: Callable[[Address], bool]) -> None:
        self._inner = inner
        self._allows = allows

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        allowed = [one for one in found if self._allows(ip_address(one["host"].partition("%")[0]))]
        if not allowed:
            raise OSError("every address of the webhook lies inside")
        return allowed

    async def close(self) -> None:
        """Nothing to close: each question stands alone."""
