import hashlib
import hmac
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_address

import orjson
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from handoff.ops.hook import SIGNATURE, WebhookSink, is_public
from handoff.ops.telling import SinkFailed, Told
from handoff.settings import AlertSettings

TOLD = Told("nobody_there", "3 wait", "2026-01-01T00:00:00+00:00", is_open=True)


class Resolver(AbstractResolver):
    """Everything lives at one address."""

    def __init__(self, host: str) -> None:
        self._host = host

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=self._host, port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


class Receiver:
    """A web server on this machine that keeps what it is posted."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, bytes]] = []
        self.status, self.location = 200, ""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._post)
        self.server = TestServer(app)

    async def _post(self, request: web.Request) -> web.Response:
        self.posts.append((request.headers.get(SIGNATURE, ""), await request.read()))
        headers = {"Location": self.location} if self.location else {}
        return web.Response(status=self.status, headers=headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.server.start_server()
    yield receiver
    await receiver.server.close()


def sink(url: str, *, private: bool = False, secret: str = "") -> WebhookSink:
    settings = AlertSettings(
        alert_webhook_url=url, alert_webhook_private=private, alert_webhook_secret=secret
    )
    return WebhookSink(settings, "shop", resolver=lambda: Resolver("127.0.0.1"))


async def test_alert_is_posted_signed_with_cause_and_remedy(receiver: Receiver) -> None:
    await sink(f"http://ops.test:{receiver.server.port}/a", private=True, secret="s").tell(TOLD)

    ((signed, body),) = receiver.posts
    record = orjson.loads(body)
    at, _, digest = signed.removeprefix("t=").partition(",v1=")
    expected = hmac.new(b"s", f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert (record["event"], record["alert"], record["detail"]) == (
        "alert.opened",
        "nobody_there",
        "3 wait",
    )
    assert record["remedy"] == "Call a colleague."
    assert digest == expected


@pytest.mark.parametrize("host", ["127.0.0.1", "ops.test", "127.1", "2130706433", "localhost"])
async def test_address_inside_is_never_called(receiver: Receiver, host: str) -> None:
    with pytest.raises(SinkFailed):
        await sink(f"http://{host}:{receiver.server.port}/").tell(TOLD)

    assert receiver.posts == []


async def test_redirect_is_a_failure_and_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.location = 302, "/elsewhere"

    with pytest.raises(SinkFailed):
        await sink(f"http://ops.test:{receiver.server.port}/", private=True).tell(TOLD)

    assert len(receiver.posts) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
    ],
)
def test_only_addresses_outside_are_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public
