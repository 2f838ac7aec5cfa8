"""The bot's own health, for whoever restarts it: `/healthz` while it lives, `/readyz` while it can
hear customers. It answers no customer and needs no login.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.telegram.polling import Poller
from handoff.errors import StoreDown
from handoff.ports import Store


@asynccontextmanager
async def health_page(port: int, store: Store, poller: Poller | None) -> AsyncIterator[None]:
    """`/healthz` and `/readyz` of the bot where BOT_HEALTH_PORT asks for them."""
    if not port:
        yield
        return

    async def lives(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def is_ready(_request: web.Request) -> web.Response:
        trouble = poller.trouble() if poller else ""
        try:
            await store.events.last_id()
        except StoreDown:
            trouble = "the store does not answer"
        return web.Response(text=f"{trouble or 'ok'}\n", status=503 if trouble else 200)

    app = web.Application()
    app.router.add_get("/healthz", lives)
    app.router.add_get("/readyz", is_ready)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", port).start()
    try:
        yield
    finally:
        await runner.cleanup()
