"""Receive updates once more that were set aside: somebody mended the cause and replayed them."""

from __future__ import annotations

import asyncio

import structlog

from bot.telegram.decoding import update_of
from bot.telegram.intake import Intake
from handoff.errors import StoreDown
from handoff.ports import Store

WAIT_SECONDS = 5.0

log = structlog.get_logger()


class Replays:
    """Hands replayed updates to intake, which writes each down once."""

    def __init__(self, store: Store, intake: Intake) -> None:
        self._store = store
        self._intake = intake

    async def run(self) -> None:
        """Receive until cancelled; survives a store that is away."""
        while True:
            try:
                if not await self.receive():
                    await self._store.house.wait_for("replays", WAIT_SECONDS)
            except StoreDown:
                await asyncio.sleep(WAIT_SECONDS)

    async def receive(self) -> int:
        """Receive what waits; one that still cannot be read goes back to the dead letters."""
        waiting = await self._store.upkeep.replays()
        for raw in waiting:
            await self._intake.receive([update_of(raw)])
            await self._store.upkeep.replayed(raw)
            log.info("update.replayed")
        return len(waiting)
