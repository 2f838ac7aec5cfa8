"""The sign that an agent is there, and what they are typing.

The page tells how long nobody touched it; what follows from that is decided here.
"""

from __future__ import annotations

from aiohttp import web

from handoff.desk.answers import json_answer, refuse
from handoff.desk.api.bodies import DraftBody, PresenceBody, read_body
from handoff.desk.context import CASE, VISITOR, desk_of
from handoff.desk.sessions import IDLE_SECONDS, close_session

PRESENT_SECONDS = 5 * 60


async def be_present(request: web.Request) -> web.Response:
    """POST /desk/presence: an open page, and the seconds since its last input.

    Five minutes without input are an absence; half an hour ends the session.
    """
    desk, visitor = desk_of(request), request[VISITOR]
    body = await read_body(request, PresenceBody)
    if body.idle_seconds >= IDLE_SECONDS:
        await close_session(desk, visitor.session)
        response = refuse(request, 401, "log_in")
        response.headers["HX-Redirect"] = "/login"
        return response
    present = body.idle_seconds <= PRESENT_SECONDS
    if present:
        await desk.store.presence.seen(visitor.agent.id)
    return json_answer({"present": present, "away_in": max(0, PRESENT_SECONDS - body.idle_seconds)})


async def keep_draft(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/draft: what the agent is typing, in case they vanish."""
    desk, case = desk_of(request), request[CASE]
    body = await read_body(request, DraftBody)
    await desk.store.drafts.keep(case, body.text if body.text.strip() else "")
    await desk.store.presence.seen(request[VISITOR].agent.id)
    return web.Response(status=204)
