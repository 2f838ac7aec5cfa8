"""A desk, customers who wrote, and agents with browsers: what desk tests are told with."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from handoff.agenda import Mail, MailKind, Outcome, Sending, SendResult, Settlement
from handoff.agents import Agent, AgentId, Role
from handoff.case import CaseId, NewCase
from handoff.conversation import Author, ConversationId, Message
from handoff.desk.app import make_app
from handoff.desk.context import DESK, USUAL_PACE, Desk, Kept, Pace
from handoff.desk.texts import load_texts
from handoff.desk.writing import Writes
from handoff.files import Files
from handoff.packet import Packet, encode_packet
from handoff.ports import Store
from handoff.settings import DeskSettings
from handoff.state import encode_state
from handoff.words import Body, Limits, Word, WordKind

SEEDS = Path(__file__).parents[3] / "seeds"
PASSWORD = "correct horse battery"
PLENTY = Limits(total_per_second=1000, chat_per_second=1000, chat_burst=1000)


@dataclass
class Customers:
    """Customers and the bot's side of the store."""

    store: Store
    updates: int = 0
    begun: list[Sending] = field(default_factory=list)

    async def hears(
        self, chat: int, text: str, *, name: str = "Emma Clark", answer: str = "", **outcome: Any
    ) -> ConversationId:
        """A customer writes; the bot's turn records it and says `answer`."""
        self.updates += 1
        conversation = ConversationId(f"tg-1-{chat}")
        message_id = 1000 + self.updates
        mail = Mail(self.updates, conversation, MailKind.MESSAGE, b"{}", message_id=message_id)
        accepted = await self.store.turns.accept("tg-1", [mail], owner="bot", room=9)
        turns = accepted.turns or (await self.store.turns.take("bot", 9)).turns
        words = [Word(WordKind.ANSWER, Author.BOT, Body(answer))] if answer else []
        told = Outcome(
            state=encode_state({"schema": 1, "contact": {"name": name, "username": "emma"}}),
            rows=(Message(Author.CONTACT, text, message_id=message_id),),
            words=tuple(words),
        )
        committed = await self.store.turns.commit(
            turns[0], msgspec.structs.replace(told, **outcome), owner="bot", limits=PLENTY
        )
        self.begun += [committed.sending] if committed.sending else []
        return conversation

    async def opens(
        self, chat: int, text: str, *, case_id: str, name: str = "Emma Clark", **case: Any
    ) -> CaseId:
        """A customer writes something that a person should answer."""
        packet = case.pop("packet", Packet(wants="a refund for W1000002", language="en"))
        details: dict[str, Any] = {
            "reason": "human_request",
            "priority": "normal",
            "skill": "general",
            "why": "asked for a person",
            "head_start_ms": 0,
            "language": packet.language,
        }
        details |= case
        opened = NewCase(id=CaseId(case_id), packet=encode_packet(packet), contact=name, **details)
        await self.hears(chat, text, name=name, open_case=opened)
        return CaseId(case_id)

    async def settles_begun(self) -> None:
        """What the bot had begun to say arrives."""
        while self.begun:
            sending = self.begun.pop()
            sent = Settlement(SendResult.SENT, message_id=7000 + sending.number)
            await self.store.sends.settle(sending, sent, PLENTY)

    async def delivers(self, result: SendResult = SendResult.SENT, **how: Any) -> list[str]:
        """Deliveries say everything that is due; returns the texts."""
        said: list[str] = []
        taken = await self.store.sends.take("bot", 50, PLENTY)
        waiting = list(taken.sendings)
        while waiting:
            sending = waiting.pop(0)
            said.append(sending.word.decode())
            settled = Settlement(result, **({"message_id": 7000 + sending.number} | how))
            following = await self.store.sends.settle(sending, settled, PLENTY)
            waiting += [following] if following else []
        return said


@dataclass
class Stream:
    """An open live stream, as its page hears it."""

    answer: ClientResponse

    async def hear(self, *names: str) -> list[tuple[str, str]]:
        """(name, id) of everything up to the first event called one of `names`."""
        heard: list[tuple[str, str]] = []
        event_id = ""
        async with asyncio.timeout(10):
            while not heard or heard[-1][0] not in names:
                line = (await self.answer.content.readline()).decode()
                if not line:
                    return [*heard, ("end", "")]
                field, _, value = line.strip().partition(": ")
                if field == "id":
                    event_id = value
                if field == "event":
                    heard.append((value, event_id))
        return heard


@dataclass
class Browser:
    """What a browser with one person in front of it can do."""

    session: ClientSession
    base: str
    ops: int = 0
    streams: list[ClientResponse] = field(default_factory=list)

    async def get(self, path: str, **options: Any) -> tuple[int, str]:
        async with self.session.get(self.base + path, allow_redirects=False, **options) as answer:
            return answer.status, await answer.text()

    async def post(
        self,
        path: str,
        values: dict[str, Any] | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Ask as our own page does, for JSON."""
        async with self.session.post(
            self.base + path, json=values or {}, headers=self.own(headers), allow_redirects=False
        ) as answer:
            body = await answer.json() if "json" in answer.content_type else {}
            return answer.status, body

    def own(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return {"Origin": self.base, "HX-Request": "true", "Accept": "application/json"} | (
            more or {}
        )

    def op(self) -> str:
        self.ops += 1
        return f"operation-{id(self)}-{self.ops}"

    async def log_in(self, name: str, password: str = PASSWORD) -> tuple[int, dict[str, Any]]:
        return await self.post("/login", {"id": name, "password": password})

    async def listen(self, after: str = "0-0", **headers: str) -> Stream:
        answer = await self.session.get(
            f"{self.base}/desk/events", params={"after": after}, headers=headers
        )
        assert answer.status == 200, answer.status
        self.streams.append(answer)
        return Stream(answer)

    async def close(self) -> None:
        for answer in self.streams:
            answer.close()
        await self.session.close()

    async def act(self, case: str, action: str, **values: Any) -> tuple[int, dict[str, Any]]:
        return await self.post(f"/desk/cases/{case}/{action}", {"op": self.op()} | values)


@dataclass
class DeskUnderTest:
    """A running desk and the people in front of it."""

    base: str
    desk: Desk
    app: web.Application
    open_browser: Callable[[], Browser]
    password_hash: str

    async def hire(self, agent_id: str, role: Role = Role.AGENT, **details: Any) -> Agent:
        made = {"name": agent_id.title(), "title": "Customer care"} | details
        agent = Agent(AgentId(agent_id), role=role, password_hash=self.password_hash, **made)
        await self.desk.store.accounts.save_agent(agent)
        return agent

    async def seat(self, agent_id: str, role: Role = Role.AGENT, **details: Any) -> Browser:
        """An agent who is logged in."""
        await self.hire(agent_id, role, **details)
        browser = self.open_browser()
        status, _ = await browser.log_in(agent_id)
        assert status == 200
        return browser


@asynccontextmanager
async def desk_running(
    store: Store,
    password_hash: str,
    *,
    now_ms: Callable[[], int] | None = None,
    pace: Pace = USUAL_PACE,
    writes: Writes | None = None,
    **settings: Any,
) -> AsyncIterator[DeskUnderTest]:
    """A desk over `store` on a free port of this machine."""
    clock = now_ms or (lambda: int(datetime.now(UTC).timestamp() * 1000))
    folder = TemporaryDirectory()
    files = Files(Path(folder.name))
    app = make_app(
        Kept(store, files, writes),
        DeskSettings(_env_file=None, **settings),  # type: ignore[call-arg]
        texts=load_texts(SEEDS),
        pace=replace(pace, now=lambda: datetime.fromtimestamp(clock() / 1000, UTC)),
    )
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    base = str(server.make_url("")).rstrip("/")
    browsers: list[Browser] = []

    def open_browser() -> Browser:
        browsers.append(Browser(ClientSession(cookie_jar=CookieJar(unsafe=True)), base))
        return browsers[-1]

    try:
        yield DeskUnderTest(base, app[DESK], app, open_browser, password_hash)
    finally:
        await asyncio.gather(*(browser.close() for browser in browsers))
        await server.close()
        folder.cleanup()
