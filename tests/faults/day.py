"""A day at the shop, short: one customer and one agent who do everything once. No tests here.

It reaches as many of the ports' methods as people can reach, and each act is repeated until it has
an answer, as a page repeats it: so a process may be cut at any point of it.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from bot.sandbox.seen import SandboxError
from handoff.conversation import ConversationId
from handoff.errors import StoreDown
from tests.faults.asking import Asking
from tests.faults.history import (
    AgentNoted,
    AgentSaid,
    Claimed,
    Edited,
    Pressed,
    Released,
    Wrote,
    now_ms,
)
from tests.faults.telegram import BOT_ID
from tests.faults.world import World

PATIENCE_SECONDS = 40.0
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
_ops = itertools.count(1)


class GivenUp(Exception):
    """An act that never had an answer."""


@dataclass
class DeskUser:
    """One agent at the desk, over HTTP; asks again until there is an answer."""

    world: World
    agent: str
    session: aiohttp.ClientSession
    busy: int = 0

    async def log_in(self) -> None:
        await self._answered("POST", "/login", self._login)

    @property
    def _login(self) -> dict[str, Any]:
        return {"id": self.agent, "password": self.world.passwords[self.agent]}

    async def get(self, path: str) -> int:
        """A page."""
        return (await self._asked("GET", path, None))[0]

    async def act(self, case: str, action: str, **values: Any) -> tuple[int, dict[str, Any]]:
        """One of the case's actions."""
        return await self._asked("POST", f"/desk/cases/{case}/{action}", values)

    async def post(self, path: str, **values: Any) -> tuple[int, dict[str, Any]]:
        return await self._asked("POST", path, values)

    async def upload(self, case: str, data: bytes, name: str) -> str:
        """A file; its id."""
        _, body = await self._asked("POST", f"/desk/cases/{case}/files?name={name}", data)
        return str(body["file"])

    async def _asked(self, method: str, path: str, values: Any) -> tuple[int, dict[str, Any]]:
        status, body = await self._answered(method, path, values)
        if status == 401 and path != "/login":
            await self.log_in()
            status, body = await self._answered(method, path, values)
        return status, body

    async def _answered(self, method: str, path: str, values: Any) -> tuple[int, dict[str, Any]]:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            self.busy += 1
            with suppress(aiohttp.ClientError, TimeoutError, OSError, orjson.JSONDecodeError):
                status, body = await self._once(method, path, values)
                if status < 500 and status != 429:
                    return status, body
            self.busy -= 1
            await asyncio.sleep(0.1)
        raise GivenUp(path)

    async def _once(self, method: str, path: str, values: Any) -> tuple[int, dict[str, Any]]:
        base = self.world.desk_url
        headers = {"Origin": base, "HX-Request": "true"}
        if method == "POST":
            headers["Accept"] = "application/json"
        raw = values if isinstance(values, bytes) else None
        sent = {"data": raw} if raw is not None else {"json": values} if values is not None else {}
        if raw is not None:
            headers["Content-Type"] = "application/octet-stream"
        async with self.session.request(
            method, base + path, headers=headers, allow_redirects=False, **sent
        ) as answer:
            data = await answer.read()
        is_json = answer.content_type == "application/json" and data
        self.busy -= 1
        return answer.status, orjson.loads(data) if is_json else {}


@dataclass
class Day:
    """What happens to a customer, from the first question to the last."""

    world: World
    asking: Asking
    desk: DeskUser
    chat: int = 0
    days: int = field(default=0)

    async def live(self, over: Callable[[], bool]) -> None:
        """One day after the other, each with a new customer."""
        while not over():
            (self.chat,) = await self.asking.people(1)
            await self.ask()
            await self.send_more()
            await self.be_helped()
            await self.ask()
            await self.leave_and_return()
            await self.be_unreadable()
            self.days += 1

    async def ask(self) -> None:
        await self.asking.until_answered([await self.asking.ask(self.chat)])

    async def send_more(self) -> None:
        """A picture, a changed mind, wrong digits, a pressed button."""
        phone, note = self.world.phone, self.world.recorder.note
        mark = self.asking.marks.word()
        shot = await phone.photo(self.chat, PNG, caption=f"look {mark}")
        note(
            Wrote(
                at_ms=now_ms(),
                chat=self.chat,
                message_id=shot.message_id,
                update_id=shot.update_id,
                mark=mark,
                text=mark,
                kind="photo",
            )
        )
        first = self.asking.marks.order()
        said = await phone.say(self.chat, f"Where is {first}?")
        wrote = {"chat": self.chat, "message_id": said.message_id, "text": first}
        note(Wrote(at_ms=now_ms(), update_id=said.update_id, mark=first, proofs=(first,), **wrote))
        await self.asking.until_answered([first])
        changed = self.asking.marks.order()
        edit = await phone.edit(self.chat, said.message_id, f"Where is my order {changed}?")
        note(
            Edited(
                at_ms=now_ms(),
                update_id=edit.update_id,
                mark=changed,
                proofs=(changed,),
                **wrote,
            )
        )
        await self.asking.until_answered([changed])
        await self._say("0000", carries=(changed,))
        await self._press(carries=(changed,))

    async def _say(self, text: str, carries: tuple[str, ...] = ()) -> None:
        """Something no answer can prove."""
        mark = self.asking.marks.word()
        said = await self.world.phone.say(self.chat, text)
        self.world.recorder.note(
            Wrote(
                at_ms=now_ms(),
                chat=self.chat,
                message_id=said.message_id,
                update_id=said.update_id,
                mark=mark,
                text=text,
                carries=carries,
            )
        )
        with suppress(Exception):
            await self.world.phone.wait_for_reply(self.chat, after=said, timeout=PATIENCE_SECONDS)

    async def _press(self, carries: tuple[str, ...]) -> None:
        """The first button anybody may press."""
        for seen in reversed(await self.world.phone.history(self.chat)):
            rows = seen.message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in itertools.chain.from_iterable(rows):
                if button.get("callback_data"):
                    await self._pressed(seen.id, button["text"], carries)
                    return

    async def _pressed(self, message_id: int, label: str, carries: tuple[str, ...]) -> None:
        with suppress(SandboxError):
            told = await self.world.phone.press(self.chat, message_id, text=label)
            self.world.recorder.note(
                Pressed(
                    at_ms=now_ms(),
                    chat=self.chat,
                    message_id=message_id,
                    update_id=int(told["update_id"]),
                    callback_id=str(told["callback_id"]),
                    label=label,
                    carries=carries,
                )
            )

    async def be_helped(self) -> None:
        """A person is wanted, comes, goes, comes again, and settles it."""
        await self.asking.ask(self.chat, person=True)
        case = await self._case()
        desk = self.desk
        await desk.get("/desk")
        await self._claim(case)
        for path in ("", "/conversation", "/packet"):
            await desk.get(f"/desk/cases/{case}{path}")
        await desk.post("/desk/presence", idle_seconds=0)
        await desk.act(case, "acknowledge", version=1)
        await self._note(case)
        file = await desk.upload(case, PNG, "receipt.png")
        await self._speak(case, attachment=file)
        numbers = await self._speak(case)
        if numbers:
            await desk.act(case, "retract", number=numbers[-1])
        await self._release(case, "requeue", "requeued")
        await self._claim(case)
        await self._speak(case)
        await desk.get("/ops")
        await desk.get("/ops/board")
        await desk.get("/metrics")
        await self._release(case, "resolve", "resolved", resolution="solved")

    async def leave_and_return(self) -> None:
        """The agent goes home, and mistypes the password in the morning."""
        await self.desk.post("/logout")
        await self.desk.post("/login", id=self.desk.agent, password="not this one")
        with suppress(StoreDown):
            for key in (f"account:{self.desk.agent}", "address:127.0.0.1"):
                await self.world.store.accounts.login_worked(key)
        await self.desk.log_in()

    async def be_unreadable(self) -> None:
        """Somebody whose message nobody can read, and an update that is none."""
        (stranger,) = await self.asking.people(1)
        mark = self.asking.marks.word()
        said = await self.world.phone.raw(stranger, {"text": {"not": "a text"}})
        self.world.recorder.note(
            Wrote(
                at_ms=now_ms(),
                chat=stranger,
                message_id=said.message_id,
                update_id=said.update_id or 0,
                mark=mark,
                text=mark,
                kind="raw",
            )
        )
        await self.world.phone.inject_update(
            raw='{"update_id":$update_id,"message":{"x":"\\ud800"}}'
        )

    async def _case(self) -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        name = ConversationId(f"tg-{BOT_ID}-{self.chat}")
        while time.monotonic() < until:
            with suppress(StoreDown):
                for case in await self.world.store.cases.waiting():
                    if case.conversation == name:
                        return case.id
            await asyncio.sleep(0.05)
        raise GivenUp(f"no case for {self.chat}")

    async def _claim(self, case: str) -> None:
        op, began = f"claim-{next(_ops):06d}", now_ms()
        status, body = await self.desk.act(case, "claim", op=op, packet_version=1)
        if status == 200:
            self._note_act(
                Claimed,
                case,
                op,
                began,
                in_flight=bool(body["in_flight"]),
                withdrawn=(),
            )

    async def _note(self, case: str) -> None:
        mark, op = self.asking.marks.noted(), f"note-{next(_ops):06d}"
        status, _ = await self.desk.act(case, "note", op=op, text=f"between us {mark}")
        if status == 200:
            self.world.recorder.note(
                AgentNoted(
                    at_ms=now_ms(),
                    agent=self.desk.agent,
                    case=case,
                    chat=self.chat,
                    op=op,
                    mark=mark,
                    text=mark,
                )
            )

    async def _speak(self, case: str, **more: Any) -> list[int]:
        mark, op, began = self.asking.marks.said(), f"say-{next(_ops):06d}", now_ms()
        text = f"I have it here: {mark}"
        status, body = await self.desk.act(case, "say", op=op, text=text, **more)
        if status != 200:
            return []
        numbers = [int(number) for number in body["numbers"]]
        self._note_act(AgentSaid, case, op, began, mark=mark, text=text, numbers=tuple(numbers))
        await self.asking.until_answered([mark])
        return numbers

    async def _release(self, case: str, action: str, how: str, **values: Any) -> None:
        op, began = f"{action}-{next(_ops):06d}", now_ms()
        status, body = await self.desk.act(case, action, op=op, **values)
        while status == 409 and body.get("error") == "words_open":
            for number in body["numbers"]:
                await self.desk.act(case, "retract", number=number)
            status, body = await self.desk.act(case, action, op=op, **values)
        if status == 200:
            self._note_act(Released, case, op, began, how=how)

    def _note_act(self, kind: type[Any], case: str, op: str, began: float, **more: Any) -> None:
        self.world.recorder.note(
            kind(
                at_ms=now_ms(),
                began_ms=began,
                agent=self.desk.agent,
                case=case,
                chat=self.chat,
                op=op,
                **more,
            )
        )
