"""Files at the desk: give out what customers and agents sent, ask again for it, take an upload.

A browser is never asked to guess: only bounded pictures are shown, everything else is saved, and
nothing in a file may run or load anything.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC
from urllib.parse import quote

from aiohttp import web

from handoff.conversation import Attachment
from handoff.desk.answers import json_answer, refuse
from handoff.desk.api.bodies import BodyRefused, SayBody
from handoff.desk.attached import file_of, is_fetched
from handoff.desk.context import CASE, desk_of, wants_json
from handoff.desk.pages import conversation_part
from handoff.desk.transcript import lines_of
from handoff.files import OCTETS, PHOTO_BYTES, StoredFile, Wish

_POLICY = "; ".join(("sandbox", "default-src 'none'", "img-src 'self'", "frame-ancestors 'none'"))
_PLACE = re.compile("[0-9]{1,15}")
_CACHE = "private, max-age=3600"


async def show(request: web.Request) -> web.StreamResponse:
    """GET /desk/cases/{case}/files/{seq}/{n}: the file itself."""
    desk, attachment = desk_of(request), await _attachment(request)
    if attachment is None:
        return refuse(request, 404, "not_found")
    fetches = await desk.store.wishes.fetches(request[CASE].conversation)
    file = file_of(desk.files, attachment, fetches.get(attachment.ref))
    data = await asyncio.to_thread(desk.files.read, file) if file else None
    if file is None or data is None:
        return refuse(request, 404, "no_file")
    return _given(request, file, data)


async def fetch_again(request: web.Request) -> web.StreamResponse:
    """POST /desk/cases/{case}/files/{seq}/{n}: ask once more for what did not come."""
    attachment = await _attachment(request)
    if attachment is None or not is_fetched(attachment):
        return refuse(request, 404, "not_found")
    wish = Wish(request[CASE].conversation, attachment.ref, attachment.name)
    await desk_of(request).store.wishes.want(wish, again=True)
    return json_answer({}) if wants_json(request) else await conversation_part(request)


async def attach(request: web.Request) -> web.Response:
    """POST /desk/cases/{case}/files?name=: keep a file that the next words will carry."""
    data = bytearray()
    if (request.content_length or 0) > PHOTO_BYTES:
        return refuse(request, 413, "file_too_big")
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > PHOTO_BYTES:
            return refuse(request, 413, "file_too_big")
    if not data:
        raise BodyRefused(("file",))
    files, name = desk_of(request).files, request.query.get("name", "")
    conversation = request[CASE].conversation
    file = await asyncio.to_thread(
        files.put, bytes(data), name, conversation=conversation, loose=True
    )
    return json_answer({"file": file.id, "name": file.name, "size_bytes": file.size_bytes})


async def uploaded(request: web.Request, body: SayBody) -> Attachment | None:
    """What goes along with an agent's words; only what was uploaded in this conversation may."""
    if not body.attachment:
        return None
    file = await asyncio.to_thread(desk_of(request).files.get, body.attachment)
    if file is None or file.conversation != request[CASE].conversation:
        raise BodyRefused(("attachment",))
    await asyncio.to_thread(desk_of(request).files.keep, file)
    return file.attachment


async def _attachment(request: web.Request) -> Attachment | None:
    """What the address names, as the page that showed the address counted it."""
    seq, n = request.match_info["seq"], request.match_info["n"]
    if not (_PLACE.fullmatch(seq) and _PLACE.fullmatch(n)):
        return None
    conversation = await desk_of(request).store.conversations.conversation(
        request[CASE].conversation
    )
    for line in lines_of(conversation, {}, reader="", zone=UTC):
        if line.seq == int(seq):
            return dict(enumerate(line.attachments)).get(int(n))
    return None


def _given(request: web.Request, file: StoredFile, data: bytes) -> web.Response:
    way = "inline" if file.is_picture else "attachment"
    headers = {
        "Content-Type": file.mime if file.is_picture else OCTETS,
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": _POLICY,
        "Cache-Control": _CACHE,
        "ETag": f'"{file.sha256}"',
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    return web.Response(body=data, headers=headers)
