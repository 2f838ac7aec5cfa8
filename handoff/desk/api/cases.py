"""Actions on cases, as a page or a program asks for them.

Each goes through `handoff/service.py`; who may do it was decided at the door. A page gets the
changed part back, a program gets JSON.
"""

from __future__ import annotations

import orjson
import structlog
from aiohttp import web
from msgspec.structs import replace

from handoff.access import Action
from handoff.case import Case, CaseId, CaseStatus
from handoff.desk.answers import json_answer, refuse
from handoff.desk.api.bodies import (
    AcknowledgeBody,
    BodyRefused,
    ClaimBody,
    NoteBody,
    RequeueBody,
    ResolveBody,
    SayBody,
    WordBody,
    read_body,
)
from handoff.desk.api.files import uploaded
from handoff.desk.context import CASE, VISITOR, desk_of, wants_json
from handoff.desk.pages import conversation_part, packet_part
from handoff.desk.transcript import last_heard
from handoff.service import LastWords

_log = structlog.get_logger("desk")


async def take_next(request: web.Request) -> web.Response:
    """POST /desk/next: take the best of the queue."""
    body = await read_body(request, ClaimBody)
    return await _claim(request, None, body)


async def claim(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/claim: take this case; the second one is told who has it."""
    body = await read_body(request, ClaimBody)
    return await _claim(request, request[CASE].id, body)


async def say(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/say.

    Refused once when the customer wrote something the agent has not seen: send again to say it
    anyway.
    """
    desk, visitor, case = desk_of(request), request[VISITOR], request[CASE]
    body = await read_body(request, SayBody)
    if not body.text and not body.attachment:
        raise BodyRefused(("text",))
    if body.seen and await _newest_heard(request, case) > body.seen:
        return await _wrote_on(request)
    attachment = await uploaded(request, body)
    said = await desk.service.say(
        case.id, visitor.agent, body.text, op=_op(request, body.op), attachment=attachment
    )
    await desk.store.drafts.keep(case, "")
    await desk.store.presence.seen(visitor.agent.id)
    if wants_json(request):
        return json_answer({"numbers": list(said.numbers), "introduced": said.introduced})
    return await conversation_part(request)


async def say_again(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/again: say a word once more that did not arrive."""
    body = await read_body(request, WordBody)
    said = await desk_of(request).service.say_again(
        request[CASE].id, request[VISITOR].agent, body.number
    )
    if said is None:
        return refuse(request, 409, "nothing_to_repeat")
    if wants_json(request):
        return json_answer({"numbers": list(said.numbers)})
    return await conversation_part(request)


async def take_back(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/retract: withdraw an unbegun word, or let a failed one be."""
    body = await read_body(request, WordBody)
    state = await desk_of(request).service.take_back(
        request[CASE].id, request[VISITOR].agent.id, body.number
    )
    if wants_json(request):
        return json_answer({"state": state})
    return await conversation_part(request)


async def note(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/note: a remark only agents see."""
    desk, visitor, case = desk_of(request), request[VISITOR], request[CASE]
    body = await read_body(request, NoteBody)
    seq = await desk.service.note(case.id, visitor.agent.id, body.text, op=_op(request, body.op))
    if wants_json(request):
        return json_answer({"seq": seq})
    return await conversation_part(request)


async def acknowledge(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/acknowledge: the agent has read the packet."""
    desk, visitor, case = desk_of(request), request[VISITOR], request[CASE]
    body = await read_body(request, AcknowledgeBody)
    desk.read_packets.add((visitor.agent.id, case.id, body.version))
    _log.info(
        "packet.acknowledged", case=case.id, agent=visitor.agent.id, packet_version=body.version
    )
    return (
        json_answer({"read": body.version}) if wants_json(request) else await packet_part(request)
    )


async def resolve(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/resolve: end the case; refused while words did not arrive, and once
    when the customer wrote something the agent has not seen.
    """
    desk, visitor, case = desk_of(request), request[VISITOR], request[CASE]
    body = await read_body(request, ResolveBody)
    await desk.service.resolve(
        case.id,
        visitor.agent,
        body.resolution,
        op=_op(request, body.op),
        last=LastWords(body.last_words, body.seen),
    )
    await desk.store.drafts.keep(case, "")
    return _moved(request, replace(case, status=CaseStatus.RESOLVED))


async def requeue(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/requeue: back to the queue, by its agent or by a supervisor."""
    desk, visitor, case = desk_of(request), request[VISITOR], request[CASE]
    body = await read_body(request, RequeueBody)
    by = visitor.agent.id if case.agent == visitor.agent.id else None
    await desk.service.requeue(case.id, by, op=_op(request, body.op), note=body.note.strip())
    await desk.store.drafts.keep(case, "")
    return _moved(request, replace(case, status=CaseStatus.WAITING, agent=""))


async def _claim(request: web.Request, case_id: CaseId | None, body: ClaimBody) -> web.Response:
    desk, visitor = desk_of(request), request[VISITOR]
    await desk.store.presence.seen(visitor.agent.id)
    claimed = await desk.service.claim(case_id, visitor.agent.id, op=_op(request, body.op))
    if claimed is None:
        return refuse(request, 409, "queue_empty")
    if body.packet_version:
        # Taking from an open case means that its packet was in view.
        desk.read_packets.add((visitor.agent.id, claimed.case_id, body.packet_version))
    if wants_json(request):
        return json_answer(
            {
                "case": claimed.case_id,
                "in_flight": claimed.in_flight,
                "withdrawn": list(claimed.withdrawn),
            }
        )
    return _go_to(f"/desk/cases/{claimed.case_id}")


def _moved(request: web.Request, case: Case) -> web.Response:
    if wants_json(request):
        return json_answer({"case": case.id, "status": case.status})
    if request[VISITOR].may(Action.READ_CASE, case):
        return _go_to(f"/desk/cases/{case.id}")
    return web.Response(status=204, headers={"HX-Redirect": "/desk"})


def _go_to(path: str) -> web.Response:
    """Let the page fetch the case into its pane and put its address into the history."""
    where = {"path": path, "target": "#case", "swap": "innerHTML", "push": path}
    return web.Response(status=204, headers={"HX-Location": orjson.dumps(where).decode()})


def _op(request: web.Request, op: str) -> str:
    """Known by whose it is and what was asked: an id used for another case, or for another act,
    does not pass for done.
    """
    return f"desk:{request[VISITOR].agent.id}:{request.path}:{op}"


async def _newest_heard(request: web.Request, case: Case) -> int:
    conversations = desk_of(request).store.conversations
    return last_heard(await conversations.conversation(case.conversation, rows=50))


async def _wrote_on(request: web.Request) -> web.Response:
    if wants_json(request):
        return refuse(request, 409, "customer_wrote")
    return await conversation_part(request, wrote_on=True)
