"""How many updates wait at Telegram: a number to show, and an alert when it grows."""

from __future__ import annotations

import asyncio

from bot.telegram.api import BotApi
from handoff.errors import ChannelError, StoreDown
from handoff.ports import House

BACKLOG_ALERT = "telegram_backlog"
ALERT_ABOVE = 50
LOOK_SECONDS = 30.0


class Backlog:
    """Looks now and then; `pending` is -1 while nobody knows."""

    def __init__(self, api: BotApi, house: House) -> None:
        self.pending = -1
        self._api = api
        self._house = house
        self._raised = False

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Ask once, raise or clear the alert."""
        try:
            info = await self._api.call("getWebhookInfo", {})
        except ChannelError:
            self.pending = -1
            return
        pending = info.get("pending_update_count") if isinstance(info, dict) else None
        self.pending = pending if isinstance(pending, int) else -1
        try:
            await self._tell()
        except StoreDown:
            return  # the next look tells it

    async def _tell(self) -> None:
        high = self.pending > ALERT_ABOVE
        if high:
            await self._house.alert(BACKLOG_ALERT, f"{self.pending} updates wait at Telegram")
        elif self._raised:
            await self._house.clear_alert(BACKLOG_ALERT)
        self._raised = high
