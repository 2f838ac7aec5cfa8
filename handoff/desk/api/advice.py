"""What the guard would say otherwise in what an agent is typing.

Advice only: nothing is refused, kept or logged, and the words stay the agent's.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from handoff.conversation import Author
from handoff.desk.answers import json_answer
from handoff.desk.api.bodies import DraftBody, read_body
from handoff.desk.context import CASE, desk_of, language_of
from handoff.packet import shown_packet
from handoff.speech.guard import Fault, Finding
from handoff.text import MESSAGE_LIMIT
from handoff.text import language_of as written_in

_SHOWN = 3
_UPSET = frozenset({"angry", "anxious", "sad"})
_OF_THE_MOMENT = frozenset({Fault.EMOJI, Fault.PUSHY})
"""Faults towards somebody upset, and none towards others."""
_LINES = 50


async def advise(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/advice: what should be put otherwise before it is sent."""
    body = await read_body(request, DraftBody)
    text = body.text[:MESSAGE_LIMIT]
    guard, language = desk_of(request).texts.guard, written_in(text)
    found: Sequence[Finding] = guard.hear(text, language, upset=True)
    if any(each.fault in _OF_THE_MOMENT for each in found) and not await _upset(request):
        found = guard.hear(text, language)
    if any(each.fault is Fault.JARGON for each in found):
        found = await _without_their_own(request, found)
    return json_answer({"findings": [_told(request, each) for each in _each_once(found)]})


async def _upset(request: web.Request) -> bool:
    packet = shown_packet(await desk_of(request).store.cases.packet(request[CASE].id))
    return packet.emotion in _UPSET


async def _without_their_own(request: web.Request, found: Sequence[Finding]) -> Sequence[Finding]:
    """A word of the trade is no jargon to a customer who used it."""
    conversation = await desk_of(request).store.conversations.conversation(
        request[CASE].conversation, rows=_LINES
    )
    heard = " ".join(
        line.text.casefold() for line in conversation.transcript if line.author is Author.CONTACT
    )
    return [
        each
        for each in found
        if each.fault is not Fault.JARGON or each.said.casefold() not in heard
    ]


def _each_once(found: Sequence[Finding]) -> list[Finding]:
    return list({(each.fault, each.said): each for each in found}.values())[:_SHOWN]


def _told(request: web.Request, finding: Finding) -> dict[str, object]:
    texts, language = desk_of(request).texts, language_of(request)
    told = texts.say(f"advice.{finding.fault}", language, said=finding.said)
    if finding.rewrite and "{" not in finding.rewrite:
        told = f"{told} {texts.say('advice.rather', language, rewrite=finding.rewrite)}"
    return {
        "fault": finding.fault,
        "severity": finding.severity,
        "start": finding.start,
        "end": finding.end,
        "rewrite": finding.rewrite,
        "told": told,
    }
