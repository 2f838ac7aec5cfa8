"""One attempt to say a word: from the stored body to a settlement.

It decides what each answer of the Bot API means for the word. It never waits, never retries what
may have been said, and never looks at the text of an error. Whatever was refused for good is
refused before anything reached the customer, so a plainer form of the same word may follow at
once.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from msgspec.structs import replace

from bot.telegram.addresses import Address, address_of
from bot.telegram.api import BotApi, Upload
from bot.telegram.backlog import TOKEN_ALERT
from bot.telegram.errors import (
    ChannelDown,
    ChannelRefused,
    NotWritten,
    OutcomeUnknown,
    PollConflict,
    TokenRevoked,
)
from bot.telegram.figures import Figures
from bot.telegram.probe import Probe
from bot.telegram.render import CAPTION_LIMIT, Call, render, render_caption
from handoff.agenda import Sending, SendResult, Settlement
from handoff.conversation import ConversationId
from handoff.errors import ChannelBusy, CustomerUnreachable, StoreDown
from handoff.files import Files
from handoff.forms import NEWER_ALERT, PARK_MS, RecordNewer
from handoff.graphemes import utf16_units
from handoff.ports import House, Store
from handoff.spots import Spots
from handoff.store.records import decode_body
from handoff.words import Body, WordKind

PARKED_ALERT = "telegram_parked"
LONG_PARK_SECONDS = 60
TOKEN_PARK_MS = 10_000
UNKNOWN_PARK_MS = 500
UPLOAD_SECONDS, UPLOAD_BYTES_A_SECOND = 10.0, 200_000
"""A file gets the time a slow line needs for it; its lease is held meanwhile."""
HOLD_SECONDS = 5.0
Hold = Callable[[Sending], Awaitable[bool]]
_FIRST_BACKOFF_MS, _LAST_BACKOFF_MS = 500, 10_000
_PERSON_BACKOFF_MS = 3_000
"""A person's words are few and go first, also when the Bot API has just come back."""
_KEYBOARDS_KEPT = 10_000

log = structlog.get_logger()


class Speaker:
    """Says one word at a time and tells what became of it."""

    def __init__(
        self,
        api: BotApi,
        house: House,
        *,
        figures: Figures,
        files: Files | None = None,
        hold: Hold | None = None,
        spots: Spots | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._house = house
        self._figures = figures
        self._files = files
        self._hold = hold or _held
        self._spots = spots
        self._clock = clock
        self._probe = Probe(api)
        self._trouble = 0
        self._trouble_until = 0.0
        self._keyboards: dict[ConversationId, None] = {}
        self._raised: dict[str, float] = {}

    async def say(self, sending: Sending, until: float) -> Settlement:
        """Try `sending` once; nothing new is begun when the monotonic clock is past `until`."""
        try:
            address, body = address_of(sending.conversation), decode_body(sending.word)
        except RecordNewer as newer:  # whoever wrote it can say it: this was no attempt
            await self._alert(NEWER_ALERT, f"{sending.conversation}: {newer}")
            return Settlement(SendResult.LATER, park_ms=PARK_MS)
        except Exception as error:  # any record that cannot be read must not hold up its lane
            log.error("word.unreadable", number=sending.number, error=type(error).__name__)
            await self._alert("words_unreadable", f"{sending.conversation} word {sending.number}")
            return Settlement(SendResult.FAILED, reason="unreadable")
        if (sending.attempt > 1 or self._probe.unsure) and not await self._probe.answers():
            return self._backed_off(
                sending
            )  # nothing was said: the one resend is for when it can arrive
        if body.replaces and self._spots:
            body = await self._in_place(sending.conversation, body, self._spots)
        settlement = await self._settlement(
            sending, lambda: self._spoken(address, sending, body, until)
        )
        if settlement.result is SendResult.SENT:
            self._note_keyboard(sending.conversation, body)
            if (body.holds or body.edits) and self._spots:
                await self._placed(sending, body, settlement.message_id, self._spots)
        return settlement

    async def _in_place(self, conversation: ConversationId, body: Body, spots: Spots) -> Body:
        """The body as a change of the message in its spot, where one is known."""
        if body.ask_contact or body.attachment:  # Telegram changes no message into such a one
            return body
        try:
            return replace(body, edits=await spots.message_in(conversation, body.replaces))
        except StoreDown:
            return body

    async def _placed(self, sending: Sending, body: Body, message_id: int, spots: Spots) -> None:
        """Note which message stands in the spot now: a later word may take its place."""
        try:
            if body.holds:
                await spots.put(sending.conversation, body.holds, message_id)
            elif body.replaces:
                await spots.put(sending.conversation, body.replaces, 0)
        except StoreDown:
            log.warning("spot.not_kept", number=sending.number)

    async def _settlement(
        self, sending: Sending, attempt: Callable[[], Awaitable[int]]
    ) -> Settlement:
        """Run an attempt and map its outcome: this is the table of what each error means."""
        try:
            message_id = await attempt()
        except ChannelBusy as busy:
            return await self._parked(busy.retry_after_seconds)
        except CustomerUnreachable:
            return Settlement(SendResult.FAILED, reason="unreachable", unreachable=True)
        except ChannelRefused as refused:
            return Settlement(SendResult.FAILED, reason=refused.reason)
        except OutcomeUnknown:
            self._probe.unsure = True
            return Settlement(SendResult.UNKNOWN, park_ms=UNKNOWN_PARK_MS)
        except TokenRevoked:
            await self._raise(TOKEN_ALERT, "the Bot API does not accept BOT_TOKEN", 0)
            return Settlement(SendResult.LATER, park_ms=TOKEN_PARK_MS)
        except (ChannelDown, NotWritten, PollConflict):
            return self._backed_off(sending)
        if message_id < 0:
            return Settlement(SendResult.LATER)
        self._trouble, self._trouble_until, self._probe.unsure = 0, 0.0, False
        if self._raised:
            await self._clear_passed()
        return Settlement(SendResult.SENT, message_id=message_id)

    async def _spoken(self, address: Address, sending: Sending, body: Body, until: float) -> int:
        """Say it, plainer and plainer while it is refused; returns the message id, -1 when the
        time is over.
        """
        refused: ChannelRefused | None = None
        for call, file in await self._forms(address, sending, body):
            if refused and file:  # the first took its time
                if not await self._still_ours(sending):
                    return -1
            elif time.monotonic() >= until:
                return -1
            try:
                return await self._called(call, file, sending, body)
            except ChannelRefused as error:
                refused = error
                if error.migrated_to:
                    await self._alert(
                        "chat_migrated", f"{sending.conversation} is {error.migrated_to}"
                    )
                    moved = Call(
                        call.method, {**call.payload, "chat_id": error.migrated_to}, call.markup
                    )
                    return await self._called(moved, file, sending, body)
                self._figures.count("sends_refused")
        assert refused is not None
        raise refused

    async def _forms(
        self, address: Address, sending: Sending, body: Body
    ) -> list[tuple[Call, Upload | None]]:
        """The word as it should be, then as it may be: an edit as a new message, a message without
        its buttons, a picture as a file.
        """
        if body.attachment:
            return await self._with_file(address, body)
        # A message that took a keyboard away could not be changed in place later.
        removes = sending.conversation in self._keyboards and not body.holds
        forms = [render(address, body, remove_keyboard=removes)]
        if body.edits:
            forms.append(render(address, _anew(body)))
        if forms[-1].markup:
            forms.append(Call(forms[-1].method, forms[-1].payload))
        return [(form, None) for form in forms]

    async def _with_file(self, address: Address, body: Body) -> list[tuple[Call, Upload | None]]:
        file = self._files.get(body.attachment) if self._files else None
        data = await asyncio.to_thread(self._files.read, file) if self._files and file else None
        if file is None or data is None:
            raise ChannelRefused(400, "attachment_missing")
        if utf16_units(body.text) > CAPTION_LIMIT:
            raise ChannelRefused(400, "caption_too_long")
        # Telegram takes no picture that is very long or narrow, but any as a file.
        looks = (True, False) if file.is_photo else (False,)
        return [
            (
                render_caption(address, body, picture=picture),
                Upload("photo" if picture else "document", file.name, file.mime, data),
            )
            for picture in looks
        ]

    async def _called(self, call: Call, file: Upload | None, sending: Sending, body: Body) -> int:
        if file is None:
            result = await self._api.call(call.method, call.whole)
        else:
            seconds = UPLOAD_SECONDS + len(file.data) / UPLOAD_BYTES_A_SECOND
            holding = asyncio.ensure_future(self._keep_hold(sending))
            try:
                result = await self._api.upload(
                    call.method, call.whole, file, timeout_seconds=seconds
                )
            finally:
                holding.cancel()
        return _message_id(result) or body.edits

    async def _keep_hold(self, sending: Sending) -> None:
        """A file may take longer than a lease."""
        while True:
            await asyncio.sleep(HOLD_SECONDS)
            await self._still_ours(sending)

    async def _still_ours(self, sending: Sending) -> bool:
        try:
            return await self._hold(sending)
        except StoreDown:
            return False

    async def _parked(self, seconds: float) -> Settlement:
        self._figures.count("sends_parked")
        if seconds > LONG_PARK_SECONDS:
            await self._raise(PARKED_ALERT, f"Telegram asks us to wait {seconds:.0f} s", seconds)
        return Settlement(SendResult.LATER, park_ms=int(seconds * 1000) + 50)

    def _backed_off(self, sending: Sending) -> Settlement:
        """Wait longer with each failure in a row, whichever lane it was: the Bot API is one.

        What fails while others wait is the same failure, else fifty lanes at once would make one
        short trouble the longest.
        """
        again = self._clock() >= self._trouble_until
        self._trouble += again
        most = min(_LAST_BACKOFF_MS, _FIRST_BACKOFF_MS * 2 ** min(self._trouble, 10))
        if again:
            self._trouble_until = self._clock() + most / 2000
        if sending.kind == WordKind.PERSON:
            most = min(most, _PERSON_BACKOFF_MS)
        return Settlement(SendResult.LATER, park_ms=random.randint(most // 2, most))

    def _note_keyboard(self, conversation: ConversationId, body: Body) -> None:
        if body.ask_contact:
            self._keyboards[conversation] = None
            if len(self._keyboards) > _KEYBOARDS_KEPT:
                del self._keyboards[next(iter(self._keyboards))]
        elif self._keyboards and not (body.buttons or body.edits or body.holds):
            self._keyboards.pop(conversation, None)

    async def _raise(self, name: str, detail: str, seconds: float) -> None:
        """An alert about Telegram itself: it ends after `seconds`, or when nobody renews it, and
        the first success after that clears it.
        """
        self._raised[name] = max(self._raised.get(name, 0.0), time.monotonic() + seconds)
        await self._alert(name, detail, seconds=seconds or None)

    async def _clear_passed(self) -> None:
        now = time.monotonic()
        for name in [name for name, until in self._raised.items() if until <= now]:
            try:
                await self._house.clear_alert(name)
            except StoreDown:
                return  # the next success clears it
            del self._raised[name]

    async def _alert(self, name: str, detail: str, *, seconds: float | None = None) -> None:
        try:
            await self._house.alert(name, detail, seconds=seconds)
        except StoreDown:
            log.warning("alert.not_kept", alert=name)


def speaker_over(store: Store, api: BotApi, figures: Figures, files: Files) -> Speaker:
    """A speaker with everything it may ask the store for."""
    return Speaker(
        api,
        store.house,
        figures=figures,
        files=files,
        hold=store.sends.hold,
        spots=store.spots,
    )


async def _held(_sending: Sending) -> bool:
    return True


def _anew(body: Body) -> Body:
    return replace(body, edits=0)


def _message_id(result: Any) -> int:
    found = result.get("message_id") if isinstance(result, dict) else None
    return found if isinstance(found, int) else 0
