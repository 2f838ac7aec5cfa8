"""What machines ask without login: does it live, does its store answer, its figures, its files."""

from __future__ import annotations

from aiohttp import web

from handoff.desk.context import desk_of
from handoff.errors import StoreDown


async def lives(request: web.Request) -> web.Response:
    """GET /healthz: this process answers."""
    return web.Response(text="ok\n")


async def is_ready(request: web.Request) -> web.Response:
    """GET /readyz: the store answers too."""
    try:
        await desk_of(request).store.events.last_id()
    except StoreDown:
        return web.Response(text="the store does not answer\n", status=503)
    return web.Response(text="ok\n")


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics: the figures of all processes, as Prometheus reads them."""
    try:
        body = await desk_of(request).render_metrics()
    except StoreDown:
        return web.Response(text="the store does not answer\n", status=503)
    return web.Response(
        body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


async def static_file(request: web.Request) -> web.Response:
    """GET /static/{name}: one of the desk's own files."""
    found = desk_of(request).statics.get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    kept = request.query.get("v") == found.version
    return web.Response(
        body=found.body,
        content_type=found.content_type,
        charset="utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable" if kept else "no-cache"},
    )
