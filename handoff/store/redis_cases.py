"""Cases in Redis. The verbs are the Lua files of the same names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson
from msgspec.structs import replace

from handoff.agents import AgentId
from handoff.case import Case, CaseId, Claim, QueueFigures, Resolution
from handoff.conversation import (
    Author,
    DeliveryState,
    Message,
    MessageKind,
)
from handoff.errors import (
    AlreadyClaimed,
    CaseClosed,
    CaseNotFound,
    CustomerWrote,
    NotAssignee,
    WordsOpen,
)
from handoff.forms import RecordNewer
from handoff.packet import decode_packet, encode_packet, is_newer_packet
from handoff.store.calls import Calls
from handoff.store.keys import Keys
from handoff.store.records import (
    CASE_FIELDS,
    decode_case,
    encode_event,
    encode_message,
    encode_word,
    word_row,
)
from handoff.store.redis_moves import RedisMoves
from handoff.store.scripts import Scripts
from handoff.words import WORDLESS, Parting, Word

CLAIMS_MOST = 500


def _refuse(case_id: str, reply: list[Any]) -> None:
    code = reply[0].decode()
    if code == "unknown":
        raise CaseNotFound(case_id)
    if code == "closed":
        raise CaseClosed(case_id)
    if code == "held":
        raise NotAssignee(reply[1].decode())
    if code == "taken":
        raise AlreadyClaimed(reply[1].decode())
    if code == "open":
        raise WordsOpen(sorted(reply[1]))
    if code == "wrote":
        raise CustomerWrote


class RedisCases:
    """`handoff.ports.Cases` over Lua."""

    def __init__(self, scripts: Scripts, calls: Calls, keys: Keys, now: Callable[[], int]) -> None:
        self._run = scripts.run
        self._calls = calls
        self._keys = keys
        self._now = now
        self._moves = RedisMoves(calls, keys, now)

    def _op(self, op: str) -> str:
        return self._keys.of(f"op:{op}")

    async def claim(self, case_id: CaseId | None, agent: AgentId, *, op: str) -> Claim | None:
        keys = [*map(self._keys.of, ("queue", "assigned", "agenda:sends")), self._op(op)]
        reply = await self._run("claim", keys, case_id or "", agent, encode_event(agent, "claimed"))
        if reply[0] == b"empty":
            return None
        _refuse(case_id or "", reply)
        _, claimed, holder, epoch, flying, withdrawn = reply
        bodies = orjson.loads(withdrawn) if withdrawn else ()
        texts = tuple(body["t"] for body in bodies)
        return Claim(CaseId(claimed.decode()), holder.decode(), int(epoch), flying, texts)

    async def say(
        self, case_id: CaseId, agent: AgentId, words: Sequence[Word], *, op: str
    ) -> tuple[int, ...]:
        keys = [self._op(op), self._keys.of(f"w:{case_id}")]
        parts = [
            part
            for word in words
            for part in (encode_word(word), word_row(replace(word, agent=agent)))
        ]
        reply = await self._run("say", keys, case_id, agent, *parts)
        _refuse(case_id, reply)
        return tuple(reply[1])

    async def retract(self, case_id: CaseId, agent: AgentId, number: int) -> DeliveryState:
        reply = await self._run("retract", [self._keys.of(f"w:{case_id}")], case_id, agent, number)
        _refuse(case_id, reply)
        return DeliveryState(reply[1].decode().partition(":")[0])

    async def note(self, case_id: CaseId, agent: AgentId, text: str, *, op: str) -> int:
        row = encode_message(Message(Author.AGENT, text, kind=MessageKind.NOTE, agent=agent))
        reply = await self._run("note", [self._op(op)], case_id, row)
        _refuse(case_id, reply)
        return int(reply[1])

    async def resolve(
        self,
        case_id: CaseId,
        agent: AgentId,
        resolution: Resolution,
        *,
        op: str,
        parting: Parting = WORDLESS,
    ) -> None:
        keys = [*map(self._keys.of, ("assigned", f"w:{case_id}"))]
        word = parting.word
        last = [encode_word(word), word_row(replace(word, agent=agent))] if word else []
        row = encode_event(agent, f"resolved:{resolution}")
        how = (resolution, op, row, parting.seen)
        reply = await self._run("resolve", keys, case_id, agent, *how, *last)
        _refuse(case_id, reply)

    async def requeue(
        self, case_id: CaseId, agent: AgentId | None, *, op: str, note: str = ""
    ) -> None:
        rows = [encode_event(agent or "", "requeued")]
        if note:
            rows.append(encode_message(Message(Author.SYSTEM, note, kind=MessageKind.NOTE)))
        keys = [self._op(op), *map(self._keys.of, ("queue", "assigned"))]
        reply = await self._run("requeue", keys, case_id, agent or "", *rows)
        _refuse(case_id, reply)

    async def enrich(self, case_id: CaseId, packet: bytes, version: int) -> bool:
        keys = [self._keys.case(case_id)]
        (stored,) = await self._run("enrich", keys, case_id, version, packet)
        return bool(stored)

    async def packet(self, case_id: CaseId) -> bytes:
        raw, withdrawn = await self._calls.one(
            "HMGET", self._keys.case(case_id), "packet", "withdrawn"
        )
        if not raw or not withdrawn or is_newer_packet(raw):
            return raw or b""
        texts = tuple(body["t"] for body in orjson.loads(withdrawn))
        return encode_packet(replace(decode_packet(raw), withdrawn=texts))

    async def case(self, case_id: CaseId) -> Case:
        values = await self._calls.one(*self._read(case_id))
        if not values[0]:
            raise CaseNotFound(case_id)
        return decode_case(case_id, values)

    async def waiting(self, most: int = 200) -> tuple[Case, ...]:
        return await self._listed("queue", most)

    async def assigned(self) -> tuple[Case, ...]:
        return await self._listed("assigned", 1000)

    async def _listed(self, name: str, most: int) -> tuple[Case, ...]:
        ids = [
            raw.decode()
            for raw in await self._calls.one("ZRANGE", self._keys.of(name), 0, most - 1)
        ]
        records = await self._calls.both(*map(self._read, ids))
        found = zip(ids, records, strict=True)
        return tuple(_readable((case_id, values) for case_id, values in found if values[0]))

    def _read(self, case_id: str) -> tuple[str, ...]:
        return ("HMGET", self._keys.case(case_id), *CASE_FIELDS)

    async def figures(self) -> tuple[QueueFigures, ...]:
        classes: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for case in await self.waiting(5000):
            classes[case.priority, case.skill].append(case.opened_at.timestamp())
        now = self._now() / 1000
        return tuple(
            QueueFigures(priority, skill, len(opened), max(0.0, now - min(opened)))
            for (priority, skill), opened in sorted(classes.items())
        )

    async def ahead(self, rank: float) -> int:
        return int(await self._calls.one("ZCOUNT", self._keys.of("queue"), "-inf", f"({rank:.0f}"))

    async def claimed_within(self, seconds: int) -> tuple[tuple[float, float], ...]:
        claims = await self._moves.claims(seconds, CLAIMS_MOST)
        return tuple((at / 1000, waited / 1000) for at, waited in claims)


def _readable(rows: Iterable[tuple[str, list[bytes | None]]]) -> Iterator[Case]:
    """Cases; one that only a later version can read is left out, and `Upkeep.newer_cases` tells
    of it.
    """
    for case_id, values in rows:
        try:
            yield decode_case(case_id, values)
        except RecordNewer:
            continue
