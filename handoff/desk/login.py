"""Login and logout.

Unknown names, wrong passwords and disabled accounts get the same words and take the same time;
failures slow down the account and the address.
"""

from __future__ import annotations

import math

from aiohttp import web

from handoff.agents import Agent, AgentId, Role
from handoff.desk.answers import json_answer, refuse
from handoff.desk.api.bodies import LoginBody, read_body
from handoff.desk.context import VISITOR, Desk, desk_of, page, wants_json
from handoff.desk.guard import address_of
from handoff.desk.passwords import fits
from handoff.desk.sessions import close_session, open_session, session_of, visitor_of_session

# A hash of nothing anybody knows: an unknown name takes as long as a wrong password.
_NOBODY = (
    "$argon2id$v=19$m=7168,t=5,p=1$2seZp9VwSWLLlaToMyuDYA"
    "$GLrgh1XiFZkewQAfaSzBtwPzi7fstrKcelrorX2GTmw"
)


async def show(request: web.Request) -> web.Response:
    """GET /login."""
    if await visitor_of_session(desk_of(request), session_of(request)) is not None:
        return web.Response(status=303, headers={"Location": "/"})
    return page(request, "login.html")


async def log_in(request: web.Request) -> web.Response:
    """POST /login."""
    desk = desk_of(request)
    body = await read_body(request, LoginBody)
    keys = (f"account:{body.id}", f"address:{address_of(request, desk)}")
    async with desk.at_the_door:  # a hundred guesses at once are counted one by one
        waits = [await desk.store.accounts.login_wait(key) for key in keys]
        if max(waits) > 0:
            return _slow_down(request, max(waits))
        agent = await _proved(desk, body)
        if agent is None:
            for key in keys:
                await desk.store.accounts.login_failed(key)
            return refuse(request, 401, "wrong_login")
        await desk.store.accounts.login_worked(keys[0])
    return await _welcomed(request, agent)


async def log_out(request: web.Request) -> web.Response:
    """POST /logout."""
    desk, visitor = desk_of(request), request[VISITOR]
    await close_session(desk, visitor.session)
    return web.Response(status=204, headers={"HX-Redirect": "/login"})


def home_of(agent: Agent) -> str:
    """Where an agent's day begins."""
    return "/ops" if agent.role is Role.OPS else "/desk"


async def _proved(desk: Desk, body: LoginBody) -> Agent | None:
    agent = await desk.store.accounts.agent(AgentId(body.id))
    known = agent is not None and not agent.disabled
    proved = await fits(agent.password_hash if agent and known else _NOBODY, body.password)
    return agent if proved and known else None


async def _welcomed(request: web.Request, agent: Agent) -> web.Response:
    response = json_answer({"agent": agent.id}) if wants_json(request) else web.Response(status=204)
    response.headers["HX-Redirect"] = home_of(agent)
    await open_session(request, response, agent.id)
    return response


def _slow_down(request: web.Request, wait_seconds: float) -> web.Response:
    seconds = math.ceil(wait_seconds)
    response = refuse(request, 429, "slow_down", seconds=seconds)
    response.headers["Retry-After"] = str(seconds)
    return response
