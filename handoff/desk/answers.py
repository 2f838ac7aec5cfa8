"""How the desk answers what it cannot do: in words on the page, as JSON for a program.

Every refusal has a code; nobody reads its text. A notice never takes the place of what is open.
"""

from __future__ import annotations

import orjson
from aiohttp import web

from handoff.agents import AgentId
from handoff.desk.context import (
    desk_of,
    is_fragment,
    language_of,
    page,
    spoken_on_page,
    wants_json,
)
from handoff.errors import (
    AlreadyClaimed,
    CaseClosed,
    CaseNotFound,
    ConversationNotFound,
    CustomerWrote,
    HandoffError,
    NotAssignee,
    StoreDown,
    StoreUncertain,
    WordsOpen,
)
from handoff.forms import RecordNewer
from handoff.service import spoken

_STATUS: dict[type[HandoffError], tuple[int, str]] = {
    AlreadyClaimed: (409, "already_claimed"),
    NotAssignee: (409, "not_assignee"),
    CaseClosed: (409, "case_closed"),
    WordsOpen: (409, "words_open"),
    CustomerWrote: (409, "customer_wrote"),
    CaseNotFound: (404, "case_not_found"),
    ConversationNotFound: (404, "case_not_found"),
    RecordNewer: (503, "written_newer"),
    StoreUncertain: (503, "not_certain"),
    StoreDown: (503, "store_down"),
}


def json_answer(values: dict[str, object], *, status: int = 200) -> web.Response:
    """An answer for a program."""
    return web.Response(body=orjson.dumps(values), status=status, content_type="application/json")


def refuse(request: web.Request, status: int, code: str, **facts: object) -> web.Response:
    """Say no: a notice on the open page, a page of its own, or JSON with `error` and the facts."""
    if wants_json(request):
        return json_answer({"error": code, **facts}, status=status)
    text = desk_of(request).texts.say(f"refused.{code}", language_of(request), **facts)
    if not is_fragment(request):
        return page(request, "refused.html", status=status, text=text)
    # A case that cannot be read any more must leave the pane; any other refusal only says so.
    leaves = request.method == "GET" and "case" in request.match_info
    template, target = ("left.html", "#case") if leaves else ("notice.html", "#notices")
    response = page(request, template, status=status, text=text)
    response.headers["HX-Retarget"] = target
    response.headers["HX-Reswap"] = "innerHTML"
    return response


async def refuse_error(request: web.Request, error: HandoffError) -> web.Response:
    """Answer a named error with its facts."""
    kinds = (kind for kind in type(error).__mro__ if kind in _STATUS)
    status, code = _STATUS.get(next(kinds, HandoffError), (409, "refused"))
    facts: dict[str, object] = {}
    if isinstance(error, AlreadyClaimed | NotAssignee):
        facts = {"holder": error.holder, "name": await name_of(request, error.holder)}
    if isinstance(error, WordsOpen):
        facts = {"numbers": list(error.numbers), "count": len(error.numbers)}
    return refuse(request, status, code, **facts)


async def name_of(request: web.Request, agent_id: str) -> str:
    """What an agent is called on the desk; empty for nobody."""
    agent = await desk_of(request).store.accounts.agent(AgentId(agent_id)) if agent_id else None
    return spoken(agent.name, spoken_on_page(request)) if agent else agent_id
