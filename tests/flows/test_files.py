"""Files on their way: from a customer's phone to an agent's desk, and back."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from bot.sandbox.seen import Seen
from handoff.agents import Agent, AgentId, Role
from handoff.conversation import Author
from handoff.desk.accounts import save_account
from handoff.desk.app import make_app
from handoff.desk.context import Kept
from handoff.desk.texts import load_texts
from handoff.settings import DeskSettings
from tests.flows.product import Product
from tests.flows.seeds import SEEDS

EMMA, MEI_LING = 10002, 10003
PASSWORD = "correct horse battery"
PICTURES = [path.read_bytes() for path in sorted((SEEDS / "demo" / "pictures").glob("*.jpg"))]


@dataclass
class AtDesk:
    """An agent with a browser, logged in at a desk of the product."""

    session: ClientSession
    base: str
    case: str = ""

    async def post(self, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        own = {"Origin": self.base, "HX-Request": "true", "Accept": "application/json"}
        headers = own | options.pop("headers", {})
        async with self.session.post(
            self.base + path, json=body, headers=headers, **options
        ) as answer:
            assert answer.status in (200, 204), await answer.text()
            return await answer.json() if answer.content_type == "application/json" else {}

    async def get(self, path: str) -> bytes:
        async with self.session.get(self.base + path) as answer:
            assert answer.status == 200, path
            return await answer.read()

    async def sees_files(self, product: Product, count: int) -> list[str]:
        """The addresses of the pictures, as soon as the page shows `count` of them."""
        event_id = "0-0"
        while True:
            page = (await self.get(f"/desk/cases/{self.case}/conversation")).decode()
            shown = re.findall(r'<img src="([^"]+)"', page)
            if len(shown) >= count:
                return shown
            events = await product.store.events.after(event_id, wait_ms=5000)
            assert events, "the pictures do not come"
            event_id = events[-1][0]


@pytest.fixture
async def at_desk(product: Product) -> AsyncIterator[AtDesk]:
    agent = Agent(AgentId("mei"), "Mei", Role.AGENT, "", title="Customer care")
    await save_account(product.store, agent, PASSWORD)
    app = make_app(
        Kept(product.store, product.files),
        DeskSettings(_env_file=None),  # type: ignore[call-arg]
        texts=load_texts(SEEDS),
    )
    async with (
        TestServer(app, host="127.0.0.1") as server,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as session,
    ):
        desk = AtDesk(session, str(server.make_url("")).rstrip("/"))
        await desk.post("/login", {"id": "mei", "password": PASSWORD})
        yield desk


async def takes(desk: AtDesk, product: Product) -> None:
    await product.ask(EMMA, "I would like to talk to a person please.")
    desk.case = (await product.case_of(EMMA)).id
    await desk.post(f"/desk/cases/{desk.case}/claim", {"op": "claim-00001"})


async def until_read(product: Product, files: int) -> None:
    """Wait until turns have read so many files."""
    event_id = "0-0"
    while True:
        rows = (await product.conversation(EMMA)).transcript
        if sum(len(row.attachments) for row in rows if row.author is Author.CONTACT) >= files:
            return
        events = await product.store.events.after(event_id, wait_ms=5000)
        assert events, "no turn has read them"
        event_id = events[-1][0]


async def test_photos_of_a_customer_are_at_the_desk_byte_for_byte(
    product: Product, at_desk: AtDesk
) -> None:
    await takes(at_desk, product)
    own = PICTURES[0] + b"\0one of a kind"
    await product.phone.photo(EMMA, own, caption="The box arrived like this")
    await product.phone.album(EMMA, 4)
    await until_read(product, 5)

    shown = await at_desk.sees_files(product, 5)
    got = await asyncio.gather(*map(at_desk.get, shown))

    assert got[0] == own
    assert sorted(got[1:]) == sorted([*PICTURES, PICTURES[0]])
    calls = next(iter(product.exchange.world.bots.values())).calls
    assert calls["getfile"] == 5


async def test_erased_conversation_leaves_no_file(product: Product, at_desk: AtDesk) -> None:
    await takes(at_desk, product)
    await product.phone.photo(EMMA, PICTURES[0])
    await until_read(product, 1)
    await at_desk.sees_files(product, 1)
    await at_desk.post(
        f"/desk/cases/{at_desk.case}/resolve", {"op": "resolve-0001", "resolution": "solved"}
    )

    assert await product.store.house.erase(product.id_of(EMMA))

    assert product.files.forget(product.id_of(EMMA)) == 1
    assert product.files.forget(product.id_of(EMMA)) == 0


async def test_picture_of_an_agent_is_on_the_customers_phone(
    product: Product, at_desk: AtDesk
) -> None:
    await takes(at_desk, product)
    kept = await at_desk.post(
        f"/desk/cases/{at_desk.case}/files",
        params={"name": "label.jpg"},
        data=PICTURES[1],
        headers={"Content-Type": "application/octet-stream"},
    )

    body = {"op": "say-000001", "text": "Please print this label.", "attachment": kept["file"]}
    await at_desk.post(f"/desk/cases/{at_desk.case}/say", body)
    bubbles = await product.phone.wait_until(EMMA, lambda seen: "label" in seen[-1].text)

    assert bubbles[-1].text.startswith("This is Mei")
    assert await content_of(product, bubbles[-1]) == PICTURES[1]
    (shown,) = await at_desk.sees_files(product, 1)
    assert await at_desk.get(shown) == PICTURES[1]


async def content_of(product: Product, seen: Seen) -> bytes:
    """What the phone shows when the picture is opened."""
    file_id = seen.message["photo"][-1]["file_id"]
    async with (
        ClientSession() as session,
        session.get(f"{product.phone.url}/sandbox/files/{file_id}") as answer,
    ):
        return await answer.read()


async def test_document_of_an_agent_keeps_its_name(product: Product, at_desk: AtDesk) -> None:
    await takes(at_desk, product)
    kept = await at_desk.post(
        f"/desk/cases/{at_desk.case}/files",
        params={"name": "退货说明.pdf"},
        data=b"%PDF-1.7 as good as one",
        headers={"Content-Type": "application/octet-stream"},
    )

    await at_desk.post(
        f"/desk/cases/{at_desk.case}/say", {"op": "say-000001", "attachment": kept["file"]}
    )
    bubbles = await product.phone.wait_until(EMMA, lambda seen: "document" in seen[-1].message)

    assert bubbles[-1].message["document"]["file_name"] == "退货说明.pdf"


async def test_evidence_of_a_damaged_parcel_stands_in_the_packet_with_its_digest(
    product: Product, at_desk: AtDesk
) -> None:
    await product.ask(MEI_LING, "我要退貨 W1000003，收到就破損了")
    asked = await product.ask(MEI_LING, product.exchange.world.customers[MEI_LING].phone[-4:])
    await product.phone.album(MEI_LING, 3)
    bubbles = await product.phone.wait_until(MEI_LING, lambda seen: "哪一種" in seen[-1].text)
    await product.ask(MEI_LING, "轉人工")
    at_desk.case = (await product.case_of(MEI_LING)).id

    await at_desk.sees_files(product, 3)
    packet = (await at_desk.get(f"/desk/cases/{at_desk.case}/packet")).decode()

    assert "第 1 項，共 3 項" in asked.text
    assert "照片" not in bubbles[-1].text.partition("收到，謝謝您")[2]
    assert "Evidence, 3 of 3" in packet
    assert all(hashlib.sha256(picture).hexdigest() in packet for picture in PICTURES)
