"""How the attachments of a transcript stand: shown, to be downloaded, on their way, or failed.

What a customer sent is wished for when an agent first sees it; the bot fetches it, and the page
fills itself in. Nothing here knows the channel.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from handoff.conversation import Attachment, ConversationId, MessageKind
from handoff.desk.context import Desk
from handoff.desk.transcript import Line
from handoff.files import MOST_BYTES, Fetch, FetchState, Files, StoredFile, Wish
from handoff.packet import Piece

FETCHED = frozenset({MessageKind.PHOTO, MessageKind.DOCUMENT, MessageKind.VOICE, MessageKind.VIDEO})
_MOST_WISHES = 40
_BOX = 260
_FOR_GOOD = frozenset({"too_big", "lost"})


class Standing(StrEnum):
    """How an attachment is shown."""

    TOLD = "told"
    """Only what the message itself tells: a place, a sticker."""
    WAITING = "waiting"
    FAILED = "failed"
    PICTURE = "picture"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment as a page shows it; `width` and `height` fit the box, `reason` says why it
    failed, and `may_retry` whether asking again can help.
    """

    kind: MessageKind
    name: str
    size_bytes: int
    detail: str
    standing: Standing
    file: StoredFile | None = None
    width: int = 0
    height: int = 0
    reason: str = ""

    @property
    def may_retry(self) -> bool:
        return self.reason not in _FOR_GOOD


async def attached_to(
    desk: Desk, conversation: ConversationId, lines: Sequence[Line]
) -> dict[int, tuple[Attached, ...]]:
    """The attachments by the seq of their line; what nobody asked for yet is wished for."""
    shown = {line.seq: line.attachments for line in lines if line.attachments}
    if not shown:
        return {}
    fetches = await desk.store.wishes.fetches(conversation)
    unknown = [
        Wish(conversation, one.ref, one.name)
        for some in shown.values()
        for one in some
        if is_fetched(one) and one.ref not in fetches
    ]
    for wish in unknown[-_MOST_WISHES:]:
        await desk.store.wishes.want(wish)
    return await asyncio.to_thread(_stand, desk.files, shown, fetches)


async def digests_of(
    desk: Desk, conversation: ConversationId, pieces: Sequence[Piece]
) -> dict[str, str]:
    """The SHA-256 of each piece of evidence that is in our store, by the channel's file id: it
    shows that a file is still the one that came.
    """
    if not pieces:
        return {}
    fetches = await desk.store.wishes.fetches(conversation)
    refs = [piece.ref for piece in pieces if piece.ref in fetches]
    return await asyncio.to_thread(_digests, desk.files, {ref: fetches[ref] for ref in refs})


def _digests(files: Files, fetches: Mapping[str, Fetch]) -> dict[str, str]:
    found = ((ref, files.get(fetch.file)) for ref, fetch in fetches.items())
    return {ref: file.sha256 for ref, file in found if file is not None}


def is_fetched(attachment: Attachment) -> bool:
    """Whether the bot can fetch it at all."""
    known = bool(attachment.ref) and attachment.kind in FETCHED
    return known and attachment.size_bytes <= MOST_BYTES


def file_of(files: Files, attachment: Attachment, fetch: Fetch | None) -> StoredFile | None:
    """The stored file behind an attachment, None when there is none (yet)."""
    file_id = attachment.file or (fetch.file if fetch else "")
    return files.get(file_id) if file_id else None


def _stand(
    files: Files, shown: Mapping[int, Iterable[Attachment]], fetches: Mapping[str, Fetch]
) -> dict[int, tuple[Attached, ...]]:
    return {
        seq: tuple(_standing(files, one, fetches.get(one.ref)) for one in some)
        for seq, some in shown.items()
    }


def _standing(files: Files, one: Attachment, fetch: Fetch | None) -> Attached:
    if not one.file and one.size_bytes > MOST_BYTES:
        return _made(one, Standing.FAILED, reason="too_big")
    if not one.file and not is_fetched(one):
        return _made(one, Standing.TOLD)
    if not one.file and (fetch is None or fetch.state is FetchState.WANTED):
        return _made(one, Standing.WAITING)
    if fetch is not None and fetch.state is FetchState.FAILED:
        return _made(one, Standing.FAILED, reason=fetch.reason)
    file = file_of(files, one, fetch)
    if file is None:
        return _made(one, Standing.FAILED, reason="lost" if one.file else "missing")
    return _made(one, Standing.PICTURE if file.is_picture else Standing.FILE, file=file)


def _made(
    one: Attachment, standing: Standing, *, file: StoredFile | None = None, reason: str = ""
) -> Attached:
    width, height = _fitted(file.width, file.height) if file else (0, 0)
    return Attached(
        one.kind,
        one.name,
        file.size_bytes if file else one.size_bytes,
        one.detail,
        standing,
        file,
        width,
        height,
        reason,
    )


def _fitted(width: int, height: int) -> tuple[int, int]:
    """The size within the box; small pictures keep theirs."""
    longest = max(width, height, _BOX)
    return max(1, width * _BOX // longest), max(1, height * _BOX // longest)
