"""Does the Bot API answer at all? Asked by a harmless call before something is said into silence.

After an outcome that nobody knows, words are not begun until Telegram has answered something: of a
whole outage only what was under way when it began stays unknown.
"""

from __future__ import annotations

import asyncio

from bot.telegram.api import BotApi
from bot.telegram.errors import ChannelDown, NotWritten, OutcomeUnknown, TokenRevoked
from handoff.errors import ChannelError

ANSWER_SECONDS = 3.0


class Probe:
    """One question for all who want to know at the same time; `unsure` since an outcome stayed
    open.
    """

    def __init__(self, api: BotApi) -> None:
        self.unsure = False
        self._api = api
        self._asking: asyncio.Task[bool] | None = None

    async def answers(self) -> bool:
        """Ask, or join who asks already."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._asked())
        return await asyncio.shield(self._asking)

    async def _asked(self) -> bool:
        try:
            await self._api.call("getMe", {}, ANSWER_SECONDS)
        except (ChannelDown, NotWritten, OutcomeUnknown, TokenRevoked):
            return False
        except ChannelError:
            pass  # it answered, if not as one would like
        self.unsure = False
        return True
