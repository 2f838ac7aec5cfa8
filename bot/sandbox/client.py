"""Be a customer from a program: what the phone page does by hand, with waiting for replies."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Callable, Iterable
from io import BytesIO
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from bot.sandbox.errors import Json
from bot.sandbox.seen import NoReply, Said, SandboxError, Seen

REPLY_SECONDS = 10.0


class SandboxClient:
    """Talks to the control API of a sandbox at `url`. Use it as an async context manager."""

    def __init__(self, url: str, *, bot_id: int | None = None) -> None:
        self.url = url.rstrip("/")
        self._bot = {} if bot_id is None else {"bot": bot_id}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def say(self, customer_id: int, text: str, *, reply_to: int | None = None) -> Said:
        """Write a text."""
        body = {"text": text} | ({} if reply_to is None else {"reply_to": reply_to})
        return await self._act(customer_id, "say", **body)

    async def start(self, customer_id: int, payload: str = "") -> Said:
        """Press Start, as a link with this payload would."""
        return await self._act(customer_id, "start", payload=payload)

    async def send(self, customer_id: int, kind: str, **fields: Any) -> Said:
        """Send a photo, document, voice, video, audio or sticker: `file_id`, or a sample."""
        return await self._act(customer_id, "send", kind=kind, **fields)

    async def photo(self, customer_id: int, content: bytes = b"", *, caption: str = "") -> Said:
        """Send a photo: these bytes, or a sample picture."""
        fields: Json = {"caption": caption}
        if content:
            fields["file_id"] = (await self.upload(content, name="photo.jpg"))["file_id"]
        return await self.send(customer_id, "photo", **fields)

    async def album(self, customer_id: int, count: int, *, caption: str = "") -> Said:
        """Send several sample pictures at once."""
        return await self._act(customer_id, "album", count=count, caption=caption)

    async def share_contact(self, customer_id: int, other: Json | None = None) -> Said:
        """Share the own number, or a card of somebody else."""
        return await self._act(customer_id, "contact", **({"contact": other} if other else {}))

    async def share_location(self, customer_id: int, latitude: float, longitude: float) -> Said:
        """Share a place."""
        place = {"latitude": latitude, "longitude": longitude}
        return await self._act(customer_id, "location", **place)

    async def poll(self, customer_id: int, question: str, options: list[str]) -> Said:
        """Send a poll."""
        return await self._act(customer_id, "poll", question=question, options=options)

    async def forward(self, customer_id: int, text: str, sender: str) -> Said:
        """Pass on what somebody else wrote."""
        return await self._act(customer_id, "forward", text=text, sender=sender)

    async def raw(self, customer_id: int, content: Json) -> Said:
        """Send a message with any content."""
        return await self._act(customer_id, "raw", content=content)

    async def edit(self, customer_id: int, message_id: int, text: str) -> Said:
        """Change an own text."""
        return await self._act(customer_id, "edit", message_id=message_id, text=text)

    async def react(self, customer_id: int, message_id: int, emoji: str) -> Said:
        """Put a reaction on a message."""
        return await self._act(customer_id, "react", message_id=message_id, emoji=emoji)

    async def block(self, customer_id: int, *, blocked: bool = True) -> Said:
        """Block the bot, or let it write again."""
        return await self._act(customer_id, "block", blocked=blocked)

    async def press(
        self, customer_id: int, message_id: int, *, data: str | None = None, text: str | None = None
    ) -> Json:
        """Press a button under a message, by its data or its label."""
        body = {"message_id": message_id, "data": data, "text": text}
        return await self.post(f"/sandbox/chats/{customer_id}/press", body)

    async def press_key(self, customer_id: int, text: str) -> Said:
        """Press a key of the phone's own keyboard."""
        return await self._act(customer_id, "press", text=text)

    async def press_unseen(self, customer_id: int, message_id: int, data: str) -> Json:
        """Press with data that no button has."""
        body = {"message_id": message_id, "data": data, "unseen": True}
        return await self.post(f"/sandbox/chats/{customer_id}/press", body)

    async def history(self, customer_id: int, *, after: int = 0) -> list[Seen]:
        """The bubbles of a chat, oldest first."""
        path = f"/sandbox/chats/{customer_id}/history"
        return _seen(await self.get(path, after=after))

    async def wait_for_reply(
        self, customer_id: int, *, after: int | Said, timeout: float = REPLY_SECONDS
    ) -> Seen:
        """The first message of the bot after `after`; raise NoReply when none comes."""
        after_id = after.message_id if isinstance(after, Said) else after
        found = await self.replies(customer_id, after=after_id, timeout=timeout)
        if found is None:
            raise NoReply(customer_id, timeout)
        return found[0][0]

    async def replies(
        self, customer_id: int, *, after: int, timeout: float
    ) -> tuple[list[Seen], float] | None:
        """The bot's messages after `after` and the sandbox's time then; None when none comes."""
        path = f"/sandbox/chats/{customer_id}/reply"
        answer = await self.get(path, after=after, timeout=timeout)
        return (_seen(answer), float(answer["at"])) if answer["bubbles"] else None

    async def wait_until(
        self,
        customer_id: int,
        wanted: Callable[[list[Seen]], bool],
        *,
        timeout: float = REPLY_SECONDS,
    ) -> list[Seen]:
        """The chat as soon as it looks as `wanted`; raise NoReply when it never does."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    answer = await self.get(f"/sandbox/chats/{customer_id}/history")
                    if wanted(_seen(answer)):
                        return _seen(answer)
                    cursor = answer["cursor"]
                    await self.get("/sandbox/events", cursor=cursor, timeout=timeout)
        except TimeoutError:
            raise NoReply(customer_id, timeout) from None

    async def wait_for_answer(self, callback_id: str, *, cursor: str, timeout: float = 10) -> Json:
        """How the bot answered a pressed button, looking from `cursor` on."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    news = await self.get("/sandbox/events", cursor=cursor, timeout=timeout)
                    cursor = news["cursor"]
                    for event in news["events"]:
                        if event["kind"] == "answered" and event["callback_id"] == callback_id:
                            return dict(event)
        except TimeoutError:
            raise NoReply(0, timeout) from None

    async def cursor(self) -> str:
        """Where the events go on from now."""
        return str((await self.state())["cursor"])

    async def state(self) -> Json:
        """The bot and the customers, as the page sees them."""
        return await self.get("/sandbox/state")

    async def new_customers(self, count: int = 1, **fields: Any) -> list[int]:
        """Make up customers; their ids."""
        answer = await self.post("/sandbox/customers", {"count": count, **fields})
        return [int(customer_id) for customer_id in answer["ids"]]

    async def new_group(self, title: str, members: list[int]) -> int:
        """Make up a group; its id."""
        answer = await self.post("/sandbox/groups", {"title": title, "members": members})
        return int(answer["id"])

    async def say_in_group(self, group_id: int, customer_id: int, text: str) -> Said:
        """Write a text in a group."""
        return await self._act(group_id, "say", text=text, **{"from": customer_id})

    async def inject(self, messages: Iterable[tuple[int, str]]) -> Json:
        """Let many customers write in one call; unknown ones are made up."""
        return await self.post("/sandbox/inject", {"messages": list(messages)})

    async def inject_update(self, update: Json | None = None, *, raw: str | None = None) -> int:
        """Queue an update as it stands; in `raw` text `$update_id` becomes its id."""
        body = {"raw": raw} if raw is not None else {"update": update}
        return int((await self.post("/sandbox/updates", body))["update_id"])

    async def upload(self, content: bytes, *, name: str) -> Json:
        """Put a file where customers can send it from; its `file_id` and the rest."""
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return await self._request(
            "POST",
            "/sandbox/files",
            data=BytesIO(content),
            query={"name": name, "type": kind},
            kind="application/octet-stream",
        )

    async def limits(self, **figures: Any) -> Json:
        """Change the limits: `enabled=False` switches them off."""
        return await self.post("/sandbox/limits", figures)

    async def fault(self, **switch: Any) -> Json:
        """Switch trouble on: `code`, `retry_after`, `chat_id`, `method`, `times`, `delay_ms`, …"""
        return await self.post("/sandbox/faults", switch)

    async def no_faults(self) -> Json:
        """Switch all trouble off."""
        return await self.post("/sandbox/faults", {"clear": True})

    async def metrics(self) -> Json:
        """How often each method was called, and what is pending."""
        return await self.get("/sandbox/metrics")

    async def deliveries(self, *, after: int = 0) -> Json:
        """The log of accepted messages from entry `after` on, and the number to go on with."""
        return await self.post("/sandbox/deliveries", {"after": after})

    async def get(self, path: str, **query: Any) -> Json:
        """Read anything of the control API."""
        return await self._request("GET", path, query={**self._bot, **query})

    async def post(self, path: str, body: Json) -> Json:
        """Change anything through the control API."""
        data = orjson.dumps({**self._bot, **body})
        return await self._request("POST", path, data=data, kind="application/json")

    async def _act(self, chat_id: int, act: str, **fields: Any) -> Said:
        answer = await self.post(f"/sandbox/chats/{chat_id}/{act}", fields)
        return Said(answer["message_id"], answer["update_id"], answer["at"])

    async def _request(
        self,
        method: str,
        path: str,
        *,
        data: bytes | BytesIO | None = None,
        query: Json | None = None,
        kind: str = "",
    ) -> Json:
        if self._session is None:
            raise RuntimeError("open the client with 'async with' first")
        async with self._session.request(
            method,
            self.url + path,
            data=data,
            params={name: str(value) for name, value in (query or {}).items()},
            headers={"Content-Type": kind} if kind else None,
        ) as response:
            body = orjson.loads(await response.read() or b"{}")
            if response.status != 200:
                raise SandboxError(response.status, str(body.get("error", "")))
            return dict(body)


def _seen(answer: Json) -> list[Seen]:
    return [Seen(**bubble) for bubble in answer["bubbles"]]
