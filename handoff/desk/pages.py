"""What the desk shows: the queue, a case with its packet, the ops page; whole or in parts.

Reading only. A page notes the last event before it reads, so that nothing falls between the two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from handoff.access import Action
from handoff.agents import Role
from handoff.case import Case, CaseStatus, Resolution
from handoff.conversation import Author, MessageKind
from handoff.desk.attached import attached_to, digests_of
from handoff.desk.board import board_of
from handoff.desk.context import (
    CASE,
    VISITOR,
    Desk,
    desk_of,
    is_fragment,
    language_of,
    page,
    spoken_on_page,
    zone_of,
)
from handoff.desk.transcript import last_heard, lines_of, waits_for_bot
from handoff.files import PHOTO_BYTES
from handoff.packet import shown_packet
from handoff.service import spoken

OUTCOMES = (Resolution.SOLVED, Resolution.WITHDRAWN, Resolution.UNREACHABLE, Resolution.MERGED)


@dataclass(frozen=True, slots=True)
class MyCase:
    """One of the agent's own cases in the list: its last line (its text, else what it is made of),
    and whether the customer waits.
    """

    case: Case
    last: str
    kind: str
    waits: bool
    since: datetime
    """When the customer wrote last, or when the case was taken."""


async def home(request: web.Request) -> web.Response:
    """GET /: to where this agent's day begins."""
    ops = request[VISITOR].agent.role is Role.OPS
    return web.Response(status=303, headers={"Location": "/ops" if ops else "/desk"})


async def queue_page(request: web.Request) -> web.Response:
    """GET /desk."""
    last_event = await desk_of(request).store.events.last_id()
    values = await _queue_values(request)
    return page(request, "desk.html", last_event=last_event, case=None, **values)


async def queue_part(request: web.Request) -> web.Response:
    """GET /desk/queue: the left pane."""
    return page(request, "queue.html", **await _queue_values(request))


async def case_page(request: web.Request) -> web.Response:
    """GET /desk/cases/{case}: the case alone when htmx asks for it, else the whole desk."""
    if is_fragment(request):
        return page(request, "case.html", **await _case_values(request))
    last_event = await desk_of(request).store.events.last_id()
    values = {**await _queue_values(request), **await _case_values(request)}
    return page(request, "desk.html", last_event=last_event, **values)


async def conversation_part(request: web.Request, *, wrote_on: bool = False) -> web.Response:
    """GET /desk/cases/{case}/conversation: transcript and composer. With `wrote_on`, words were not
    taken because the customer wrote meanwhile: the page keeps them and says so.
    """
    values = await _case_values(request) | {"wrote_on": wrote_on}
    return page(request, "conversation.html", status=409 if wrote_on else 200, **values)


async def packet_part(request: web.Request) -> web.Response:
    """GET /desk/cases/{case}/packet."""
    return page(request, "packet.html", **await _case_values(request))


async def ops_page(request: web.Request) -> web.Response:
    """GET /ops."""
    last_event = await desk_of(request).store.events.last_id()
    return page(request, "ops.html", last_event=last_event, **await _ops_values(request))


async def ops_part(request: web.Request) -> web.Response:
    """GET /ops/board: the figures."""
    return page(request, "board.html", **await _ops_values(request))


async def _ops_values(request: web.Request) -> dict[str, Any]:
    desk = desk_of(request)
    now = desk.now()
    board = await board_of(desk.store, now, await _names(request), language=language_of(request))
    return {"board": board, "now": now, "zone": zone_of(request)}


async def _queue_values(request: web.Request) -> dict[str, Any]:
    desk, visitor = desk_of(request), request[VISITOR]
    assigned = await desk.store.cases.assigned()
    mine = [case for case in assigned if case.agent == visitor.agent.id]
    others = [case for case in assigned if case.agent != visitor.agent.id]
    readable = [case for case in others if visitor.may(Action.READ_CASE, case)]
    return {
        "now": desk.now(),
        "zone": zone_of(request),
        "waiting": await desk.store.cases.waiting(),
        "waiting_count": await desk.store.cases.ahead(math.inf),
        "mine": [await _my_case(desk, case) for case in mine],
        "others": readable,
        "others_count": len(others),
        "names": await _names(request),
    }


async def _my_case(desk: Desk, case: Case) -> MyCase:
    conversation = await desk.store.conversations.conversation(case.conversation, rows=8)
    # A note is for colleagues: the customer who wrote before it still waits.
    spoken = [
        m
        for m in conversation.transcript
        if m.author in {Author.CONTACT, Author.AGENT} and m.kind is not MessageKind.NOTE
    ]
    last = spoken[-1] if spoken else None
    waits = last is not None and last.author is Author.CONTACT
    since = last.at if last and waits else case.claimed_at
    text, kind = (last.text, str(last.kind)) if last else ("", "")
    return MyCase(case, text, kind, waits, since or case.opened_at)


async def _case_values(request: web.Request) -> dict[str, Any]:
    desk, visitor = desk_of(request), request[VISITOR]
    # Read again: the door looked at the case before an action may have changed it.
    case = await desk.store.cases.case(request[CASE].id)
    conversation = await desk.store.conversations.conversation(case.conversation)
    names, zone, now = await _names(request), zone_of(request), desk.now()
    packet = shown_packet(await desk.store.cases.packet(case.id))
    is_mine = case.status is CaseStatus.ASSIGNED and case.agent == visitor.agent.id
    acknowledged = (visitor.agent.id, str(case.id), packet.version) in desk.read_packets
    lines = lines_of(conversation, names, reader=visitor.agent.id, zone=zone)
    return {
        "case": case,
        "contact": conversation.contact,
        "lines": lines,
        "attached": await attached_to(desk, case.conversation, lines),
        "seen": last_heard(conversation),
        "packet": packet,
        "digests": await digests_of(desk, case.conversation, packet.pieces),
        "packet_is_new": is_mine and packet.version > 0 and not acknowledged,
        "bot_is_finishing": is_mine and waits_for_bot(case, conversation, now),
        "is_mine": is_mine,
        "can_write": is_mine and desk.writes is not None,
        "names": names,
        "zone": zone,
        "now": now,
        "outcomes": OUTCOMES,
        "most_bytes": PHOTO_BYTES,
    }


async def _names(request: web.Request) -> dict[str, str]:
    tongue = spoken_on_page(request)
    agents = await desk_of(request).store.accounts.agents()
    return {agent.id: spoken(agent.name, tongue) for agent in agents}
