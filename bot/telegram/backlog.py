"""How Telegram stands to us: how many updates wait there, and whether it answers at all.

A number to show, and alerts; it decides nothing.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.telegram.api import BotApi
from bot.telegram.errors import ChannelDown, NotWritten, OutcomeUnknown, TokenRevoked
from handoff.errors import ChannelError, StoreDown
from handoff.ports import House

BACKLOG_ALERT = "telegram_backlog"
UNREACHABLE_ALERT = "telegram_unreachable"
TOKEN_ALERT = "telegram_token"
ALERT_ABOVE = 50
ALERT_AFTER_LOOKS = 2
LOOK_SECONDS, ANSWER_SECONDS = 8.0, 5.0
"""Two looks in vain end within half a minute, the open long poll after forty seconds."""

log = structlog.get_logger()


class Backlog:
    """Looks now and then; `pending` is -1 while nobody knows."""

    def __init__(self, api: BotApi, house: House) -> None:
        self.pending = -1
        self._api = api
        self._house = house
        self._vain = 0

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Ask once, and raise or clear what that tells."""
        try:
            await self._told(await self._asked())
        except StoreDown:
            log.warning("backlog.not_told")  # the next look tells it

    async def _asked(self) -> str:
        """Ask; returns the alert to raise when there is no answer."""
        self.pending = -1
        try:
            info = await self._api.call("getWebhookInfo", {}, ANSWER_SECONDS)
        except TokenRevoked:
            return TOKEN_ALERT
        except (ChannelDown, NotWritten, OutcomeUnknown):
            self._vain += 1
            return UNREACHABLE_ALERT if self._vain >= ALERT_AFTER_LOOKS else ""
        except ChannelError:
            return ""  # it answered, if not to this
        self._vain = 0
        pending = info.get("pending_update_count") if isinstance(info, dict) else None
        self.pending = pending if isinstance(pending, int) else -1
        return ""

    async def _told(self, trouble: str) -> None:
        if trouble:
            await self._house.alert(trouble, "asked for the number of waiting updates")
        if self.pending > ALERT_ABOVE:
            await self._house.alert(BACKLOG_ALERT, f"{self.pending} updates wait at Telegram")
        elif self.pending >= 0:
            await self._house.clear_alert(BACKLOG_ALERT)
