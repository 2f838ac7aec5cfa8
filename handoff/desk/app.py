"""Build and run the desk.

One process: pages, actions, the event reader and the sweep. It never sees the bot's token.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
from aiohttp import web

from handoff.desk.api.bodies import MAX_BODY_BYTES
from handoff.desk.context import DESK, USUAL_PACE, Desk, Kept, Pace, RenderMetrics
from handoff.desk.guard import add_headers, guarded, told
from handoff.desk.hub import Hub
from handoff.desk.limits import Buckets
from handoff.desk.routes import add_routes
from handoff.desk.statics import Statics
from handoff.desk.sweeper import Sweeper
from handoff.desk.templating import make_templates
from handoff.desk.texts import Texts, load_texts
from handoff.service import Service
from handoff.settings import DeskSettings
from handoff.tasks import ended, told_to_stop

_log = structlog.get_logger("desk")


async def no_metrics() -> bytes:
    """What /metrics says where nobody gathers figures: nothing."""
    return b""


def make_app(
    kept: Kept,
    settings: DeskSettings,
    *,
    texts: Texts,
    render_metrics: RenderMetrics = no_metrics,
    pace: Pace = USUAL_PACE,
) -> web.Application:
    """The desk over what is kept; nothing runs before the app is started."""
    store = kept.store
    app = web.Application(middlewares=[told, guarded], client_max_size=MAX_BODY_BYTES)
    app[DESK] = Desk(
        store=store,
        files=kept.files,
        service=Service(store, introductions=texts.introductions),
        settings=settings,
        texts=texts,
        templates=make_templates(),
        statics=Statics(),
        hub=Hub(store),
        buckets=Buckets(),
        render_metrics=render_metrics,
        pace=pace,
        writes=kept.writes,
    )
    add_routes(app)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_end_streams)
    app.cleanup_ctx.append(_background)
    return app


async def run_desk(
    kept: Kept,
    settings: DeskSettings,
    *,
    seeds_dir: Path,
    render_metrics: RenderMetrics = no_metrics,
) -> None:
    """Serve until SIGINT or SIGTERM."""
    texts = load_texts(seeds_dir)
    app = make_app(kept, settings, texts=texts, render_metrics=render_metrics)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.desk_host, settings.desk_port).start()
        _log.info("desk.started", address=address_of(settings))
        await told_to_stop().wait()
    finally:
        await runner.cleanup()


def address_of(settings: DeskSettings) -> str:
    """Where people find the desk."""
    return settings.desk_url or f"http://{settings.desk_host}:{settings.desk_port}"


async def _background(app: web.Application) -> AsyncIterator[None]:
    desk = app[DESK]
    owner = f"desk-{socket.gethostname()}-{secrets.token_hex(4)}"
    tasks = [
        asyncio.create_task(desk.hub.run(), name="desk events"),
        asyncio.create_task(Sweeper(desk, owner).run(), name="desk sweep"),
    ]
    yield
    await ended(*tasks)


async def _end_streams(app: web.Application) -> None:
    app[DESK].hub.close_all()
