"""Read conversations in Redis, and who of the agents is there; nothing here changes a lane."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from handoff.agents import AgentId
from handoff.conversation import Conversation, ConversationId, DeliveryState, Holder
from handoff.errors import ConversationNotFound
from handoff.state import StateUnreadable, decode_state
from handoff.store.calls import Calls, pairs
from handoff.store.keys import Keys
from handoff.store.records import decode_contact, decode_delivery, decode_message


class RedisConversations:
    """`handoff.ports.Conversations`: reading only."""

    def __init__(self, calls: Calls, keys: Keys) -> None:
        self._calls = calls
        self._keys = keys

    async def conversation(self, conversation_id: ConversationId, rows: int = 200) -> Conversation:
        k = self._keys
        control, state, transcript, ledger, words, mail = await self._calls.both(
            ("HGETALL", k.control(conversation_id)),
            ("GET", k.state(conversation_id)),
            ("LRANGE", k.transcript(conversation_id), -rows, -1),
            ("HGETALL", k.ledger(conversation_id)),
            ("LRANGE", k.words(conversation_id), 0, -1),
            ("LLEN", k.mail(conversation_id)),
        )
        if not control and not mail:
            raise ConversationNotFound(conversation_id)
        text = {key.decode(): value.decode() for key, value in control.items()}
        remembered = _remembered(state or b"")
        deliveries = {int(number): decode_delivery(raw) for number, raw in ledger.items()}
        deliveries |= _open_words(words, text.get("y", ""))
        contact = decode_contact(remembered)
        return Conversation(
            id=conversation_id,
            holder=Holder(text.get("h", "bot")),
            epoch=int(text.get("e", 0)),
            state=remembered,
            contact=replace(contact, reachable=not text.get("u") and contact.reachable),
            transcript=tuple(map(decode_message, transcript)),
            deliveries=deliveries,
            case_id=text.get("case", ""),
            agent=text.get("g", ""),
            unread=mail,
        )

    async def explain(self, conversation_id: ConversationId) -> dict[str, object]:
        k = self._keys
        control, turn, send, mail, words, timers, server = await self._calls.both(
            ("HGETALL", k.control(conversation_id)),
            ("ZSCORE", k.of("agenda:turns"), conversation_id),
            ("ZSCORE", k.of("agenda:sends"), conversation_id),
            ("LRANGE", k.mail(conversation_id), 0, 99),
            ("LRANGE", k.words(conversation_id), 0, 99),
            ("ZRANGE", k.of("agenda:clock"), 0, -1, "WITHSCORES"),
            ("TIME",),
        )
        if not control and not mail:
            raise ConversationNotFound(conversation_id)
        mine = f"{conversation_id}|".encode()
        return {
            "control": {key.decode(): value.decode() for key, value in control.items()},
            "turn_due_ms": None if turn is None else float(turn),
            "send_due_ms": None if send is None else float(send),
            "mail": [row.split(b"|", 3)[:3] for row in mail],
            "words": [row.split(b"|", 4)[:4] for row in words],
            "timers": {
                m[len(mine) :].decode(): float(at) for m, at in pairs(timers) if m.startswith(mine)
            },
            "now_ms": int(server[0]) * 1000 + int(server[1]) // 1000,
        }


def _remembered(state: bytes) -> dict[str, Any]:
    try:
        return decode_state(state)
    except StateUnreadable:  # an agent must still see the words; the doctor and the turn tell of it
        return {}


def _open_words(words: list[bytes], trying: str) -> dict[int, Any]:
    """Words still in the lane: queued, or being tried just now."""
    tried, _, attempts = trying.partition(":")
    numbers = [row.split(b"|", 1)[0].decode() for row in words]
    sending = tried if attempts not in ("", "0") else ""
    states = {n: DeliveryState.SENDING if n == sending else DeliveryState.QUEUED for n in numbers}
    return {int(n): decode_delivery(state.encode()) for n, state in states.items()}


PRESENCE_SECONDS = 30


class RedisPresence:
    """`handoff.ports.Presence`: who was seen when."""

    def __init__(self, calls: Calls, keys: Keys, now: Callable[[], int]) -> None:
        self._calls = calls
        self._key = keys.of("presence")
        self._now = now

    async def seen(self, agent: AgentId) -> None:
        await self._calls.one("ZADD", self._key, self._now(), agent)

    async def present(self) -> tuple[AgentId, ...]:
        since = self._now() - PRESENCE_SECONDS * 1000
        return tuple(
            AgentId(a.decode())
            for a in await self._calls.one("ZRANGEBYSCORE", self._key, since, "+inf")
        )

    async def absent_since(self, agent: AgentId) -> float:
        at = await self._calls.one("ZSCORE", self._key, agent)
        return math.inf if at is None else max(0.0, (self._now() - float(at)) / 1000)
