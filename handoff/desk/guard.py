"""The door of the desk: who may pass, from where, how much, and which headers answers carry.

Each route has a rule, and a route without one lets nobody through. No page decides about access
itself.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from enum import Enum
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from handoff.access import Action
from handoff.case import CaseId
from handoff.desk.answers import name_of, refuse, refuse_error
from handoff.desk.api.bodies import BodyRefused
from handoff.desk.context import CASE, VISITOR, Desk, desk_of, is_fragment, wants_json
from handoff.desk.sessions import session_of, visitor_of_session
from handoff.errors import HandoffError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Open(Enum):
    """The rule of a route that needs no login."""

    TO_ALL = "to all"


Rule = Action | Open
RULES = web.AppKey("rules", dict[tuple[str, str], Rule])
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_log = structlog.get_logger("desk")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on every answer, streams and errors included; a file's own policy,
    which is stricter, stays.
    """
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Server"] = "warmline"
    if desk_of(request).is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


@web.middleware
async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into answers and write one closing line per request."""
    began, status = time.perf_counter(), 499  # the asker went away
    try:
        response = await _answered(request, handler)
        status = response.status
        return response
    finally:
        visitor = request.get(VISITOR)
        resource = request.match_info.route.resource
        _log.info(
            "desk.request",
            route=resource.canonical if resource else "",
            method=request.method,
            status=status,
            agent=visitor.agent.id if visitor else "",
            case=request.match_info.get("case", "") if visitor else "",
            ms=round((time.perf_counter() - began) * 1000, 1),
        )


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except HandoffError as error:
        return await refuse_error(request, error)
    except BodyRefused as error:
        return refuse(request, 422, "bad_fields", fields=", ".join(error.fields))
    except web.RequestPayloadError:  # cut off on the way, or not packed as it says
        return refuse(request, 422, "bad_fields", fields="body")
    except web.HTTPRequestEntityTooLarge:
        return refuse(request, 413, "too_large")
    except web.HTTPNotFound:
        return refuse(request, 404, "not_found")
    except web.HTTPMethodNotAllowed:
        return refuse(request, 405, "not_found")
    except web.HTTPException:
        raise
    except Exception:
        _log.exception("desk.failed")
        return refuse(request, 500, "failed")


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through when its route's rule, its origin and its pace allow it."""
    resource = request.match_info.route.resource
    if resource is None:
        return await handler(request)  # no such route: the handler raises what `told` answers
    method = "GET" if request.method == "HEAD" else request.method
    rule = request.app[RULES].get((method, resource.canonical))
    if rule is None:
        return refuse(request, 403, "forbidden")
    if request.method not in SAFE_METHODS and not is_own_page(request):
        return refuse(request, 403, "foreign_page")
    if rule is Open.TO_ALL:
        return await handler(request)
    return await _for_agent(request, handler, rule)


async def _for_agent(request: web.Request, handler: Handler, rule: Action) -> web.StreamResponse:
    desk = desk_of(request)
    visitor = await visitor_of_session(desk, session_of(request))
    if visitor is None:
        return _to_login(request)
    request[VISITOR] = visitor
    if request.method not in SAFE_METHODS and not desk.buckets.take(
        visitor.session, time.monotonic()
    ):
        return refuse(request, 429, "too_fast")
    case_id = request.match_info.get("case")
    case = await desk.store.cases.case(CaseId(case_id)) if case_id else None
    if not visitor.may(rule, case):
        holder = case.agent if case and visitor.may(Action.SEE_QUEUE) else ""
        code = "not_assignee" if holder else "forbidden"
        name = await name_of(request, holder)
        return refuse(request, 403, code, holder=holder, name=name)
    if case:
        request[CASE] = case
    return await handler(request)


def _to_login(request: web.Request) -> web.Response:
    if wants_json(request):
        return refuse(request, 401, "log_in")
    if is_fragment(request) or request.path == "/desk/events":
        return web.Response(status=401, headers={"HX-Redirect": "/login"})
    return web.Response(status=303, headers={"Location": "/login"})


def is_own_page(request: web.Request) -> bool:
    """Tell whether a change was asked for by a page of this desk: its origin, and htmx's header.

    A form of another site can send neither, and a script of another site is not let through.
    """
    origin = request.headers.get("Origin", "")
    return request.headers.get("HX-Request") == "true" and origin == own_origin(request)


def own_origin(request: web.Request) -> str:
    """The origin this desk's pages come from: HANDOFF_DESK_URL, else the address asked."""
    public = urlsplit(desk_of(request).settings.desk_url)
    if public.scheme and public.netloc:
        return f"{public.scheme}://{public.netloc}".lower()
    return f"http://{request.host}"


def address_of(request: web.Request, desk: Desk) -> str:
    """Where a request comes from; a proxy's word counts only when the proxy is trusted."""
    address = request.remote or ""
    trusted = {part.strip() for part in desk.settings.trusted_proxies.split(",") if part.strip()}
    if address not in trusted:
        return address
    # Some proxies write a line of their own below what the asker sent: all lines are one list.
    told = ",".join(request.headers.getall("X-Forwarded-For", []))
    hops = [hop.strip() for hop in told.split(",")]
    return next((hop for hop in reversed(hops) if hop and hop not in trusted), address)
