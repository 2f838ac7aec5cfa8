"""The archive's side of the store in Redis: walk the conversations, read their lines, fold them."""

from __future__ import annotations

from handoff.case import Case
from handoff.conversation import ConversationId
from handoff.shelf import LINES_FOLDED, Line, Unshelved
from handoff.store.calls import Calls
from handoff.store.keys import Keys
from handoff.store.records import CASE_FIELDS, decode_case, decode_delivery, decode_message
from handoff.store.scripts import Scripts


class RedisShelf:
    """`handoff.shelf.Shelf`."""

    def __init__(self, scripts: Scripts, calls: Calls, keys: Keys) -> None:
        self._run = scripts.run
        self._calls = calls
        self._keys = keys

    async def walk(self, cursor: str, most: int) -> tuple[str, tuple[ConversationId, ...]]:
        # One that has written and was not read yet has mail and no control values.
        pattern = f"{self._keys.prefix}[cm]:*"
        found = await self._calls.one("SCAN", cursor, "MATCH", pattern, "COUNT", most)
        skipped = len(self._keys.prefix) + len("c:")
        names = dict.fromkeys(ConversationId(key.decode()[skipped:]) for key in found[1])
        return str(int(found[0])), tuple(names)

    async def unshelved(self, conversations: tuple[ConversationId, ...]) -> tuple[Unshelved, ...]:
        rows = await self._calls.both(
            *(("HMGET", self._keys.control(each), "t", "z") for each in conversations)
        )
        marks = [
            Unshelved(each, int(shelved or 0), int(last or 0))
            for each, (last, shelved) in zip(conversations, rows, strict=True)
        ]
        return tuple(mark for mark in marks if mark.shelved < mark.last)

    async def lines(self, conversation: ConversationId, after: int, most: int) -> tuple[Line, ...]:
        transcript = self._keys.transcript(conversation)
        first = await self._calls.one("LINDEX", transcript, 0)
        if first is None:
            return ()
        oldest = decode_message(first).seq
        start = max(0, after + 1 - oldest)
        # In one step: a line whose words are neither pending nor settled would lose its outcome.
        rows, ledger, words = await self._calls.both(
            ("LRANGE", transcript, start, start + most - 1),
            ("HGETALL", self._keys.ledger(conversation)),
            ("LRANGE", self._keys.words(conversation), 0, -1),
        )
        messages = [decode_message(row) for row in rows]
        if messages and messages[0].seq > max(after + 1, oldest):
            return ()  # the oldest lines went since, and the places moved: read again next round
        settled = {int(number): decode_delivery(raw) for number, raw in ledger.items()}
        pending = {int(row.split(b"|", 1)[0]) for row in words}
        found = []
        for message in messages:
            if message.word in pending:
                break
            if message.seq > after:
                found.append(Line(message, settled.get(message.word)))
        return tuple(found)

    async def shelve(self, conversation: ConversationId, upto: int) -> None:
        await self._run("shelve", [self._keys.control(conversation)], upto)

    async def cases_of(self, conversation: ConversationId) -> tuple[tuple[Case, bytes], ...]:
        ids = [
            each.decode()
            for each in await self._calls.one("LRANGE", self._keys.cases(conversation), 0, -1)
        ]
        rows = await self._calls.both(
            *(("HMGET", self._keys.case(each), "packet", *CASE_FIELDS) for each in ids)
        )
        return tuple(
            (decode_case(case_id, values), packet or b"")
            for case_id, (packet, *values) in zip(ids, rows, strict=True)
            if values[0]
        )

    async def fold(self, conversation: ConversationId, *, idle_ms: int) -> bool:
        keys = [
            self._keys.transcript(conversation),
            self._keys.ledger(conversation),
            self._keys.cases(conversation),
        ]
        (folded,) = await self._run("fold", keys, conversation, idle_ms, LINES_FOLDED)
        return bool(folded)
