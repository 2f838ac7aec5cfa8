"""Drafts and summaries by the language model, on an agent's press.

Nothing is sent or kept: a draft goes into the composer, a summary onto the page.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web

from handoff.conversation import Conversation
from handoff.desk.answers import json_answer, refuse
from handoff.desk.api.bodies import EmptyBody, read_body
from handoff.desk.context import CASE, desk_of, language_of, spoken_on_page
from handoff.desk.writing import Paper, Writes
from handoff.packet import Packet, decode_packet

LINES = 40
_Ask = Callable[[Writes, Conversation, Packet], Coroutine[Any, Any, Paper | None]]


async def draft(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/written/draft: a reply to start from."""
    return await _written(request, "draft", lambda who, said, packet: who.draft(said, packet))


async def summary(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/written/summary: what the case is about."""
    language = spoken_on_page(request)
    return await _written(
        request, "summary", lambda who, said, packet: who.sum_up(said, packet, language)
    )


async def _written(request: web.Request, kind: str, ask: _Ask) -> web.Response:
    desk, case = desk_of(request), request[CASE]
    await read_body(request, EmptyBody)
    if desk.writes is None:
        return refuse(request, 404, "not_found")
    conversation = await desk.store.conversations.conversation(case.conversation, rows=LINES)
    packet = decode_packet(await desk.store.cases.packet(case.id))
    paper = await ask(desk.writes, conversation, packet)
    say, language = desk.texts.say, language_of(request)
    if paper is None:
        return json_answer({"text": "", "told": say(f"written.no_{kind}", language)})
    spoken = spoken_on_page(request)
    titles = [desk.writes.title_of(cited, spoken) for cited in paper.citations]
    names = [title or say("case.packet", language) for title in titles]
    rests = ", ".join(dict.fromkeys(names))
    told = say(f"written.{kind}", language, rests=rests)
    return json_answer({"text": paper.text, "citations": list(paper.citations), "told": told})
