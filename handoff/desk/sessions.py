"""Sessions of agents: a random token in a cookie, kept hashed, with an idle and an absolute end.

It never sees a password, and a token never stands in an address or a log.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

from aiohttp import web

from handoff.agents import AgentId
from handoff.desk.context import Desk, Visitor, desk_of

IDLE_SECONDS = 30 * 60
LIFE_SECONDS = 12 * 60 * 60


def cookie_name(desk: Desk) -> str:
    """`__Host-` binds the cookie to this very host; browsers take it over https only."""
    return "__Host-warmline" if desk.is_https else "warmline"


def session_of(request: web.Request) -> str:
    """The hash of the request's session token; empty when there is none."""
    token = request.cookies.get(cookie_name(desk_of(request)), "")
    return sha256(token.encode()).hexdigest() if token else ""


async def open_session(request: web.Request, response: web.Response, agent: AgentId) -> None:
    """Give the agent a new session; one the browser had before is closed."""
    desk = desk_of(request)
    await close_session(desk, session_of(request))
    token = secrets.token_urlsafe(32)
    token_hash = sha256(token.encode()).hexdigest()
    await desk.store.accounts.open_session(token_hash, agent, life_seconds=LIFE_SECONDS)
    response.set_cookie(
        cookie_name(desk),
        token,
        max_age=LIFE_SECONDS,
        path="/",
        secure=desk.is_https,
        httponly=True,
        samesite="Strict",
    )


async def close_session(desk: Desk, session: str) -> None:
    """End a session and its open streams."""
    if session:
        await desk.store.accounts.close_session(session)
        desk.hub.close_session(session)


async def visitor_of_session(desk: Desk, session: str) -> Visitor | None:
    """Whose session this is; None when it ended or the account was disabled."""
    if not session:
        return None
    agent_id = await desk.store.accounts.session(session, idle_seconds=IDLE_SECONDS)
    agent = await desk.store.accounts.agent(agent_id) if agent_id else None
    if agent is None:
        return None
    if agent.disabled:
        await close_session(desk, session)
        return None
    return Visitor(agent, session)
