"""Scripted agents: browsers at the real desk, over HTTP and its stream. No tests here.

A browser writes into the history what its page showed and what the desk accepted or refused. Where
an answer got lost it presses again with the same operation id, as the page does, until it knows.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from handoff.agents import Agent, AgentId, Role
from handoff.desk.accounts import save_account
from handoff.desk.passwords import new_password
from handoff.ports import Store
from tests.faults.history import (
    AgentNoted,
    AgentSaid,
    AgentTried,
    CaseListed,
    Claimed,
    ClaimRefused,
    FrameSeen,
    Recorder,
    Released,
    Returned,
    SayRefused,
    ScreenSeen,
    Vanished,
    WordTold,
    now_ms,
)
from tests.faults.marks import Marks, marks_in

CERTAIN_SECONDS = 60.0
AGAIN_SECONDS = 0.5
REQUEST_SECONDS = 5.0
PRESENCE_SECONDS = 15.0
_NOT_YET = frozenset({"words_open", "customer_wrote"})
OPENED = "opened"
"""Not a frame: the stream itself began."""
_UNSURE = frozenset({429, 500, 502, 503, 504})
_GROUP = re.compile(r'id="group-(mine|waiting|others)"')
_ROW = re.compile(r'<li id="q-([^"]+)">(.*?)</li>', re.DOTALL)
_CHAT = re.compile(r'<b class="name">[^<]*?(\d{5,})[^<]*</b>')
_HEAD = re.compile(r"<h1>[^<]*?(\d{5,})[^<]*</h1>")
_LINE = re.compile(r'<article class="line ([^"]*)" id="line-(\d+)">(.*?)</article>', re.DOTALL)
_READ = re.compile(r'name="seen" value="(\d+)"')
_PICTURE = re.compile(r'class="(?:picture|file file-photo)')
_SEQ = re.compile(r'id="line-(\d+)"')
_SINCE = re.compile(r"/desk/events\?after=([0-9]+-[0-9]+)")
_NOT_ARRIVED = ("is-failed", "is-unknown", "is-withdrawn", "is-expired")


class NeverCertain(Exception):
    """The desk gave no answer that says whether something was done."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the desk's list."""

    case: str
    chat: int
    group: str


@dataclass(frozen=True, slots=True)
class Screen:
    """A conversation as a page shows it: the marks from top to bottom, and how many pictures."""

    marks: tuple[str, ...]
    pictures: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the desk answered, after how many tries."""

    status: int
    values: dict[str, Any]
    tries: int


class Browser:
    """One agent's browser. Use `logged_in` to open it."""

    def __init__(
        self, agent: str, url: str, recorder: Recorder, session: aiohttp.ClientSession, marks: Marks
    ) -> None:
        self.agent = agent
        self.url = url
        self.chats: dict[str, int] = {}
        self.read: dict[str, int] = {}
        """The newest line of the customer that each conversation has shown."""
        self.last_event = ""
        self.streams = 0
        self.resets = 0
        self.here = True
        self.patience_seconds = CERTAIN_SECONDS
        """How long it presses again before it gives up."""
        self._recorder = recorder
        self._session = session
        self._marks = marks

    async def log_in(self, password: str) -> None:
        """Sign in; raises NeverCertain when the desk does not let this agent in."""
        answer = await self._certain("/login", id=self.agent, password=password)
        if answer.status != 200:
            raise NeverCertain(f"{self.agent} cannot log in: {answer.status}")

    async def queue(self) -> list[Row]:
        """Look at the list: the own cases, those that wait, and those of others as far as shown."""
        asked_ms, page = await self._page("/desk")
        self.last_event = self.last_event or _first(_SINCE, page)
        rows = list(_rows(page))
        for row in rows:
            if not row.chat:
                continue  # whoever has no name that tells the chat, as after an unreadable message
            self.chats[row.case] = row.chat
            self._recorder.note(
                CaseListed(
                    at_ms=asked_ms,
                    agent=self.agent,
                    case=row.case,
                    chat=row.chat,
                    status="waiting" if row.group == "waiting" else "assigned",
                    holder=self.agent if row.group == "mine" else "",
                )
            )
        return rows

    async def look(self, case: str) -> Screen:
        """Open a case's conversation."""
        asked_ms, page = await self._page(f"/desk/cases/{case}/conversation")
        marks: list[str] = []
        chat = self.chats.get(case, 0)
        for looks, _, inner in _LINE.findall(page):
            if "bot" in looks.split():
                continue
            found = marks_in(inner)
            marks += found
            states = [state for state in _NOT_ARRIVED if state in looks.split()]
            for state, mark in ((state, mark) for state in states for mark in found):
                self._recorder.note(
                    WordTold(
                        at_ms=asked_ms,
                        agent=self.agent,
                        case=case,
                        chat=chat,
                        mark=mark,
                        state=state.removeprefix("is-"),
                    )
                )
        whole = "1" in _SEQ.findall(page)
        self.read[case] = int(_first(_READ, page) or 0)
        self._recorder.note(
            ScreenSeen(
                at_ms=asked_ms,
                agent=self.agent,
                case=case,
                chat=chat,
                marks=tuple(marks),
                whole=whole,
            )
        )
        return Screen(tuple(marks), len(_PICTURE.findall(page)), whole)

    async def claim(self, case: str, *, op: str = "") -> bool:
        """Take a case; whether it is ours."""
        began_ms, op = now_ms(), op or new_op()
        answer = await self._certain(f"/desk/cases/{case}/claim", op=op)
        return self._claimed(answer, case, op, began_ms)

    async def take_next(self) -> str:
        """Take the best of the queue; its case, empty when there is none."""
        began_ms, op = now_ms(), new_op()
        answer = await self._certain("/desk/next", op=op)
        case = str(answer.values.get("case", ""))
        if answer.status == 200:
            at_ms = now_ms()
            await self._learn_chat(case)
            self._claimed(answer, case, op, began_ms, at_ms)
        return case

    async def say(self, case: str, text: str = "I am looking at it.", *, presses: int = 1) -> str:
        """Say something to the customer, pressing so many times at once; the mark of the words."""
        mark, op, chat = self._marks.said(), new_op(), self.chats.get(case, 0)
        self._tried(case, chat, op, mark)
        began_ms = now_ms()
        sayings = (
            self._certain(f"/desk/cases/{case}/say", op=op, text=f"{text} {mark}")
            for _ in range(presses)
        )
        for answer in await asyncio.gather(*sayings):
            if answer.status != 200:
                code = str(answer.values.get("error", answer.status))
                self._recorder.note(
                    SayRefused(at_ms=now_ms(), agent=self.agent, case=case, op=op, code=code)
                )
                continue
            self._recorder.note(
                AgentSaid(
                    at_ms=now_ms(),
                    began_ms=began_ms,
                    agent=self.agent,
                    case=case,
                    chat=chat,
                    op=op,
                    mark=mark,
                    text=text,
                    numbers=tuple(answer.values["numbers"]),
                )
            )
        return mark

    async def note(self, case: str, text: str = "A remark for colleagues.") -> str:
        """Leave a note; its mark."""
        mark, op, chat = self._marks.noted(), new_op(), self.chats.get(case, 0)
        self._tried(case, chat, op, mark)
        answer = await self._certain(f"/desk/cases/{case}/note", op=op, text=f"{text} {mark}")
        if answer.status == 200:
            self._recorder.note(
                AgentNoted(
                    at_ms=now_ms(),
                    agent=self.agent,
                    case=case,
                    chat=chat,
                    op=op,
                    mark=mark,
                    text=text,
                )
            )
        return mark

    async def resolve(self, case: str, resolution: str = "solved") -> Answer:
        """End a case."""
        return await self._release(
            case, "resolve", "resolved", resolution=resolution, seen=self.read.get(case, 0)
        )

    async def requeue(self, case: str) -> Answer:
        """Give a case back to the queue."""
        return await self._release(case, "requeue", "requeued")

    async def draft(self, case: str, text: str = "I would like to") -> str:
        """Type without sending; the mark of what was typed, which no customer may ever see."""
        mark = self._marks.noted()
        self._tried(case, self.chats.get(case, 0), "", mark)
        await self._certain(f"/desk/cases/{case}/draft", text=f"{text} {mark}")
        return mark

    async def be_present(self) -> None:
        """Tell every now and then that somebody is at the page, until cancelled or gone."""
        while self.here:
            with suppress(NeverCertain, aiohttp.ClientError, TimeoutError, OSError):
                await self._post("/desk/presence", idle_seconds=0)
            await asyncio.sleep(PRESENCE_SECONDS)

    def vanish(self) -> None:
        """Close the laptop: from now on nothing is sent."""
        self.here = False
        self._recorder.note(Vanished(at_ms=now_ms(), agent=self.agent))

    def come_back(self) -> None:
        """Open the laptop again."""
        self.here = True
        self._recorder.note(Returned(at_ms=now_ms(), agent=self.agent))

    async def listen(self) -> None:
        """Follow the desk's stream and take it up where it broke, until cancelled or gone."""
        if not self.last_event:
            await self.queue()
        while self.here:
            with suppress(aiohttp.ClientError, TimeoutError, OSError):
                await self._stream()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _stream(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=40)
        headers = {"Accept": "text/event-stream", "Last-Event-ID": self.last_event}
        async with self._session.get(
            f"{self.url}/desk/events", headers=headers, timeout=timeout
        ) as answer:
            if answer.status != 200:
                return
            self.streams += 1
            await self._frame("", OPENED)
            event_id = name = ""
            async for raw in answer.content:
                line = raw.decode().rstrip("\n")
                if line.startswith("id: "):
                    event_id = line[4:]
                elif line.startswith("event: "):
                    name = line[7:]
                elif not line and name:
                    await self._frame(event_id, name)
                    event_id = name = ""

    async def _frame(self, event_id: str, name: str) -> None:
        self.last_event = event_id or self.last_event
        self._recorder.note(
            FrameSeen(
                at_ms=now_ms(), agent=self.agent, stream=self.streams, event_id=event_id, name=name
            )
        )
        if name == "reset":
            self.resets += 1
            await self.queue()

    async def _learn_chat(self, case: str) -> None:
        if case not in self.chats:
            _, page = await self._page(f"/desk/cases/{case}", fragment=True)
            self.chats[case] = int(_first(_HEAD, page) or 0)

    def _claimed(
        self, answer: Answer, case: str, op: str, began_ms: float, at_ms: float = 0.0
    ) -> bool:
        if answer.status == 200:
            self._recorder.note(
                Claimed(
                    at_ms=at_ms or now_ms(),
                    began_ms=began_ms,
                    agent=self.agent,
                    case=case,
                    chat=self.chats.get(case, 0),
                    op=op,
                    in_flight=bool(answer.values.get("in_flight")),
                    withdrawn=tuple(answer.values.get("withdrawn", ())),
                )
            )
            return True
        self._recorder.note(
            ClaimRefused(
                at_ms=now_ms(),
                agent=self.agent,
                case=case,
                op=op,
                code=str(answer.values.get("error", answer.status)),
                holder=str(answer.values.get("holder", "")),
            )
        )
        return False

    def _tried(self, case: str, chat: int, op: str, mark: str) -> None:
        self._recorder.note(
            AgentTried(at_ms=now_ms(), agent=self.agent, case=case, chat=chat, op=op, mark=mark)
        )

    async def _release(self, case: str, path: str, how: str, **fields: Any) -> Answer:
        began_ms, op = now_ms(), new_op()
        answer = await self._certain(f"/desk/cases/{case}/{path}", op=op, **fields)
        # Refused at a second try: the first, whose answer got lost, may have done it; unless the
        # desk names what stands in the way, as it does of nothing that is done.
        not_yet = answer.values.get("error") in _NOT_YET
        if answer.status == 200 or (answer.tries > 1 and not not_yet):
            self._recorder.note(
                Released(
                    at_ms=now_ms(),
                    began_ms=began_ms,
                    agent=self.agent,
                    case=case,
                    chat=self.chats.get(case, 0),
                    op=op,
                    how=how,
                )
            )
        return answer

    async def _certain(self, path: str, **fields: Any) -> Answer:
        """Press again with the same operation id until the desk says yes or no."""
        tries, last = 0, 0
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience_seconds):
                while True:
                    tries += 1
                    with suppress(aiohttp.ClientError, TimeoutError, OSError):
                        answer = await self._post(path, **fields)
                        if answer.status not in _UNSURE:
                            return Answer(answer.status, answer.values, tries)
                        last = answer.status
                    await asyncio.sleep(AGAIN_SECONDS)
        raise NeverCertain(f"{self.agent}: {path} after {tries} tries, {last} at last")

    async def _post(self, path: str, **fields: Any) -> Answer:
        headers = {"Accept": "application/json", "HX-Request": "true", "Origin": self.url}
        async with self._session.post(self.url + path, json=fields, headers=headers) as answer:
            is_json = answer.content_type == "application/json"
            values = await answer.json() if is_json else {}
            return Answer(answer.status, values, 1)

    async def _page(self, path: str, *, fragment: bool = False) -> tuple[float, str]:
        """A page and when it was asked for; asked again while the desk is away."""
        headers = {"HX-Request": "true"} if fragment else {}
        tries, last = 0, 0
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience_seconds):
                while True:
                    asked_ms, tries = now_ms(), tries + 1
                    with suppress(aiohttp.ClientError, TimeoutError, OSError):
                        async with self._session.get(self.url + path, headers=headers) as answer:
                            if answer.status not in _UNSURE:
                                return asked_ms, await answer.text()
                            last = answer.status
                    await asyncio.sleep(AGAIN_SECONDS)
        raise NeverCertain(f"{self.agent}: {path} after {tries} tries, {last} at last")


def new_op() -> str:
    """An operation id, as a page makes one for each press."""
    return secrets.token_hex(8)


def _rows(page: str) -> list[Row]:
    rows = []
    parts = _GROUP.split(page)
    for group, part in zip(parts[1::2], parts[2::2], strict=True):
        for case, inner in _ROW.findall(part):
            chat = _first(_CHAT, inner)
            rows.append(Row(case, int(chat or 0), group))
    return rows


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""


async def hire(store: Store, names: Sequence[str], role: Role = Role.AGENT) -> dict[str, str]:
    """Accounts for these agents; their passwords."""
    passwords = {name: new_password() for name in names}
    for name, password in passwords.items():
        agent = Agent(AgentId(name), f"{name.title()} Doe", role, "", title="Customer care")
        await save_account(store, agent, password)
    return passwords


@asynccontextmanager
async def logged_in(
    url: str, recorder: Recorder, passwords: dict[str, str], marks: Marks
) -> AsyncIterator[list[Browser]]:
    """A browser for each of these agents, each with its presence told, until the block ends."""
    sessions, tasks = [], []
    try:
        browsers = []
        for name, password in passwords.items():
            session = aiohttp.ClientSession(
                cookie_jar=aiohttp.CookieJar(unsafe=True),
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS),
            )
            sessions.append(session)
            browser = Browser(name, url, recorder, session, marks)
            await browser.log_in(password)
            browsers.append(browser)
            tasks.append(asyncio.create_task(browser.be_present()))
        yield browsers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for session in sessions:
            await session.close()


async def race(browsers: Sequence[Browser], case: str) -> list[bool]:
    """All of them claim one case at the same moment; who got it."""
    return list(await asyncio.gather(*(browser.claim(case) for browser in browsers)))


async def serve(browser: Browser, case: str) -> None:
    """Help one customer from the packet to the end of the case."""
    await browser.look(case)
    await browser.note(case)
    await browser.say(case)
    await browser.look(case)
    await browser.say(case, "Solved. Anything else?")
    await until_resolved(browser, case)


async def until_resolved(browser: Browser, case: str, seconds: float = CERTAIN_SECONDS) -> None:
    """End a case as soon as the desk lets us: refused while our words did not arrive, or when the
    customer wrote something that our page has not shown.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while True:
        await browser.look(case)
        answer = await browser.resolve(case)
        if answer.values.get("error") not in _NOT_YET or loop.time() > ends:
            return
        await asyncio.sleep(AGAIN_SECONDS)


async def clear_queue(browsers: Sequence[Browser]) -> int:
    """Take and help until nobody waits; how many cases that were."""

    async def work(browser: Browser) -> int:
        done = 0
        while case := await browser.take_next():
            await serve(browser, case)
            done += 1
        return done

    return sum(await asyncio.gather(*(work(browser) for browser in browsers)))


async def keep_shift(browser: Browser, pause_seconds: float = 1.0) -> None:
    """Work until cancelled: take the next case, help, look around."""
    while True:
        case = await browser.take_next()
        if case:
            await serve(browser, case)
        else:
            await browser.queue()
            await asyncio.sleep(pause_seconds)
