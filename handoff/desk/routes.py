"""Every address of the desk, with the rule of who may ask it. What is not here does not exist."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from handoff.access import Action
from handoff.desk import events, health, login, pages
from handoff.desk.api import advice, cases, files, presence, written
from handoff.desk.guard import RULES, Handler, Open, Rule


@dataclass(frozen=True, slots=True)
class Route:
    """One address: method, path, rule, and who answers."""

    method: str
    path: str
    rule: Rule
    handler: Handler


_CASE = "/desk/cases/{case}"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", Open.TO_ALL, health.lives),
    Route("GET", "/readyz", Open.TO_ALL, health.is_ready),
    Route("GET", "/metrics", Open.TO_ALL, health.metrics),
    Route("GET", "/static/{name:[a-z0-9./_-]+}", Open.TO_ALL, health.static_file),
    Route("GET", "/login", Open.TO_ALL, login.show),
    Route("POST", "/login", Open.TO_ALL, login.log_in),
    Route("POST", "/logout", Action.LOG_OUT, login.log_out),
    Route("GET", "/", Action.LOG_OUT, pages.home),
    Route("GET", "/desk", Action.SEE_QUEUE, pages.queue_page),
    Route("GET", "/desk/queue", Action.SEE_QUEUE, pages.queue_part),
    Route("GET", "/desk/events", Action.LISTEN, events.listen),
    Route("POST", "/desk/presence", Action.BE_PRESENT, presence.be_present),
    Route("POST", "/desk/next", Action.TAKE_NEXT, cases.take_next),
    Route("GET", _CASE, Action.READ_CASE, pages.case_page),
    Route("GET", f"{_CASE}/conversation", Action.READ_CASE, pages.conversation_part),
    Route("GET", f"{_CASE}/packet", Action.READ_CASE, pages.packet_part),
    Route("GET", f"{_CASE}/files/{{seq}}/{{n}}", Action.READ_CASE, files.show),
    Route("POST", f"{_CASE}/files/{{seq}}/{{n}}", Action.READ_CASE, files.fetch_again),
    Route("POST", f"{_CASE}/files", Action.SAY, files.attach),
    Route("POST", f"{_CASE}/claim", Action.CLAIM, cases.claim),
    Route("POST", f"{_CASE}/acknowledge", Action.ACKNOWLEDGE, cases.acknowledge),
    Route("POST", f"{_CASE}/say", Action.SAY, cases.say),
    Route("POST", f"{_CASE}/again", Action.SAY, cases.say_again),
    Route("POST", f"{_CASE}/retract", Action.TAKE_BACK, cases.take_back),
    Route("POST", f"{_CASE}/note", Action.NOTE, cases.note),
    Route("POST", f"{_CASE}/draft", Action.NOTE, presence.keep_draft),
    Route("POST", f"{_CASE}/advice", Action.SAY, advice.advise),
    Route("POST", f"{_CASE}/written/draft", Action.SAY, written.draft),
    Route("POST", f"{_CASE}/written/summary", Action.SAY, written.summary),
    Route("POST", f"{_CASE}/resolve", Action.RESOLVE, cases.resolve),
    Route("POST", f"{_CASE}/requeue", Action.REQUEUE, cases.requeue),
    Route("GET", "/ops", Action.SEE_OPS, pages.ops_page),
    Route("GET", "/ops/board", Action.SEE_OPS, pages.ops_part),
)


def add_routes(app: web.Application) -> None:
    """Give the app its addresses and their rules."""
    rules: dict[tuple[str, str], Rule] = {}
    for route in ROUTES:
        added = app.router.add_route(route.method, route.path, route.handler)
        if added.resource is not None:
            rules[route.method, added.resource.canonical] = route.rule
    app[RULES] = rules
