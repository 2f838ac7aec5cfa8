"""Fetch the files customers sent, when a desk wishes for them.

Only the bot can: the link to a file holds its token, so it is used here and forgotten. Each wish
ends as found or as failed with one of our own words for why; which file a browser may show is not
decided here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import structlog

from bot.telegram.api import BotApi
from bot.telegram.errors import ChannelDown, ChannelRefused, NotWritten, OutcomeUnknown
from bot.telegram.figures import Figures
from handoff.errors import ChannelBusy, ChannelError, StoreDown
from handoff.files import (
    FETCH_LEASE_MS,
    MOST_BYTES,
    Fetch,
    FetchState,
    Files,
    StoredFile,
    Wish,
)
from handoff.ports import Store

AT_ONCE = 4
LONGEST_SECONDS = FETCH_LEASE_MS / 1000 - 10
"""After this somebody else may fetch it too."""
PAUSES_SECONDS = (0.5, 2.0, 5.0)
"""Between tries, while Telegram is out of reach."""
_LOOK_SECONDS = 5.0
_AWAY_SECONDS = 1.0

log = structlog.get_logger()


class Fetching:
    """Serves wishes until it is cancelled, a few at once."""

    def __init__(
        self,
        api: BotApi,
        store: Store,
        *,
        files: Files,
        figures: Figures,
        pauses_seconds: Sequence[float] = PAUSES_SECONDS,
    ) -> None:
        self._api = api
        self._wishes = store.wishes
        self._house = store.house
        self._files = files
        self._figures = figures
        self._pauses = pauses_seconds

    async def run(self) -> None:
        """Fetch what is wanted, for ever; survives a store that is away."""
        await asyncio.gather(*(self._serve() for _ in range(AT_ONCE)))

    async def _serve(self) -> None:
        while True:
            try:
                if not await self.serve_next():
                    await self._house.wait_for("files", _LOOK_SECONDS)
            except StoreDown:
                await asyncio.sleep(_AWAY_SECONDS)

    async def serve_next(self) -> bool:
        """Fetch the file that is wanted longest; False when none is. Raises StoreDown."""
        for wish in await self._wishes.take(1):
            began = time.monotonic()
            file, reason = await self._fetched(wish)
            await self._tell(wish, file, reason)
            self._figures.count("files_failed" if reason else "files_fetched")
            log.info(
                "file.fetched" if file else "file.not_fetched",
                conversation=wish.conversation,
                reason=reason,
                bytes=file.size_bytes if file else 0,
                ms=round((time.monotonic() - began) * 1000),
            )
            return True
        return False

    async def _fetched(self, wish: Wish) -> tuple[StoredFile | None, str]:
        """The stored file, or why there is none."""
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                data = await self._patiently(wish)
            return await asyncio.to_thread(self._put, wish, data), ""
        except ChannelRefused as refused:
            return None, "too_big" if refused.reason == "too_big" else "gone"
        except (ChannelError, TimeoutError):
            return None, "telegram_away"
        except Exception as error:  # a full disk, say: one file must not end the bot
            log.error("file.not_kept", error=type(error).__name__)
            return None, "not_kept"

    async def _patiently(self, wish: Wish) -> bytes:
        for pause in self._pauses:
            try:
                return await self._download(wish)
            except ChannelBusy as busy:
                await asyncio.sleep(busy.retry_after_seconds)
            except (ChannelDown, NotWritten, OutcomeUnknown):
                await asyncio.sleep(pause)
        return await self._download(wish)

    async def _download(self, wish: Wish) -> bytes:
        told = await self._api.call("getFile", {"file_id": wish.ref})
        path, size = told.get("file_path"), told.get("file_size")
        if isinstance(size, int) and size > MOST_BYTES:
            raise ChannelRefused(413, "too_big")
        if not isinstance(path, str) or not path:
            raise ChannelRefused(400, "gone")
        return await self._api.download(path, MOST_BYTES)

    def _put(self, wish: Wish, data: bytes) -> StoredFile:
        return self._files.put(data, wish.name, conversation=wish.conversation)

    async def _tell(self, wish: Wish, file: StoredFile | None, reason: str) -> None:
        if file is None:
            await self._wishes.tell(wish, Fetch(FetchState.FAILED, reason=reason))
        elif not await self._wishes.tell(wish, Fetch(FetchState.FOUND, file=file.id)):
            # Somebody else was faster, or the conversation was erased meanwhile.
            await asyncio.to_thread(self._files.drop, file)
