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

import aiohttp

from bot.sandbox.seen import SandboxError
from bot.telegram.mail import CHOSEN
from handoff.conversation import ConversationId, DeliveryState
from handoff.errors import ConversationNotFound, StoreDown
from tests.faults.agents import Browser, new_op
from tests.faults.asking import Asking
from tests.faults.history import AgentSaid, Edited, Pressed, Wrote, now_ms
from tests.faults.telegram import BOT_ID
from tests.faults.world import World

PATIENCE_SECONDS = 120.0
"""Everybody dies all the time, so nobody gives up soon; whether it took too long is the checker's
question, who leaves the troubled time out.
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
ENDED_OTHERWISE = frozenset(DeliveryState) - {
    DeliveryState.QUEUED,
    DeliveryState.SENDING,
    DeliveryState.SENT,
}


class GivenUp(Exception):
    """An act that never had an answer."""


@dataclass
class Day:
    """What happens to a customer, from the first question to the last."""

    world: World
    asking: Asking
    desk: Browser
    password: str
    chat: int = 0
    days: int = 0
    strangers: list[int] = field(default_factory=list)
    """Who wrote what nobody can read, and has not been helped yet."""

    async def live(self, over: Callable[[], bool]) -> None:
        """One day after the other, each with a new customer."""
        while not over():
            (self.chat,) = await self.asking.people(1)
            await self.ask()
            await self.send_more()
            await self.be_helped()
            await self.ask()
            await self.leave_and_return()
            await self.see_off()
            await self.be_unreadable()
            self.days += 1

    async def ask(self) -> None:
        """A question, until it is answered."""
        await self._answered(await self.asking.ask(self.chat))

    async def _answered(self, mark: str, *, promised_before: int | None = None) -> None:
        """Named in a text; or cut so often that nobody knows whether it was, or that a person was
        promised, now or since there were so many promises.
        """
        promised = self.world.telegram.promised
        before = promised[self.chat] if promised_before is None else promised_before
        until, undelivered = time.monotonic() + PATIENCE_SECONDS, await self._undelivered()
        while mark not in self.world.telegram.named:
            if promised[self.chat] > before or await self._undelivered() > undelivered:
                return
            if time.monotonic() > until:
                raise GivenUp(f"{mark} was not answered")
            await asyncio.sleep(0.05)

    async def send_more(self) -> None:
        """A picture, a changed mind, wrong digits, a pressed button."""
        phone, note = self.world.phone, self.world.recorder.note
        promised = self.world.telegram.promised[self.chat]
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
        said = await phone.say(self.chat, f"Where is order {first}?")
        wrote = {"chat": self.chat, "message_id": said.message_id, "text": first}
        note(Wrote(at_ms=now_ms(), update_id=said.update_id, mark=first, proofs=(first,), **wrote))
        await self._answered(first)
        await self._say("the last four digits are 0000", carries=(first,))
        changed = self.asking.marks.waybill()
        edit = await phone.edit(self.chat, said.message_id, f"Where is parcel {changed}?")
        note(
            Edited(
                at_ms=now_ms(),
                update_id=edit.update_id,
                mark=changed,
                proofs=(changed,),
                **wrote,
            )
        )
        # A change is for the person whom the words before it may have called.
        await self._answered(changed, promised_before=promised)
        await self._press(carries=(first, changed))

    async def _say(self, text: str, carries: tuple[str, ...] = ()) -> None:
        """Something no answer can prove."""
        mark = self.asking.marks.word()
        said = await self.world.phone.say(self.chat, f"{text} {mark}")
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
        """The first button anybody may press; the mark of a pressed one is none."""
        for seen in reversed(await self.world.phone.history(self.chat)):
            rows = seen.message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in itertools.chain.from_iterable(rows):
                if button.get("callback_data", CHOSEN) != CHOSEN:
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
        desk.chats[case] = self.chat
        await desk.queue()
        await desk.claim(case)
        await desk.look(case)
        await desk._page(f"/desk/cases/{case}")
        await desk._page(f"/desk/cases/{case}/packet")
        await desk._certain(f"/desk/cases/{case}/acknowledge", version=1)
        await desk.note(case)
        await self._speak(case, attachment=await self._upload(case))
        numbers = await self._speak(case)
        for number in numbers[-1:]:
            await desk._certain(f"/desk/cases/{case}/retract", number=number)
        await desk.requeue(case)
        await desk.claim(case)
        await self._speak(case)
        for path in ("/ops", "/ops/board", "/metrics"):
            await desk._page(path)
        await self._resolve(case)

    async def _resolve(self, case: str, *, looks: bool = True) -> None:
        """End the case; words of which nobody knows whether they arrived are let be first."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if looks:
                await self.desk.look(case)
            answer = await self.desk.resolve(case)
            if answer.values.get("error") != "words_open":
                return
            for number in answer.values["numbers"]:
                await self.desk._certain(f"/desk/cases/{case}/retract", number=number)
            await asyncio.sleep(0.1)
        raise GivenUp(f"{case} cannot be resolved")

    async def _upload(self, case: str) -> str:
        """A picture the next words will carry; its id."""
        url = f"{self.desk.url}/desk/cases/{case}/files?name=receipt.png"
        headers = {
            "Origin": self.desk.url,
            "HX-Request": "true",
            "Accept": "application/json",
            "Content-Type": "application/octet-stream",
        }
        while True:
            with suppress(aiohttp.ClientError, TimeoutError, OSError):
                async with self.desk._session.post(url, data=PNG, headers=headers) as answer:
                    if answer.status == 200:
                        return str((await answer.json())["file"])
            await asyncio.sleep(0.1)

    async def _speak(self, case: str, **more: str) -> list[int]:
        """Words, until they are shown or the page says what became of them."""
        desk, mark, op, began = self.desk, self.asking.marks.said(), new_op(), now_ms()
        text = f"I have it here: {mark}"
        desk._tried(case, self.chat, op, mark)
        answer = await desk._certain(f"/desk/cases/{case}/say", op=op, text=text, **more)
        if answer.status != 200:
            return []
        numbers = tuple(answer.values["numbers"])
        self.world.recorder.note(
            AgentSaid(
                at_ms=now_ms(),
                began_ms=began,
                agent=desk.agent,
                case=case,
                chat=self.chat,
                op=op,
                mark=mark,
                text=text,
                numbers=numbers,
            )
        )
        await self._answered(mark)
        await desk.look(case)
        return list(numbers)

    async def _undelivered(self) -> int:
        """How many words of this chat have ended otherwise than by being sent."""
        while True:
            try:
                found = await self.world.store.conversations.conversation(self._lane)
            except ConversationNotFound:
                return 0
            except StoreDown:
                await asyncio.sleep(0.1)
            else:
                ended = (one.state in ENDED_OTHERWISE for one in found.deliveries.values())
                return sum(ended)

    @property
    def _lane(self) -> ConversationId:
        return ConversationId(f"tg-{BOT_ID}-{self.chat}")

    async def leave_and_return(self) -> None:
        """The agent goes home, and mistypes the password in the morning."""
        desk = self.desk
        await desk._certain("/logout")
        await desk._certain("/login", id=desk.agent, password="not this one")
        until = time.monotonic() + PATIENCE_SECONDS
        while not await self._logs_in():
            if time.monotonic() > until:
                raise GivenUp(f"{desk.agent} cannot log in")
            await asyncio.sleep(0.2)

    async def _logs_in(self) -> bool:
        """The right password, after the lock for wrong ones was taken off: all agents share one
        address, and each may have mistyped.
        """
        desk = self.desk
        with suppress(StoreDown, aiohttp.ClientError, TimeoutError, OSError):
            for key in (f"account:{desk.agent}", "address:127.0.0.1"):
                await self.world.store.accounts.login_worked(key)
            answer = await desk._post("/login", id=desk.agent, password=self.password)
            return answer.status == 200
        return False

    async def be_unreadable(self) -> None:
        """Somebody whose message nobody can read, and an update that is none."""
        (stranger,) = await self.asking.people(1)
        self.strangers.append(stranger)
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

    async def see_off(self) -> None:
        """The strangers of earlier days: left waiting, they would fill the queue and every page.
        What they wrote is on none, so nobody looks for it.
        """
        for stranger in tuple(self.strangers):
            if case := await self._case_of(stranger):
                self.strangers.remove(stranger)
                self.desk.chats[case] = stranger
                await self.desk.claim(case)
                await self._resolve(case, looks=False)

    async def _case(self) -> str:
        """The case of this chat, as soon as it waits."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if case := await self._case_of(self.chat):
                return case
            await asyncio.sleep(0.05)
        raise GivenUp(f"no case for {self.chat}")

    async def _case_of(self, chat: int) -> str:
        with suppress(StoreDown, ConversationNotFound):
            lane = ConversationId(f"tg-{BOT_ID}-{chat}")
            return (await self.world.store.conversations.conversation(lane, rows=1)).case_id
        return ""
